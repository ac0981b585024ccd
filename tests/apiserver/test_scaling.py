"""Scaling against a real API server and a real broker: one writer of the number in each mode, none on a failed look."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from winepipeline_local.broker import Broker

from .control_plane import ControlPlane
from .scene import PIPELINES, Operator, Place, make_place, until
from .slow_group import GROUP, PARTITIONS, make_topic, slow_group

pytestmark = pytest.mark.long

APPS = "apps/v1"
NAME = "albert-consumer"
SCALER = "winepipeline-scaler"
OPERATOR = "winepipeline-operator"
_topics = itertools.count(1)

Start = Callable[..., Operator]


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A running Kafka; a test that stops it starts it again."""
    kafka = Broker(tmp_path_factory.mktemp("broker") / "kafka")
    kafka.start()
    yield kafka
    kafka.stop()


class Consumers:
    """The consumers' Deployment of a pipeline, whose pods nobody runs here: the test says how many are ready."""

    def __init__(self, place: Place, broker: Broker, topic: str) -> None:
        self.place = place
        self.broker = broker
        self.topic = topic

    def create(self, **scaling: Any) -> None:
        """Create the pipeline, and wait for its Deployment."""
        spec = {
            "topic": {"name": self.topic, "partitions": PARTITIONS},
            "deadLetterTopic": {"name": f"{self.topic}_dlq"},
            "broker": {"external": {"bootstrapServers": self.broker.bootstrap}},
            "warehouse": {"emulator": {}},
            "producer": {"enabled": False},
            "consumer": {"groupId": GROUP, "scaling": scaling},
        }
        body = {"apiVersion": PIPELINES, "kind": "WinePipeline", "metadata": {"name": "albert"}, "spec": spec}
        self.place.create(body)
        until(lambda: self.place.get("deployments", NAME, APPS))

    def change(self, replicas: int = 1, **scaling: Any) -> None:
        """Change how the consumers are scaled."""
        self.place.change("albert", {"consumer": {"replicas": replicas, "scaling": scaling}})

    @property
    def deployment(self) -> dict[str, Any]:
        """As it is now."""
        found = self.place.get("deployments", NAME, APPS)
        assert found is not None
        return found

    @property
    def replicas(self) -> int:
        """The number that is asked for."""
        return int(self.deployment["spec"]["replicas"])

    @property
    def owners(self) -> set[str]:
        """Who owns that number."""
        entries = self.deployment["metadata"]["managedFields"]
        return {each["manager"] for each in entries if "f:replicas" in each["fieldsV1"].get("f:spec", {})}

    def ready(self, count: int) -> None:
        """So many pods are ready."""
        numbers = {"replicas": count, "readyReplicas": count, "availableReplicas": count, "updatedReplicas": count}
        path = self.place.path("deployments", NAME, APPS) + "/status"
        status, answer = self.place.plane.call("PATCH", path, {"status": numbers}, "application/merge-patch+json")
        assert status == 200, answer

    @property
    def scaling(self) -> dict[str, Any]:
        """What the status tells of the scaling."""
        found: dict[str, Any] = self.place.pipeline("albert").get("status", {}).get("scaling", {})
        return found

    @property
    def events(self) -> list[dict[str, Any]]:
        """What was told as Events so far."""
        found: list[dict[str, Any]] = self.place.plane.call("GET", self.place.path("events"))[1]["items"]
        return found

    def sees(self) -> bool:
        """Whether the scaler has looked and the look succeeded."""
        return self.scaling.get("latest", {}).get("limit") not in {None, "ObservationFailed"}

    def looked(self, limit: str) -> dict[str, Any] | None:
        """The latest decision, if this is what limited it."""
        latest: dict[str, Any] = self.scaling.get("latest", {})
        return latest if latest.get("limit") == limit else None


@pytest.fixture
def consumers(place: Place, broker: Broker) -> Consumers:
    """Consumers of a topic of their own."""
    topic = f"sales_{next(_topics)}"
    make_topic(broker, topic, 10_000)
    return Consumers(place, broker, topic)


@pytest.fixture
def watching(consumers: Consumers, start_operator: Start) -> Operator:
    """An operator that looks every second."""
    place = consumers.place
    return start_operator(place.plane, WATCH_NAMESPACES=place.namespace, LOOK_SECONDS="1")


def test_a_backlog_is_met_with_more_consumers(consumers: Consumers, watching: Operator) -> None:
    """One consumer too slow for its backlog becomes more, by the scaler's own hand, and a person can read why."""
    with slow_group(consumers.broker, consumers.topic, 200):
        consumers.create(minReplicas=1, maxReplicas=6)
        consumers.ready(1)
        until(lambda: consumers.replicas > 1, 60)
    assert consumers.owners == {SCALER}
    assert consumers.deployment["spec"]["template"]["spec"]["containers"], "nothing else of it was touched"
    entry = until(lambda: next(iter(consumers.scaling.get("decisions", [])), None))
    assert entry["action"] == "Up"
    assert entry["inputs"]["lag"] > 10_000
    told = until(lambda: [each["message"] for each in consumers.events if each["reason"] == "ScaledUp"])
    assert told[0].startswith("from 1 to ")


def test_nobody_jumps_when_the_mode_changes(consumers: Consumers, watching: Operator) -> None:
    """From one mode to the next there is one owner of the number, and the number is what the new mode says."""
    consumers.create(mode="Builtin", minReplicas=4)
    until(lambda: consumers.replicas == 4)
    until(lambda: consumers.owners == {SCALER})
    consumers.change(mode="Off", replicas=3)
    until(lambda: (consumers.replicas, consumers.owners) == (3, {OPERATOR}))
    in_place = ("--namespace", consumers.place.namespace)
    typed = consumers.place.plane.kubectl("scale", "wp", "albert", "--replicas", "5", *in_place)
    assert typed.returncode == 0, typed.stderr
    until(lambda: consumers.replicas == 5)

    typed = consumers.place.plane.kubectl("autoscale", "wp", "albert", "--min", "1", "--max", "6", *in_place)
    assert typed.returncode == 0, typed.stderr

    seen = _numbers_until(consumers, lambda: consumers.owners == {SCALER}, mode="Builtin", minReplicas=2, replicas=5)
    assert seen == {5}, "taken over as it stood"
    seen = _numbers_until(consumers, lambda: SCALER not in consumers.owners, mode="Keda", minReplicas=2, replicas=1)
    assert seen == {5}, "given up as it stood, not back to 1"
    until(lambda: consumers.scaling.get("mode") == "Keda")
    _as_an_autoscaler(consumers, 2)
    seen = _numbers_until(consumers, lambda: consumers.owners == {SCALER}, mode="Builtin", minReplicas=2, replicas=1)
    assert seen == {2}


def test_an_autoscaler_of_keda_is_left_alone(consumers: Consumers, watching: Operator) -> None:
    """What KEDA's HorizontalPodAutoscaler sets stays, through rounds and looks."""
    consumers.create(mode="Keda")
    until(lambda: consumers.scaling.get("mode") == "Keda")
    _as_an_autoscaler(consumers, 4)
    generation = consumers.deployment["metadata"]["generation"]
    consumers.place.change("albert", {"topic": {"retentionHours": 24}})
    until(lambda: consumers.place.pipeline("albert")["status"]["observedGeneration"] == 2)
    lag = until(lambda: consumers.place.pipeline("albert")["status"].get("lag"))
    assert lag == PARTITIONS * 10_000, "the data plane is looked at all the same"
    assert (consumers.replicas, consumers.deployment["metadata"]["generation"]) == (4, generation)


def test_a_pause_stops_and_lets_go_again(consumers: Consumers, watching: Operator) -> None:
    """Paused means none, whatever waits; afterwards the scaler has the number again."""
    consumers.create(minReplicas=2)
    until(lambda: (consumers.replicas, consumers.owners) == (2, {SCALER}))
    consumers.place.change("albert", {"paused": True})
    until(lambda: (consumers.replicas, consumers.owners) == (0, {OPERATOR}))
    consumers.place.change("albert", {"paused": False})
    until(lambda: (consumers.replicas, consumers.owners) == (2, {SCALER}))


def test_recommend_tells_and_leaves_the_number(consumers: Consumers, watching: Operator) -> None:
    """In Recommend the advice stands in the status, and the number stays what the resource says."""
    with slow_group(consumers.broker, consumers.topic, 200):
        consumers.create(mode="Recommend", minReplicas=1, maxReplicas=6)
        consumers.ready(1)
        until(lambda: any(each["action"] == "Up" for each in consumers.scaling.get("decisions", [])), 60)
    assert (consumers.replicas, consumers.owners) == (1, {OPERATOR})


def test_no_failure_changes_the_number(own_plane: ControlPlane, broker: Broker, start_operator: Start) -> None:
    """A broker that dies, one that comes back, and an operator killed in the middle: the number stays to the digit."""
    place = make_place(own_plane)
    topic = f"sales_{next(_topics)}"
    make_topic(broker, topic, 2000)
    consumers = Consumers(place, broker, topic)
    operator = start_operator(own_plane, WATCH_NAMESPACES=place.namespace, LOOK_SECONDS="1")
    consumers.create(minReplicas=1, maxReplicas=6)
    until(lambda: consumers.owners == {SCALER})
    consumers.place.patch("deployments", NAME, {"spec": {"replicas": 3}}, APPS)
    until(lambda: consumers.owners in ({"a-person"}, {SCALER}))
    until(lambda: consumers.scaling.get("latest", {}).get("replicas") == 3)
    generation = consumers.deployment["metadata"]["generation"]

    broker.kill()
    until(lambda: consumers.looked("ObservationFailed"), 60)
    operator.kill()
    operator.start()
    until(lambda: consumers.place.pipeline("albert")["status"]["scaling"]["decisions"], 60)
    broker.start()
    until(consumers.sees, 90)
    decided = consumers.scaling["decisions"]
    assert [each["limit"] for each in decided if each["limit"] == "ObservationFailed"] == ["ObservationFailed"]
    assert (consumers.replicas, consumers.deployment["metadata"]["generation"]) == (3, generation)


def _as_an_autoscaler(consumers: Consumers, replicas: int) -> None:
    """Set the number as the HorizontalPodAutoscaler does: through /scale of the Deployment."""
    path = consumers.place.path("deployments", NAME, APPS) + "/scale"
    _, scale = consumers.place.plane.call("GET", path)
    status, answer = consumers.place.plane.call("PUT", path, {**scale, "spec": {"replicas": replicas}})
    assert status == 200, answer
    until(lambda: consumers.replicas == replicas)


def _numbers_until(consumers: Consumers, over: Callable[[], bool], replicas: int, **scaling: Any) -> set[int]:
    """All numbers that were asked for from a change of the mode until it is over."""
    seen = {consumers.replicas}
    consumers.change(replicas=replicas, **scaling)

    def look() -> bool:
        seen.add(consumers.replicas)
        return over()

    until(look)
    return {*seen, consumers.replicas}
