"""What KEDA is given in `scaling.mode: Keda`."""

from typing import Any

import pytest
from hypothesis import given

from tests.unit.winepipeline_operator.children.resources import pipelines
from tests.unit.winepipeline_operator.children.scene import KAFKA, Make, names, seen, the, wanted
from winepipeline_operator.identity import Manifest
from winepipeline_operator.spec import WinePipeline

SCALING = {"mode": "Keda", "minReplicas": 0, "maxReplicas": 12, "lagThreshold": 2000}
KEDA = {"consumer": {"scaling": SCALING}, "topic": {"partitions": 8}}


def scaled_object(manifests: list[Manifest]) -> Any:
    """The ScaledObject's spec."""
    return the(manifests, "ScaledObject", "albert-consumer")["spec"]


def test_keda_scales_by_the_lag_of_this_topic_and_group(pipeline: Make) -> None:
    """KEDA looks at our topic with our group, starts where our consumers start, and never exceeds the partitions."""
    spec = scaled_object(wanted(pipeline(KEDA)))
    assert spec["scaleTargetRef"] == {"name": "albert-consumer"}
    assert (spec["minReplicaCount"], spec["maxReplicaCount"]) == (0, 8)
    assert spec["fallback"]["behavior"] == "currentReplicas"
    (trigger,) = spec["triggers"]
    assert trigger == {
        "type": "kafka",
        "metadata": {
            "bootstrapServers": "albert-redpanda.default.svc.cluster.local:9092",
            "consumerGroup": "snowflake-ingestion-group",
            "topic": "sales_events",
            "lagThreshold": "2000",
            "activationLagThreshold": "0",
            "offsetResetPolicy": "earliest",
            "fullMetadata": "false",
        },
    }


def test_keda_logs_in_as_the_pipeline_does(pipeline: Make) -> None:
    """KEDA reads user, password and authority from the same Secrets; none of them stands in a manifest of ours."""
    manifests = wanted(pipeline({**KEDA, "broker": KAFKA}))
    (trigger,) = scaled_object(manifests)["triggers"]
    assert trigger["metadata"]["bootstrapServers"] == "kafka-0:9093,kafka-1:443"
    assert (trigger["metadata"]["sasl"], trigger["metadata"]["tls"]) == ("scram_sha512", "enable")
    login = the(manifests, "TriggerAuthentication", trigger["authenticationRef"]["name"])
    assert login["spec"]["secretTargetRef"] == [
        {"parameter": "username", "name": "kafka-user", "key": "username"},
        {"parameter": "password", "name": "kafka-user", "key": "password"},
        {"parameter": "ca", "name": "kafka-ca", "key": "ca.crt"},
    ]


def test_a_pause_holds_for_keda_too(pipeline: Make) -> None:
    """While paused, KEDA wakes nobody: it is told to keep zero."""
    manifests = wanted(pipeline({**KEDA, "paused": True}))
    annotations = the(manifests, "ScaledObject", "albert-consumer")["metadata"]["annotations"]
    assert annotations == {"autoscaling.keda.sh/paused-replicas": "0"}


def test_without_keda_nothing_is_written_for_it(pipeline: Make) -> None:
    """A cluster without KEDA's CRD gets no object that it would refuse."""
    assert names(wanted(pipeline(KEDA), seen(kinds=frozenset())), "ScaledObject") == []


@pytest.mark.parametrize("mode", ["Builtin", "Recommend", "Off"])
def test_the_other_modes_have_one_scaler_less(pipeline: Make, mode: str) -> None:
    """When the mode is changed, what was made for KEDA is no longer wanted and goes."""
    spec = {"broker": KAFKA, "consumer": {"scaling": {**SCALING, "mode": mode}}}
    manifests = wanted(pipeline(spec))
    assert names(manifests, "ScaledObject") == names(manifests, "TriggerAuthentication") == []


@given(pipelines())
def test_keda_is_told_nothing_that_contradicts(pipeline: WinePipeline) -> None:
    """KEDA refuses a minimum above the maximum, and every value in its metadata that is no text."""
    for each in wanted(pipeline):
        if each["kind"] == "ScaledObject":
            spec = each["spec"]
            assert 0 <= spec["fallback"]["replicas"] <= spec["maxReplicaCount"]
            assert spec["minReplicaCount"] <= spec["maxReplicaCount"]
            for trigger in spec["triggers"]:
                assert all(isinstance(value, str) for value in trigger["metadata"].values())
