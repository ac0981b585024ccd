"""What the status says of pods and Secrets, at a real API server: no kubelet runs, so the test says what pods do."""

from typing import Any

import pytest

from .scene import PIPELINES, Operator, Place, demo, until

pytestmark = pytest.mark.timeout(300)
"""A busy machine takes its time; each wait within has bounds of its own."""

APPS = "apps/v1"
CHECKSUM = "caves-albert.io/checksum"
SNOWFLAKE = {"snowflake": {"account": "caves-albert", "credentialsSecret": {"name": "snowflake"}}}


def make_pod(place: Place, component: str, status: dict[str, Any]) -> None:
    """A pod of a component with this status, as its Deployment and a kubelet would make it."""
    found = until(lambda: place.get("deployments", f"albert-{component}", APPS))
    template = found["spec"]["template"]
    spec = {**template["spec"], "nodeName": "nowhere"}
    body = {"metadata": {"name": f"albert-{component}-x", "labels": template["metadata"]["labels"]}, "spec": spec}
    created, answer = place.plane.call("POST", place.path("pods"), body)
    assert created == 201, answer
    path = place.path("pods", f"albert-{component}-x") + "/status"
    assert place.plane.call("PATCH", path, {"status": status}, "application/merge-patch+json")[0] == 200


def events(place: Place) -> list[tuple[str, str]]:
    """The types and reasons of the pipeline's Events."""
    return [(each["type"], each["reason"]) for each in place.plane.call("GET", place.path("events"))[1]["items"]]


def test_an_image_that_cannot_be_pulled_stands_in_the_status(place: Place, operator: Operator) -> None:
    """`kubectl get wp` says so a moment after the kubelet does, and an Event warns of it, once."""
    place.create(demo())
    waiting = {"reason": "ErrImagePull", "message": "manifest unknown"}
    container = {
        "name": "consumer",
        "image": "nobody/has:it",
        "imageID": "",
        "ready": False,
        "restartCount": 0,
        "state": {"waiting": waiting},
    }
    make_pod(place, "consumer", {"containerStatuses": [container]})
    until(lambda: place.condition("albert", "ConsumersReady").get("reason") == "ImageCannotBePulled")
    assert "nobody/has:it" in place.condition("albert", "ConsumersReady")["message"]
    until(lambda: ("Warning", "ImageCannotBePulled") in events(place))
    moved = place.condition("albert", "ConsumersReady")["lastTransitionTime"]
    place.change("albert", {"producer": {"replicas": 2}})
    until(lambda: place.condition("albert", "ConsumersReady")["observedGeneration"] == 2)
    assert place.condition("albert", "ConsumersReady")["lastTransitionTime"] == moved


def test_a_secret_wakes_and_rolls_what_reads_it(place: Place, operator: Operator) -> None:
    """A Secret that is made is seen at once; one that changes restarts the consumers, and nothing else."""
    place.create({**demo(), "spec": {"broker": {"redpanda": {}}, "warehouse": SNOWFLAKE}})
    until(lambda: place.condition("albert", "Ready").get("reason") == "SecretMissing")

    def template(component: str) -> dict[str, Any]:
        found = until(lambda: place.get("deployments", f"albert-{component}", APPS))
        return dict(found["spec"]["template"])

    def checksum() -> str:
        return str(template("consumer")["metadata"]["annotations"][CHECKSUM])

    before, producer = checksum(), template("producer")
    secret = {"metadata": {"name": "snowflake"}, "stringData": {"user": "WINE", "password": "vin-de-table"}}
    assert place.plane.call("POST", place.path("secrets"), secret)[0] == 201
    until(lambda: place.condition("albert", "Ready")["reason"] != "SecretMissing")
    until(lambda: checksum() != before)
    first = checksum()
    place.patch("secrets", "snowflake", {"stringData": {"password": "grand-cru-classé"}})
    until(lambda: checksum() != first)
    second = checksum()
    place.delete("secrets", "snowflake")
    until(lambda: place.condition("albert", "Ready")["reason"] == "SecretMissing")
    assert checksum() == second
    assert template("producer") == producer
    for value in ("vin-de-table", "grand-cru-classé"):
        assert value not in operator.log


def test_a_consumer_that_fell_tells_why(place: Place, operator: Operator) -> None:
    """The last words of a container stand in the status: the reason, the warehouse's words, what to do."""
    place.create(demo())
    last = '{"message": "🛑 TableMismatch: T stands with other columns. What to do: rename that table"}'
    terminated = {"exitCode": 4, "reason": "Error", "message": last}
    container = {
        "name": "consumer",
        "image": "c:1",
        "imageID": "",
        "ready": False,
        "restartCount": 3,
        "state": {"waiting": {"reason": "CrashLoopBackOff"}},
        "lastState": {"terminated": terminated},
    }
    make_pod(place, "consumer", {"containerStatuses": [container]})
    until(lambda: place.condition("albert", "WarehouseReady").get("reason") == "TableMismatch")
    shown = place.plane.kubectl("get", "-n", place.namespace, "wp", "albert")
    assert "False" in shown.stdout
    described = place.plane.kubectl("describe", "-n", place.namespace, "wp", "albert")
    assert "rename that table" in described.stdout


def test_the_scale_subresource_speaks_of_the_consumers(place: Place, operator: Operator) -> None:
    """`kubectl scale` with scaling off sets the consumers' number."""
    place.create(demo(consumer={"scaling": {"mode": "Off"}}))
    until(lambda: place.get("deployments", "albert-consumer", APPS))
    scaled = place.plane.kubectl("scale", "-n", place.namespace, "wp", "albert", "--replicas=3")
    assert scaled.returncode == 0, scaled.stderr
    until(lambda: (place.get("deployments", "albert-consumer", APPS) or {})["spec"]["replicas"] == 3)
    path = place.path("winepipelines", "albert", PIPELINES) + "/scale"
    assert "app.kubernetes.io/component=consumer" in place.plane.call("GET", path)[1]["status"]["selector"]
