"""The producers: sales and stock movements, made up."""

from winepipeline_operator.children.addresses import KAFKA, endpoints
from winepipeline_operator.children.checksum import annotation
from winepipeline_operator.children.network import from_watchers, policy, to_broker, to_dns
from winepipeline_operator.children.objects import METRICS, headless_service, service_account
from winepipeline_operator.children.own_program import own_program
from winepipeline_operator.children.pod import Share, pod_template
from winepipeline_operator.children.workload import deployment
from winepipeline_operator.environment import kafka_secrets, producer_environment
from winepipeline_operator.identity import Manifest
from winepipeline_operator.observed import Observed
from winepipeline_operator.platform import Platform
from winepipeline_operator.spec import WinePipeline

STOP_SECONDS = 30
"""The producer takes up to 10 s to deliver what is queued."""

_SHARE = Share(cpu=("50m", "2"), memory=("96Mi", "256Mi"))


def producer(pipeline: WinePipeline, observed: Observed, platform: Platform) -> tuple[Manifest, ...]:
    """All that the producers consist of; nothing where events are not made up."""
    if not pipeline.spec.producer.enabled:
        return ()
    secrets = kafka_secrets(pipeline)
    program = own_program(
        image=platform.images.producer,
        share=_SHARE,
        stop_seconds=STOP_SECONDS,
        environment=producer_environment(pipeline, endpoints(pipeline, platform)),
        secrets=secrets,
    )
    checksum = annotation(pipeline, "producer", observed, secrets)
    replicas = 0 if pipeline.spec.paused else pipeline.spec.producer.replicas
    egress = (to_dns(), to_broker(pipeline, (KAFKA,)))
    return (
        service_account(pipeline, "producer"),
        headless_service(pipeline, "producer", (METRICS,)),
        policy(pipeline, "producer", (from_watchers(platform),), egress),
        deployment(pipeline, "producer", replicas, pod_template(pipeline, "producer", program, platform, checksum)),
    )
