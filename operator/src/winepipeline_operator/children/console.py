"""Redpanda Console: topics, messages and consumer groups to look at."""

from winepipeline_operator.children.addresses import ADMIN, CONSOLE, KAFKA, SCHEMA_REGISTRY, redpanda_host
from winepipeline_operator.children.network import from_labelled, policy, to_component, to_dns
from winepipeline_operator.children.objects import service, service_account
from winepipeline_operator.children.pod import Program, Share, pod_template, probes
from winepipeline_operator.children.workload import deployment
from winepipeline_operator.identity import Manifest
from winepipeline_operator.observed import Observed
from winepipeline_operator.platform import Platform
from winepipeline_operator.spec import WinePipeline

USER = 99
"""The image's own user."""

_SHARE = Share(cpu=("20m", "500m"), memory=("64Mi", "256Mi"))
_BROKER_PORTS = (KAFKA, ADMIN, SCHEMA_REGISTRY)


def console(pipeline: WinePipeline, observed: Observed, platform: Platform) -> tuple[Manifest, ...]:  # noqa: ARG001
    """All that the Console consists of; nothing where the broker is external, or the resource wants none."""
    redpanda = pipeline.spec.broker.redpanda
    if redpanda is None or not redpanda.console.enabled:
        return ()
    template = pod_template(pipeline, "console", _program(pipeline, platform), platform, {})
    # It asks nobody for a password, so that only a label (network.py) or a port-forward leads to it.
    ingress = (from_labelled(pipeline, "console", (CONSOLE,)),)
    egress = (to_dns(), to_component(pipeline, "redpanda", _BROKER_PORTS))
    return (
        service_account(pipeline, "console"),
        service(pipeline, "console", (CONSOLE,)),
        policy(pipeline, "console", ingress, egress),
        deployment(pipeline, "console", 1, template),
    )


def _program(pipeline: WinePipeline, platform: Platform) -> Program:
    """Console takes its settings from variables (https://docs.redpanda.com/current/console/config/configure-console/)."""
    host = redpanda_host(pipeline, platform)
    return Program(
        image=platform.images.console,
        share=_SHARE,
        stop_seconds=30,
        probes=probes("/admin/health", CONSOLE, start_seconds=120),
        environment={
            "KAFKA_BROKERS": f"{host}:{KAFKA.number}",
            "SCHEMAREGISTRY_ENABLED": "true",
            "SCHEMAREGISTRY_URLS": f"http://{host}:{SCHEMA_REGISTRY.number}",
            "REDPANDA_ADMINAPI_ENABLED": "true",
            "REDPANDA_ADMINAPI_URLS": f"http://{host}:{ADMIN.number}",
        },
        ports=(CONSOLE,),
        user=USER,
    )
