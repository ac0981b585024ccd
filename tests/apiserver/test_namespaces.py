"""An operator that is confined to some namespaces, of which one is gone and one is not open to it."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from winepipeline_operator.rights import rules

from .control_plane import ControlPlane
from .scene import PIPELINES, Operator, Place, demo, make_place, until

_RBAC = "rbac.authorization.k8s.io/v1"
_APPS = "apps/v1"


def account(home: Place, file: Path) -> str:
    """A ServiceAccount without any right; the path of a kubeconfig that logs in as it."""
    plane = home.plane
    assert plane.call("POST", home.path("serviceaccounts"), {"metadata": {"name": "confined"}})[0] == 201
    return plane.kubeconfig_of(home.namespace, "confined", file)


def open_to(place: Place, home: Place, name: str, allowed: Sequence[Mapping[str, Any]]) -> None:
    """Give the account rights in a namespace."""
    subject = {"kind": "ServiceAccount", "name": "confined", "namespace": home.namespace}
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name}
    bodies = {
        "roles": {"metadata": {"name": name}, "rules": list(allowed)},
        "rolebindings": {"metadata": {"name": name}, "roleRef": role, "subjects": [subject]},
    }
    for plural, body in bodies.items():
        status, answer = place.plane.call("POST", place.path(plural, group=_RBAC), body)
        assert status == 201, answer


def made(place: Place) -> bool:
    """Whether the pipeline's consumers are there."""
    return place.get("deployments", "albert-consumer", _APPS) is not None


def replay() -> dict[str, Any]:
    """A replay of a pipeline that is not there: it is told so in its status."""
    return {
        "apiVersion": PIPELINES,
        "kind": "DeadLetterReplay",
        "metadata": {"name": "again"},
        "spec": {"pipelineRef": {"name": "nobody"}},
    }


def test_a_namespace_that_is_gone_or_closed_holds_up_no_other(
    plane: ControlPlane, start_operator: Callable[..., Operator], tmp_path: Path
) -> None:
    """Pipelines and replays elsewhere are worked on; where Secrets may not be listed nothing is made yet."""
    home, closed, free = make_place(plane), make_place(plane), make_place(plane)
    kubeconfig = account(home, tmp_path / "confined.kubeconfig")
    secrets = [each for each in rules() if "secrets" in each["resources"]]
    open_to(closed, home, "all-but-secrets", [each for each in rules() if each not in secrets])
    open_to(free, home, "all", rules())
    closed.create(demo())
    free.create(demo())
    assert plane.call("POST", free.path("deadletterreplays", group=PIPELINES), replay())[0] == 201
    watched = f"gone-since-long,{closed.namespace},{free.namespace}"
    operator = start_operator(plane, WATCH_NAMESPACES=watched, KUBECONFIG=kubeconfig)
    until(lambda: made(free))
    until(lambda: (free.get("deadletterreplays", "again", PIPELINES) or {}).get("status"))
    until(lambda: "MayNotList" in operator.readiness())
    assert closed.namespace in operator.readiness()
    assert not made(closed), "what its pods' Secrets hold is not known"
    open_to(closed, home, "secrets", secrets)
    until(lambda: made(closed), 90)
