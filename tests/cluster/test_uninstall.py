"""The end of the story: the chart is uninstalled, when no other test needs the operator any more."""

import pytest

from .cluster import wait_until
from .operator_release import Operator
from .test_chart import CRDS


@pytest.mark.timeout(900, func_only=True)
def test_helm_uninstalls_all_but_the_crds(operator: Operator) -> None:
    """`helm uninstall` leaves nothing in its namespace and keeps the CRDs, with which every pipeline would go."""
    wait_until(lambda: not operator.shared.others_use("operator"), "the other tests are done", 600.0)
    operator.uninstall()
    kinds = "deployments,services,serviceaccounts,networkpolicies,roles,rolebindings,pods"

    def left() -> set[str]:
        said = operator.cluster.kubectl("get", kinds, "-o", "name", namespace=operator.namespace)
        return set(said.split()) - {"serviceaccount/default"}

    wait_until(lambda: not left(), "nothing is left in its namespace", 60.0)
    ours = f"app.kubernetes.io/instance={operator.name},app.kubernetes.io/name=winepipeline-operator"
    assert operator.cluster.kubectl("get", "clusterroles,clusterrolebindings", "-l", ours, "-o", "name") == ""
    for name in CRDS:
        operator.cluster.kubectl("get", "crd", name)
