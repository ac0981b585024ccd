"""The API server goes away, the operator is killed in the middle of its work, the namespace is being deleted."""

import json
from collections.abc import Callable
from functools import partial

import pytest

from .control_plane import ControlPlane
from .scene import PIPELINES, Operator, Place, demo, make_place, until

pytestmark = pytest.mark.timeout(300)
"""A busy machine takes its time; each wait within has bounds of its own."""

APPS = "apps/v1"
PARTS = ("console", "consumer", "emulator", "producer")


def deployments(place: Place) -> set[str]:
    """The names of the namespace's Deployments."""
    listed = place.plane.call("GET", place.path("deployments", group=APPS))[1]
    return {each["metadata"]["name"] for each in listed["items"]}


def complete(place: Place, name: str) -> bool:
    """Whether a pipeline consists of all that it should, its last children too."""
    return {f"{name}-{each}" for each in PARTS} <= deployments(place)


def up_to_date(place: Place, name: str) -> bool:
    """Whether a pipeline's status speaks of the resource as it is now."""
    pipeline = place.pipeline(name)
    return bool(pipeline["status"]["observedGeneration"] == pipeline["metadata"]["generation"])


def more(place: Place, before: int, most: int) -> bool:
    """Whether there are more Deployments than before, if there can be."""
    return before == most or len(deployments(place)) > before


@pytest.mark.timeout(300)
def test_the_api_server_goes_away_and_comes_back(
    shaken_plane: ControlPlane, start_operator: Callable[..., Operator]
) -> None:
    """The operator outlives an API server that is gone, and then does what has been wanted and undone meanwhile."""
    place = make_place(shaken_plane)
    operator = start_operator(shaken_plane)
    place.create(demo())
    until(lambda: complete(place, "albert"))
    until(lambda: place.condition("albert", "Ready"))
    process = operator.process
    for _ in range(2):
        shaken_plane.stop_api()
        until(lambda: "Unreachable" in operator.log or "next try" in operator.log)
        shaken_plane.start_api()
        place.delete("deployments", "albert-consumer", APPS)
        place.change("albert", {"producer": {"replicas": place.pipeline("albert")["spec"]["producer"]["replicas"] + 1}})
        until(lambda: up_to_date(place, "albert"), 90)
        until(lambda: complete(place, "albert"), 90)
    place.create(demo("second"))
    until(lambda: complete(place, "second"), 90)
    assert process is not None
    assert process.poll() is None


def test_an_operator_that_starts_first_waits_for_the_api_server(
    shaken_plane: ControlPlane, start_operator: Callable[..., Operator]
) -> None:
    """Started while the API server is away, the operator waits for it instead of ending."""
    place = make_place(shaken_plane)
    shaken_plane.stop_api()
    operator = start_operator(shaken_plane, WATCH_NAMESPACES=place.namespace)
    until(lambda: operator.log.count("list secrets") > 1)
    assert operator.stop() == 0, "it must be possible to end it meanwhile"
    operator.start()
    shaken_plane.start_api()
    place.create(demo())
    until(lambda: complete(place, "albert"), 90)


def restart_api(plane: ControlPlane) -> None:
    """Cut every watch; none can be taken up again where it was, since nothing older than the restart is known."""
    plane.stop_api()
    plane.start_api()


@pytest.mark.long
def test_a_pipeline_deleted_while_nobody_watched_is_not_made_again(
    shaken_plane: ControlPlane, start_operator: Callable[..., Operator]
) -> None:
    """Deleted while the operator's watch was cut, a pipeline stays deleted: its producers and consumers stay away."""
    place = make_place(shaken_plane)
    operator = start_operator(shaken_plane, WATCH_NAMESPACES=place.namespace)
    for name in ("albert", "second"):
        place.create(demo(name))
    until(lambda: complete(place, "second") and complete(place, "albert"))
    operator.freeze()
    restart_api(shaken_plane)
    place.delete("winepipelines", "albert", PIPELINES)
    restart_api(shaken_plane)
    for part in PARTS:
        place.discard("deployments", f"albert-{part}", APPS)  # as the garbage collector does
    operator.thaw()
    until(lambda: "no watch told of the pipeline's end" in operator.log, 90)
    place.delete("deployments", "second-consumer", APPS)
    until(lambda: complete(place, "second"), 90)
    assert deployments(place) == {f"second-{part}" for part in PARTS}


def test_killed_in_the_middle_it_goes_on_where_it_was(place: Place, start_operator: Callable[..., Operator]) -> None:
    """Killed at any moment of an apply, the next operator completes it: nothing is left out and nothing is too many."""
    names = [f"p{number}" for number in range(8)]
    for name in names:
        place.create(demo(name))
    for kills in range(4):
        operator = start_operator(place.plane, WATCH_NAMESPACES=place.namespace, WORKERS="2")
        before = len(deployments(place))
        until(partial(more, place, before, len(names) * len(PARTS)))
        operator.kill()
        assert kills or not all(complete(place, name) for name in names), "the first kill came after everything"
    start_operator(place.plane, WATCH_NAMESPACES=place.namespace)
    until(lambda: all(complete(place, name) for name in names), 90)
    until(lambda: all(place.condition(name, "Ready") for name in names))
    assert deployments(place) == {f"{name}-{part}" for name in names for part in PARTS}


def test_a_namespace_that_is_being_deleted_is_not_held_up(
    shaken_plane: ControlPlane, start_operator: Callable[..., Operator]
) -> None:
    """The namespace with a pipeline goes, also with one whose topics should have been deleted but whose Secret went."""
    doomed, other = make_place(shaken_plane), make_place(shaken_plane)
    shaken_plane.start_controllers(
        "garbage-collector-controller", "namespace-controller", "persistentvolumeclaim-protection-controller"
    )
    operator = start_operator(shaken_plane)
    doomed.create(demo())
    external = {
        "bootstrapServers": "127.0.0.1:1",
        "securityProtocol": "SASL_PLAINTEXT",
        "credentialsSecret": {"name": "never-there"},
    }
    doomed.create(
        {
            **demo("cellar"),
            "spec": {"deletionPolicy": "Delete", "broker": {"external": external}, "warehouse": {"emulator": {}}},
        }
    )
    other.create(demo())
    until(lambda: complete(doomed, "albert"))
    until(lambda: doomed.pipeline("cellar")["metadata"].get("finalizers"))
    shaken_plane.call("DELETE", f"/api/v1/namespaces/{doomed.namespace}")
    until(lambda: shaken_plane.call("GET", f"/api/v1/namespaces/{doomed.namespace}")[0] == 404, 90)
    other.change("albert", {"producer": {"replicas": 2}})
    until(lambda: other.pipeline("albert")["status"]["observedGeneration"] == 2)
    assert operator.process is not None
    assert operator.process.poll() is None


def test_an_unwilling_broker_holds_up_only_who_wants_its_topics_deleted(place: Place, operator: Operator) -> None:
    """Under `Delete` the resource waits for the broker and says so; `Retain` lets it go at once."""
    spec = {
        "deletionPolicy": "Delete",
        "broker": {"external": {"bootstrapServers": "127.0.0.1:1"}},
        "warehouse": {"emulator": {}},
    }
    place.create({**demo(), "spec": spec})
    until(lambda: "caves-albert.io/data" in place.pipeline("albert")["metadata"].get("finalizers", []))
    place.delete("winepipelines", "albert", PIPELINES)
    until(lambda: place.condition("albert", "Ready").get("reason") == "CleanupWaits", 60)
    assert "127.0.0.1:1" in place.condition("albert", "Ready")["message"]
    place.change("albert", {"deletionPolicy": "Retain"})
    until(lambda: place.get("winepipelines", "albert", PIPELINES) is None, 60)


def test_one_pipeline_that_cannot_be_made_holds_up_no_other(place: Place, operator: Operator) -> None:
    """A child that the cluster refuses stands in the status with the cluster's words; all others are made."""
    quota = {"metadata": {"name": "no-claims"}, "spec": {"hard": {"persistentvolumeclaims": "0"}}}
    status, answer = place.plane.call("POST", place.path("resourcequotas"), quota)
    assert status == 201, answer
    path = place.path("resourcequotas", "no-claims") + "/status"
    counted = {"status": {"hard": {"persistentvolumeclaims": "0"}, "used": {"persistentvolumeclaims": "0"}}}
    assert place.plane.call("PATCH", path, counted, "application/merge-patch+json")[0] == 200
    place.create(demo())
    until(lambda: "exceeded quota" in json.dumps(place.condition("albert", "WarehouseReady")))
    until(lambda: complete(place, "albert"))
    place.plane.call("DELETE", place.path("resourcequotas", "no-claims"))
    until(lambda: place.get("persistentvolumeclaims", "albert-emulator"), 90)
