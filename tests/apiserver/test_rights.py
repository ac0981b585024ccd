"""The operator with the rights that the chart gives it, and no others."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.chart.helm import MISSING, Helm, helm_path

from .control_plane import ControlPlane
from .scene import PIPELINES, Operator, make_place, until

pytestmark = pytest.mark.long

_SYSTEM = "winepipeline-system"
_ACCOUNT = "wine-winepipeline"
_ROLES = ("ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding", "ServiceAccount")
_APPS = "apps/v1"


def install_rights(plane: ControlPlane, *values: str) -> None:
    """What of the chart concerns rights."""
    path = helm_path()
    if path is None:
        pytest.skip(MISSING)
    objects = [each for each in Helm(path).template(*values) if each["kind"] in _ROLES]
    plane.call("POST", "/api/v1/namespaces", {"metadata": {"name": _SYSTEM}})
    done = plane.kubectl("apply", "-f", "-", text=yaml.safe_dump_all(objects))
    assert done.returncode == 0, done.stderr


def pipeline(**spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": PIPELINES,
        "kind": "WinePipeline",
        "metadata": {"name": "albert"},
        "spec": {"broker": {"redpanda": {}}, "warehouse": {"emulator": {}}, **spec},
    }


@pytest.mark.parametrize("confined", [False, True], ids=["cluster-wide", "confined"])
def test_the_charts_rights_are_enough(
    own_plane: ControlPlane, start_operator: Callable[..., Operator], tmp_path: Path, *, confined: bool
) -> None:
    """With the chart's roles the operator makes, mends, prunes and tells, and is refused nothing."""
    place = make_place(own_plane)
    install_rights(own_plane, *([f"watchNamespaces={{{place.namespace}}}"] if confined else []))
    kubeconfig = own_plane.kubeconfig_of(_SYSTEM, _ACCOUNT, tmp_path / "operator.kubeconfig")
    watched = {"WATCH_NAMESPACES": place.namespace} if confined else {}
    operator = start_operator(own_plane, KUBECONFIG=kubeconfig, LEASE_NAME="wine-winepipeline", **watched)
    place.create(pipeline(backfill={"days": 1}, deletionPolicy="Delete"))
    until(lambda: place.get("deployments", "albert-consumer", _APPS))
    until(lambda: place.pipeline("albert").get("status", {}).get("observedGeneration") == 1)
    place.delete("deployments", "albert-producer", _APPS)
    until(lambda: place.get("deployments", "albert-producer", _APPS))
    place.change("albert", {"producer": {"enabled": False}})
    until(lambda: place.get("deployments", "albert-producer", _APPS) is None)
    assert "forbidden" not in operator.log.lower()


def test_a_confined_operator_may_do_nothing_elsewhere(own_plane: ControlPlane, tmp_path: Path) -> None:
    """Whoever takes over an operator that is confined to a namespace reads no Secret of another one."""
    place, other = make_place(own_plane), make_place(own_plane)
    install_rights(own_plane, f"watchNamespaces={{{place.namespace}}}")
    kubeconfig = own_plane.kubeconfig_of(_SYSTEM, _ACCOUNT, tmp_path / "operator.kubeconfig")
    for namespace, may in ((place.namespace, "yes"), (other.namespace, "no"), (_SYSTEM, "no")):
        asked = ("auth", "can-i", "get", "secrets", "--namespace", namespace)
        assert own_plane.kubectl("--kubeconfig", kubeconfig, *asked).stdout.strip() == may


def test_nobody_else_is_given_rights(own_plane: ControlPlane, tmp_path: Path) -> None:
    """The operator may not do more than it does: no access to nodes, roles or pods' shells."""
    install_rights(own_plane)
    kubeconfig = own_plane.kubeconfig_of(_SYSTEM, _ACCOUNT, tmp_path / "operator.kubeconfig")
    wishes = [("create", "pods"), ("create", "pods/exec"), ("get", "nodes"), ("create", "clusterroles")]
    wishes += [("update", "secrets"), ("delete", "winepipelines"), ("delete", "namespaces")]
    for verb, resource in wishes:
        assert own_plane.kubectl("--kubeconfig", kubeconfig, "auth", "can-i", verb, resource).stdout.strip() == "no"
    allowed = own_plane.kubectl("--kubeconfig", kubeconfig, "auth", "can-i", "patch", "winepipelines/status")
    assert allowed.stdout.strip() == "yes"
