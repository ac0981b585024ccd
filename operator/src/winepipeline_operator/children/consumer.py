"""The consumers: from the topic into the warehouse.

They are a Deployment and plain members of their group, without GROUP_INSTANCE_ID. Why:
docs/adr/0011-consumers-are-plain-members-of-their-group.md
"""

from winepipeline_operator.children.addresses import EMULATOR, KAFKA, endpoints
from winepipeline_operator.children.checksum import annotation
from winepipeline_operator.children.network import from_watchers, policy, to_broker, to_dns, to_warehouse
from winepipeline_operator.children.objects import METRICS, disruption_budget, headless_service, service_account
from winepipeline_operator.children.own_program import own_program
from winepipeline_operator.children.pod import Share, pod_template
from winepipeline_operator.children.replicas import consumer_replicas
from winepipeline_operator.children.workload import deployment
from winepipeline_operator.environment import consumer_environment, kafka_secrets, warehouse_secrets
from winepipeline_operator.identity import Manifest
from winepipeline_operator.observed import Observed
from winepipeline_operator.platform import Platform
from winepipeline_operator.spec import WinePipeline

STOP_SECONDS = 60
"""The consumer takes up to 20 s to finish the loads in hand, and a statement of the warehouse may hang a while."""

_SHARE = Share(cpu=("100m", "2"), memory=("192Mi", "640Mi"))
"""Measured: 110 MB on a quiet topic, 325 MiB at full speed."""


def consumer(pipeline: WinePipeline, observed: Observed, platform: Platform) -> tuple[Manifest, ...]:
    """All that the consumers consist of."""
    secrets = (*kafka_secrets(pipeline), *warehouse_secrets(pipeline))
    program = own_program(
        image=platform.images.consumer,
        share=_SHARE,
        stop_seconds=STOP_SECONDS,
        environment=consumer_environment(pipeline, endpoints(pipeline, platform)),
        secrets=secrets,
    )
    template = pod_template(
        pipeline, "consumer", program, platform, annotation(pipeline, "consumer", observed, secrets)
    )
    egress = (to_dns(), to_broker(pipeline, (KAFKA,)), to_warehouse(pipeline, EMULATOR))
    return (
        service_account(pipeline, "consumer"),
        headless_service(pipeline, "consumer", (METRICS,)),
        policy(pipeline, "consumer", (from_watchers(platform),), egress),
        disruption_budget(pipeline, "consumer"),
        deployment(pipeline, "consumer", consumer_replicas(pipeline, observed), template),
    )
