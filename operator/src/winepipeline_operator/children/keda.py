"""KEDA's side of `scaling.mode: Keda`: a ScaledObject for the consumers, and the login for its look at the broker.

KEDA divides the lag by `lagThreshold`; the operator then leaves the number of consumers alone. A look that fails keeps
the number that stands (`fallback`), as ours does. While the pipeline is paused, KEDA is told to keep zero.
Sources: KEDA's Kafka scaler (`pkg/scalers/kafka_scaler.go`) and its ScaledObject, v2.21.
"""

from typing import Any, Final

from winepipeline_operator.children.addresses import endpoints
from winepipeline_operator.children.objects import metadata
from winepipeline_operator.environment import DEFAULT_SASL_MECHANISM
from winepipeline_operator.identity import Manifest, child_name
from winepipeline_operator.observed import Observed
from winepipeline_operator.platform import Platform
from winepipeline_operator.spec import WinePipeline

SCALED_OBJECT: Final = "ScaledObject"
KINDS: Final = frozenset({SCALED_OBJECT, "TriggerAuthentication"})
_API_VERSION: Final = "keda.sh/v1alpha1"

_PAUSED_ANNOTATION: Final = "autoscaling.keda.sh/paused-replicas"

_POLL_SECONDS: Final = 15
_COOLDOWN_SECONDS: Final = 300
_FAILED_LOOKS: Final = 3

_SASL: Final = {"PLAIN": "plaintext", "SCRAM-SHA-256": "scram_sha256", "SCRAM-SHA-512": "scram_sha512"}


def keda(pipeline: WinePipeline, observed: Observed, platform: Platform) -> tuple[Manifest, ...]:
    """The objects for KEDA; none in the other modes, or where the cluster has no KEDA."""
    if pipeline.spec.consumer.scaling.mode != "Keda" or SCALED_OBJECT not in observed.kinds:
        return ()
    login = _login(pipeline)
    return ((login,) if login else ()) + (_scaled_object(pipeline, platform, logs_in=login is not None),)


def _scaled_object(pipeline: WinePipeline, platform: Platform, *, logs_in: bool) -> Manifest:
    scaling, partitions = pipeline.spec.consumer.scaling, pipeline.spec.topic.partitions
    trigger: dict[str, Any] = {"type": "kafka", "metadata": _trigger(pipeline, platform)}
    if logs_in:
        trigger["authenticationRef"] = {"name": child_name(pipeline, "consumer")}
    described = metadata(pipeline, "consumer")
    if pipeline.spec.paused:
        described["annotations"] = {_PAUSED_ANNOTATION: "0"}
    most = max(1, min(scaling.max_replicas, partitions))
    return {
        "apiVersion": _API_VERSION,
        "kind": SCALED_OBJECT,
        "metadata": described,
        "spec": {
            "scaleTargetRef": {"name": child_name(pipeline, "consumer")},
            "minReplicaCount": min(scaling.min_replicas, most),
            "maxReplicaCount": most,
            "pollingInterval": _POLL_SECONDS,
            "cooldownPeriod": _COOLDOWN_SECONDS,
            "fallback": {
                "failureThreshold": _FAILED_LOOKS,
                "replicas": min(scaling.min_replicas, most),
                "behavior": "currentReplicas",
            },
            "triggers": [trigger],
        },
    }


def _trigger(pipeline: WinePipeline, platform: Platform) -> dict[str, str]:
    """KEDA takes every value as a text."""
    spec, external = pipeline.spec, pipeline.spec.broker.external
    found = {
        "bootstrapServers": endpoints(pipeline, platform).bootstrap_servers,
        "consumerGroup": spec.consumer.group_id,
        "topic": spec.topic.name,
        "lagThreshold": str(spec.consumer.scaling.lag_threshold),
        "activationLagThreshold": "0",
        "offsetResetPolicy": "earliest",
        "fullMetadata": "false",
    }
    if external is not None and external.logs_in:
        found["sasl"] = _SASL[external.sasl_mechanism or DEFAULT_SASL_MECHANISM]
    if external is not None and external.encrypts:
        found["tls"] = "enable"
    return found


def _login(pipeline: WinePipeline) -> Manifest | None:
    """Where KEDA finds user, password and authority: in the Secrets that the resource names, read by KEDA itself."""
    external = pipeline.spec.broker.external
    found: list[dict[str, str]] = []
    if external is not None and external.credentials_secret is not None:
        name = external.credentials_secret.name
        found += [{"parameter": each, "name": name, "key": each} for each in ("username", "password")]
    if external is not None and external.ca_secret is not None:
        found.append({"parameter": "ca", "name": external.ca_secret.name, "key": external.ca_secret.key})
    if not found:
        return None
    return {
        "apiVersion": _API_VERSION,
        "kind": "TriggerAuthentication",
        "metadata": metadata(pipeline, "consumer"),
        "spec": {"secretTargetRef": found},
    }
