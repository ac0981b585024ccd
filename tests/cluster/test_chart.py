"""The chart on a real cluster: installed, tested, upgraded."""

import json

import pytest

from .api import Refused
from .operator_release import Operator

CRDS = ("winepipelines.caves-albert.io", "deadletterreplays.caves-albert.io")


def test_helm_installs_an_operator_that_says_what_to_do_next(operator: Operator) -> None:
    """`helm install` ends with a ready operator and the commands that come next."""
    assert "kubectl get wp albert" in operator.said
    assert "helm test" in operator.said
    for name in CRDS:
        conditions = operator.cluster.kubectl("get", "crd", name, "-o", "jsonpath={.status.conditions[*].type}")
        assert "Established" in conditions


def test_helm_test_asks_the_operator(operator: Operator) -> None:
    """`helm test` succeeds when the operator has listed all that it works on."""
    assert "Phase:          Succeeded" in operator.test()


def test_the_resource_explains_itself(operator: Operator) -> None:
    """`kubectl explain` reads like documentation."""
    said = operator.cluster.kubectl("explain", "winepipeline.spec.consumer")
    assert "DESCRIPTION" in said
    assert "<empty>" not in said


def test_a_bad_resource_is_refused_with_what_to_write_instead(operator: Operator) -> None:
    """`kubectl apply` of a resource that cannot be meant says why."""
    both = {"redpanda": {}, "external": {"bootstrapServers": "kafka:9092"}}
    wrong = {
        "apiVersion": "caves-albert.io/v1alpha1",
        "kind": "WinePipeline",
        "metadata": {"name": "wrong"},
        "spec": {"broker": both, "warehouse": {"emulator": {}}},
    }
    with pytest.raises(Refused, match="exactly one of"):
        operator.cluster.kubectl("apply", "-f", "-", text=json.dumps(wrong))


def test_helm_upgrades_a_running_operator(operator: Operator) -> None:
    """`helm upgrade` with another value replaces the pod, and the new one works with that value."""
    operator.upgrade("resyncSeconds=30")
    asked = ("get", "deploy", "-l", "app.kubernetes.io/instance=winepipeline", "-o", "json")
    deployed = json.loads(operator.cluster.kubectl(*asked, namespace=operator.namespace))["items"]
    variables = {
        each["name"]: each.get("value") for each in deployed[0]["spec"]["template"]["spec"]["containers"][0]["env"]
    }
    assert variables["RESYNC_SECONDS"] == "30"
    assert deployed[0]["status"]["readyReplicas"] == 1
