"""Somebody changes what the operator made: it is put back, unless it was paused, and what others own is left alone."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from .scene import PIPELINES, Operator, Place, demo, until

pytestmark = pytest.mark.timeout(300)
"""A busy machine takes its time; each wait within has bounds of its own."""

APPS = "apps/v1"
PAUSE = "caves-albert.io/pause-reconciliation"


def settled(place: Place) -> None:
    """A pipeline whose children are all there."""
    place.create(demo())
    until(lambda: place.condition("albert", "Ready"))
    until(lambda: place.get("deployments", "albert-consumer", APPS))


def image(place: Place) -> str:
    """The consumers' image as it stands."""
    found = place.get("deployments", "albert-consumer", APPS)
    return "" if found is None else str(found["spec"]["template"]["spec"]["containers"][0]["image"])


def change_image(place: Place) -> None:
    """Change the consumers' image by hand."""
    containers = [{"name": "consumer", "image": "somebody/else:1"}]
    path = place.path("deployments", "albert-consumer", APPS)
    patch = {"spec": {"template": {"spec": {"containers": containers}}}}
    status, answer = place.plane.call("PATCH", path, patch, "application/strategic-merge-patch+json")
    assert status == 200, answer


def test_a_deleted_child_comes_back(place: Place, operator: Operator) -> None:
    """A Deployment, a Service and a ConfigMap that are deleted by hand are there again a moment later."""
    settled(place)
    for plural, name, group in (
        ("deployments", "albert-consumer", APPS),
        ("services", "albert-redpanda", ""),
        ("configmaps", "albert-redpanda", ""),
    ):
        before = until(partial(place.get, plural, name, group))
        place.delete(plural, name, group)
        until(partial(is_another, place, plural, name, group, before["metadata"]["uid"]))


def is_another(place: Place, plural: str, name: str, group: str, uid: str) -> bool:
    """Whether an object is there that is not the one with this uid."""
    found = place.get(plural, name, group)
    return found is not None and found["metadata"]["uid"] != uid


def test_a_child_changed_by_hand_is_put_back(place: Place, operator: Operator) -> None:
    """An image that somebody replaced is the right one again a moment later."""
    settled(place)
    before = image(place)
    change_image(place)
    until(lambda: image(place) == before)


def test_what_others_add_stays(place: Place, operator: Operator) -> None:
    """Labels and annotations of others on a child, such as a restart by kubectl, are not taken away."""
    settled(place)
    place.patch("deployments", "albert-consumer", {"metadata": {"labels": {"team": "cellar"}}}, APPS)
    restart = {"spec": {"template": {"metadata": {"annotations": {"kubectl.kubernetes.io/restartedAt": "now"}}}}}
    place.patch("deployments", "albert-consumer", restart, APPS)
    place.change("albert", {"consumer": {"batchSize": 200}})
    until(lambda: place.pipeline("albert")["status"]["observedGeneration"] == 2)
    found = place.get("deployments", "albert-consumer", APPS)
    assert found is not None
    assert found["metadata"]["labels"]["team"] == "cellar"
    assert found["spec"]["template"]["metadata"]["annotations"]["kubectl.kubernetes.io/restartedAt"] == "now"


def test_the_consumers_number_belongs_to_who_scales(place: Place, operator: Operator) -> None:
    """With scaling on, a number that somebody else has set is not the operator's to put back."""
    settled(place)
    path = place.path("deployments", "albert-consumer", APPS) + "?fieldManager=an-autoscaler"
    status, _ = place.plane.call("PATCH", path, {"spec": {"replicas": 4}}, "application/merge-patch+json")
    assert status == 200
    place.change("albert", {"consumer": {"batchSize": 200}})
    until(lambda: place.pipeline("albert")["status"]["observedGeneration"] == 2)
    found = place.get("deployments", "albert-consumer", APPS)
    assert found is not None
    assert found["spec"]["replicas"] == 4


def test_the_annotation_keeps_its_hands_off(place: Place, operator: Operator) -> None:
    """While reconciliation is paused nothing is put back and the status says so; afterwards it is."""
    settled(place)
    before = image(place)
    place.patch("winepipelines", "albert", {"metadata": {"annotations": {PAUSE: "true"}}}, PIPELINES)
    until(lambda: PAUSE in place.condition("albert", "Ready")["message"])
    change_image(place)
    place.change("albert", {"producer": {"replicas": 3}})
    until(lambda: place.pipeline("albert")["status"]["observedGeneration"] == 2)
    assert image(place) == "somebody/else:1"
    place.patch("winepipelines", "albert", {"metadata": {"annotations": {PAUSE: None}}}, PIPELINES)
    until(lambda: image(place) == before)
    until(lambda: (place.get("deployments", "albert-producer", APPS) or {})["spec"]["replicas"] == 3)


def test_paused_stops_the_services_and_nothing_else(place: Place, operator: Operator) -> None:
    """`spec.paused` takes producers and consumers to none and leaves the broker; `paused: false` brings them back."""
    settled(place)

    def number(component: str) -> Any:
        found = place.get("deployments", f"albert-{component}", APPS)
        return None if found is None else found["spec"]["replicas"]

    until(lambda: number("producer") == 1)
    place.change("albert", {"paused": True})
    until(lambda: number("producer") == 0 and number("consumer") == 0)
    until(lambda: place.condition("albert", "Ready")["reason"] == "Paused")
    broker = place.get("statefulsets", "albert-redpanda", APPS)
    assert broker is not None
    assert broker["spec"]["replicas"] == 1
    place.change("albert", {"paused": False})
    until(lambda: number("producer") == 1 and number("consumer") == 1)


def test_what_changed_while_nobody_looked_is_put_back(place: Place, start_operator: Callable[..., Operator]) -> None:
    """An operator that has just started puts back what was changed or deleted while none ran, and touches no more."""
    first = start_operator(place.plane, WATCH_NAMESPACES=place.namespace)
    settled(place)
    before = image(place)
    until(lambda: place.get("services", "albert-console"))
    assert first.stop() == 0
    change_image(place)
    place.delete("services", "albert-console")
    untouched = place.get("deployments", "albert-producer", APPS)
    assert untouched is not None
    start_operator(place.plane, WATCH_NAMESPACES=place.namespace)
    until(lambda: image(place) == before)
    until(lambda: place.get("services", "albert-console"))
    found = place.get("deployments", "albert-producer", APPS)
    assert found is not None
    assert found["metadata"]["resourceVersion"] == untouched["metadata"]["resourceVersion"]


def test_a_quiet_pipeline_is_left_in_peace(place: Place, start_operator: Callable[..., Operator]) -> None:
    """Rounds in which nothing has changed write nothing: neither children nor status."""
    operator = start_operator(place.plane, WATCH_NAMESPACES=place.namespace, RESYNC_SECONDS="1")
    settled(place)

    def rounds() -> float:
        name = f'winepipeline_operator_reconciles_total{{namespace="{place.namespace}",pipeline="albert"}} '
        line = next((each for each in operator.metrics().splitlines() if each.startswith(name)), "0 0")
        return float(line.rpartition(" ")[2])

    until(lambda: rounds() >= 4)
    before = [place.pipeline("albert"), place.get("deployments", "albert-consumer", APPS)]
    seen = rounds()
    until(lambda: rounds() >= seen + 3)
    assert [place.pipeline("albert"), place.get("deployments", "albert-consumer", APPS)] == before


def test_who_will_not_give_in_is_told_of(place: Place, operator: Operator) -> None:
    """When somebody changes a child back each time, the operator does not race for ever: it rests and says so."""
    settled(place)
    wrong = "somebody/else:1"

    def contested() -> bool:
        if image(place) != wrong:
            change_image(place)
        return place.condition("albert", "ConsumersReady").get("reason") == "Contested"

    until(contested, 60)
    assert "albert-consumer was changed back 6 times" in place.condition("albert", "ConsumersReady")["message"]
