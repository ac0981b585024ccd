"""The brokers: a StatefulSet of Redpanda, its Services, its volumes."""

from typing import Any

from winepipeline_operator.children.addresses import ADMIN, KAFKA, RPC, SCHEMA_REGISTRY, headless_name
from winepipeline_operator.children.checksum import annotation
from winepipeline_operator.children.maintenance import hooks
from winepipeline_operator.children.network import (
    from_components,
    from_labelled,
    from_namespaces,
    from_watchers,
    policy,
    to_component,
    to_dns,
)
from winepipeline_operator.children.objects import (
    config_map,
    disruption_budget,
    headless_service,
    metadata,
    service,
    service_account,
)
from winepipeline_operator.children.pod import Program, Volume, pod_template, probes
from winepipeline_operator.children.redpanda_config import DATA, arguments, brokers, files, size, what_restarts
from winepipeline_operator.children.redpanda_volumes import VOLUME, claim_template, standing_volumes
from winepipeline_operator.identity import Manifest, child_name, selector
from winepipeline_operator.observed import Observed
from winepipeline_operator.platform import Platform
from winepipeline_operator.spec import WinePipeline

USER = 101
"""The image's own user."""

STOP_SECONDS = 90
"""A broker hands over what it leads, and writes down what it holds."""

START_SECONDS = 600
"""A broker that was killed reads its logs again."""

_CONFIGURATION = "/etc/redpanda"
_CLIENT_PORTS = (KAFKA, ADMIN, SCHEMA_REGISTRY)
_PORTS = (*_CLIENT_PORTS, RPC)


def redpanda(pipeline: WinePipeline, observed: Observed, platform: Platform) -> tuple[Manifest, ...]:
    """All that the brokers consist of; nothing where the broker is external."""
    if pipeline.spec.broker.redpanda is None:
        return ()
    return (
        service_account(pipeline, "redpanda"),
        config_map(pipeline, "redpanda", files(pipeline, platform)),
        *standing_volumes(pipeline, observed),
        # Brokers find each other before they are ready.
        headless_service(pipeline, "redpanda", _PORTS, headless_name(pipeline), before_ready=True),
        service(pipeline, "redpanda", _CLIENT_PORTS),
        _policy(pipeline, platform),
        disruption_budget(pipeline, "redpanda"),
        _stateful_set(pipeline, observed, platform),
    )


def _policy(pipeline: WinePipeline, platform: Platform) -> Manifest:
    ingress = (
        from_components(pipeline, ("redpanda",), _PORTS),
        from_components(pipeline, ("producer", "consumer"), (KAFKA,)),
        from_components(pipeline, ("console",), _CLIENT_PORTS),
        from_labelled(pipeline, "redpanda", (KAFKA, SCHEMA_REGISTRY)),
        from_namespaces(_who_asks(pipeline, platform), (KAFKA,)),
        from_watchers(platform, (ADMIN,)),
    )
    egress = (to_dns(), to_component(pipeline, "redpanda", _PORTS))
    return policy(pipeline, "redpanda", ingress, egress)


def _who_asks(pipeline: WinePipeline, platform: Platform) -> tuple[str, ...]:
    """Where those are who ask the broker for offsets: the operator, and KEDA where it scales."""
    keda = (platform.keda_namespace,) if pipeline.spec.consumer.scaling.mode == "Keda" else ()
    return (platform.operator_namespace, *keda)


def _stateful_set(pipeline: WinePipeline, observed: Observed, platform: Platform) -> Manifest:
    checksum = annotation(pipeline, "redpanda", observed, configuration=what_restarts(pipeline))
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": metadata(pipeline, "redpanda"),
        "spec": {
            "replicas": brokers(pipeline),
            "serviceName": headless_name(pipeline),
            # Brokers found a cluster together; updates still go one by one.
            "podManagementPolicy": "Parallel",
            "updateStrategy": {"type": "RollingUpdate"},
            # Somebody deletes a StatefulSet to mend it: volumes go with the pipeline alone, by an owner of their own.
            "persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Retain", "whenScaled": "Retain"},
            "selector": {"matchLabels": selector(pipeline, "redpanda")},
            "template": pod_template(pipeline, "redpanda", _program(pipeline, platform), platform, checksum),
            "volumeClaimTemplates": [claim_template(pipeline, observed)],
        },
    }


def _program(pipeline: WinePipeline, platform: Platform) -> Program:
    return Program(
        image=platform.images.redpanda,
        share=size(pipeline).share,
        stop_seconds=STOP_SECONDS,
        probes=probes("/v1/status/ready", ADMIN, start_seconds=START_SECONDS),
        ports=_PORTS,
        command=("rpk", "redpanda", "start"),
        arguments=arguments(pipeline, platform),
        user=USER,
        volumes=(
            Volume(VOLUME, DATA, {}),
            Volume("config", _CONFIGURATION, {"emptyDir": {"sizeLimit": "16Mi"}}),
            Volume("base", None, {"configMap": {"name": child_name(pipeline, "redpanda")}}),
        ),
        prelude=(_copy_of_the_configuration(),),
        lifecycle=hooks() if brokers(pipeline) > 1 else {},
    )


def _copy_of_the_configuration() -> dict[str, Any]:
    """`rpk` writes into its configuration at each start, and a ConfigMap cannot be written to."""
    return {
        "name": "config",
        "command": ["cp", "/base/redpanda.yaml", "/base/.bootstrap.yaml", _CONFIGURATION],
        "volumeMounts": [
            {"name": "base", "mountPath": "/base", "readOnly": True},
            {"name": "config", "mountPath": _CONFIGURATION},
        ],
    }
