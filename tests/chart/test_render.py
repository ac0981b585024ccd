from typing import Any

import pytest

from tests.chart.helm import CHART, Helm
from tests.pod_security import house_violations, violations
from winepipeline_operator import rights
from winepipeline_operator.settings import OperatorSettings

VARIANTS: list[tuple[str, ...]] = [
    (),
    ("watchNamespaces={wine,cellar}",),
    ("example.create=true", "serviceMonitor.enabled=true", "networkPolicy.enabled=false"),
    ("imageRegistry=registry.example.com/wine/", "imageTag=v1", "imagePullSecrets={login}"),
    ("serviceAccount.create=false", "serviceAccount.name=theirs", "rbac.create=false", "crds.install=false"),
    ("podLabels.team=cellar", "podAnnotations.a=b", "nodeSelector.disk=ssd", "priorityClassName=high"),
]
every_variant = pytest.mark.parametrize("values", VARIANTS, ids=lambda values: ",".join(values) or "defaults")


def of_kind(objects: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [each for each in objects if each["kind"] == kind]


def operator_environment(objects: list[dict[str, Any]]) -> dict[str, str]:
    """The environment of the operator's container, with what Kubernetes puts in."""
    (deployment,) = of_kind(objects, "Deployment")
    variables = deployment["spec"]["template"]["spec"]["containers"][0]["env"]
    return {each["name"]: each.get("value", "winepipeline-system") for each in variables}


@every_variant
def test_the_chart_passes_helm_lint(helm: Helm, values: tuple[str, ...]) -> None:
    """`helm lint --strict` finds nothing, whatever is set."""
    sets = [part for value in values for part in ("--set", value)]
    done = helm.run("lint", "--strict", str(CHART), *sets)
    assert done.returncode == 0, done.stdout


@every_variant
def test_every_pod_of_the_chart_is_restricted(helm: Helm, values: tuple[str, ...]) -> None:
    """The operator and the test of the chart start in a namespace that enforces `restricted`."""
    objects = helm.template(*values)
    pods = [each["spec"] for each in of_kind(objects, "Pod")]
    pods += [each["spec"]["template"]["spec"] for each in of_kind(objects, "Deployment")]
    assert len(pods) == (3 if "example.create=true" in values else 2)
    for pod in pods:
        assert violations(pod) == []
        assert list(house_violations(pod)) == []


def test_the_operator_may_hold_its_lease_and_no_other(helm: Helm) -> None:
    """The operator is told of a Lease in its own namespace, and may have that one, wherever its pipelines are."""
    for values in ((), ("watchNamespaces={wine,winepipeline-system}",)):
        objects = helm.template(*values)
        name = operator_environment(objects)["LEASE_NAME"]
        (role,) = (each for each in of_kind(objects, "Role") if each["metadata"]["name"] == "wine-winepipeline-lease")
        assert role["metadata"]["namespace"] == "winepipeline-system"
        assert role["rules"] == [dict(rule) for rule in rights.lease_rules(name)]
        (binding,) = (each for each in of_kind(objects, "RoleBinding") if each["metadata"]["name"].endswith("-lease"))
        assert binding["roleRef"]["name"] == role["metadata"]["name"]


def test_another_node_takes_over_soon(helm: Helm) -> None:
    """The operator's pod is replaced half a minute after its node has gone, not after Kubernetes' five minutes."""
    (deployment,) = of_kind(helm.template(), "Deployment")
    tolerated = deployment["spec"]["template"]["spec"]["tolerations"]
    assert {each["key"].rpartition("/")[2]: each["tolerationSeconds"] for each in tolerated} == {
        "unreachable": 30,
        "not-ready": 30,
    }


def test_the_operator_runs_once_and_its_token_is_its_own(helm: Helm) -> None:
    """There is one operator, also during an upgrade."""
    (deployment,) = of_kind(helm.template(), "Deployment")
    assert deployment["spec"]["replicas"] == 1
    assert deployment["spec"]["strategy"] == {"type": "Recreate"}
    (account,) = of_kind(helm.template(), "ServiceAccount")
    assert deployment["spec"]["template"]["spec"]["serviceAccountName"] == account["metadata"]["name"]
    assert account["automountServiceAccountToken"] is False


@every_variant
def test_the_operator_understands_what_the_chart_tells_it(helm: Helm, values: tuple[str, ...]) -> None:
    """The operator starts from the environment that the chart gives it, and knows every variable in it."""
    environment = operator_environment(helm.template(*values))
    known = {str(field.alias) for field in OperatorSettings.model_fields.values()}
    assert set(environment) <= known
    settings = OperatorSettings.from_environment(environment)
    assert settings.operator_namespace == "winepipeline-system"


def test_values_reach_the_operator(helm: Helm) -> None:
    """Registry, tag, Secrets and namespaces of the values are those that the pipelines' pods get."""
    values = ("imageRegistry=r.example.com/wine", "imageTag=v1", "imagePullSecrets={login}", "monitoringNamespace=prom")
    more = ("images.console=mine:1", "watchNamespaces={a,b}", "runbooksUrl=https://git.example.com/runbooks/")
    environment = operator_environment(helm.template(*values, *more))
    settings = OperatorSettings.from_environment(environment)
    platform = settings.platform()
    assert platform.images.producer == "r.example.com/wine/winepipeline-producer:v1"
    assert platform.images.redpanda.startswith("docker.redpanda.com/")
    assert (platform.images.console, platform.image_pull_secrets) == ("mine:1", ("login",))
    assert (platform.monitoring_namespace, settings.watch_namespaces) == ("prom", ("a", "b"))
    assert platform.runbooks == "https://git.example.com/runbooks"


def test_the_role_has_the_rights_that_are_used_and_no_more(helm: Helm) -> None:
    """The operator may do what it does, in all namespaces, or in those alone that it watches."""
    rules = [dict(rule) for rule in rights.rules()]
    (role,) = of_kind(helm.template(), "ClusterRole")
    assert role["rules"] == rules
    confined = helm.template("watchNamespaces={wine,cellar}")
    assert of_kind(confined, "ClusterRole") + of_kind(confined, "ClusterRoleBinding") == []
    roles = [each for each in of_kind(confined, "Role") if not each["metadata"]["name"].endswith("-lease")]
    assert [(each["metadata"]["namespace"], each["rules"]) for each in roles] == [
        ("wine", rules),
        ("cellar", rules),
    ]


def test_the_crds_stay_when_the_chart_goes(helm: Helm) -> None:
    """`helm uninstall` does not delete the pipelines of a cluster, unless it is told to."""
    keep = "helm.sh/resource-policy"
    crds = of_kind(helm.template(), "CustomResourceDefinition")
    assert {each["metadata"]["name"] for each in crds} == {
        "winepipelines.caves-albert.io",
        "deadletterreplays.caves-albert.io",
    }
    assert {each["metadata"]["annotations"][keep] for each in crds} == {"keep"}
    loose = of_kind(helm.template("crds.keep=false"), "CustomResourceDefinition")
    assert {keep in (each["metadata"].get("annotations") or {}) for each in loose} == {False}
    assert of_kind(helm.template("crds.install=false"), "CustomResourceDefinition") == []


def test_the_example_is_made_after_the_crd_and_never_made_again(helm: Helm) -> None:
    """The demo pipeline of an install is made once the operator is ready, and not replaced by an upgrade."""
    objects = helm.template("example.create=true", "example.name=demo")
    waits = [each["metadata"]["annotations"] for each in of_kind(objects, "Pod")]
    assert [each.get("helm.sh/hook-weight") for each in waits if each["helm.sh/hook"] == "post-install"] == ["-1"]
    (example,) = of_kind(objects, "WinePipeline")
    assert example["metadata"]["name"] == "demo"
    assert example["metadata"]["annotations"] == {"helm.sh/hook": "post-install"}
    assert of_kind(helm.template(), "WinePipeline") == []
