"""The chart on a real cluster: installed, tested, upgraded, uninstalled."""

import json

import pytest

from .cluster import Cluster, Refused, wait_until
from .operator_release import Operator

CRDS = ("winepipelines.caves-albert.io", "deadletterreplays.caves-albert.io")


@pytest.fixture(scope="module")
def release(cluster: Cluster) -> Operator:
    """The operator's release, not installed yet: this module comes first."""
    return Operator(cluster)


def test_helm_installs_an_operator_that_says_what_to_do_next(release: Operator) -> None:
    """`helm install` ends with a ready operator and the commands that come next."""
    release.uninstall()
    said = release.install()
    assert "kubectl get wp albert" in said
    assert "helm test" in said
    for name in CRDS:
        conditions = release.cluster.kubectl("get", "crd", name, "-o", "jsonpath={.status.conditions[*].type}")
        assert "Established" in conditions


def test_helm_test_asks_the_operator(release: Operator) -> None:
    """`helm test` succeeds when the operator has listed all that it works on."""
    assert "Phase:          Succeeded" in release.test()


def test_the_resource_explains_itself(release: Operator) -> None:
    """`kubectl explain` reads like documentation."""
    said = release.cluster.kubectl("explain", "winepipeline.spec.consumer")
    assert "DESCRIPTION" in said
    assert "<empty>" not in said


def test_a_bad_resource_is_refused_with_what_to_write_instead(release: Operator) -> None:
    """`kubectl apply` of a resource that cannot be meant says why."""
    both = {"redpanda": {}, "external": {"bootstrapServers": "kafka:9092"}}
    wrong = {
        "apiVersion": "caves-albert.io/v1alpha1",
        "kind": "WinePipeline",
        "metadata": {"name": "wrong"},
        "spec": {"broker": both, "warehouse": {"emulator": {}}},
    }
    with pytest.raises(Refused, match="exactly one of"):
        release.cluster.kubectl("apply", "-f", "-", text=json.dumps(wrong))


def test_helm_upgrades_a_running_operator(release: Operator) -> None:
    """`helm upgrade` with another value replaces the pod, and the new one works with that value."""
    release.install("resyncSeconds=30")
    asked = ("get", "deploy", "-l", "app.kubernetes.io/instance=winepipeline", "-o", "json")
    deployed = json.loads(release.cluster.kubectl(*asked, namespace=release.namespace))["items"]
    variables = {
        each["name"]: each.get("value") for each in deployed[0]["spec"]["template"]["spec"]["containers"][0]["env"]
    }
    assert variables["RESYNC_SECONDS"] == "30"
    assert deployed[0]["status"]["readyReplicas"] == 1


def test_helm_uninstalls_all_but_the_crds(release: Operator) -> None:
    """`helm uninstall` leaves nothing in its namespace and keeps the CRDs, with which every pipeline would go."""
    release.uninstall()
    kinds = "deployments,services,serviceaccounts,networkpolicies,roles,rolebindings,pods"

    def left() -> set[str]:
        said = release.cluster.kubectl("get", kinds, "-o", "name", namespace=release.namespace)
        return set(said.split()) - {"serviceaccount/default"}

    wait_until(lambda: not left(), "nothing is left in its namespace", 60.0)
    ours = f"app.kubernetes.io/instance={release.name},app.kubernetes.io/name=winepipeline-operator"
    assert release.cluster.kubectl("get", "clusterroles,clusterrolebindings", "-l", ours, "-o", "name") == ""
    for name in CRDS:
        release.cluster.kubectl("get", "crd", name)
