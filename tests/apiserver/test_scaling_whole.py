"""The whole of the scaling: operator, API server, broker, emulator and consumers are real; only the node is played."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from winepipeline_local.broker import Broker
from winepipeline_local.emulator import Emulator
from winepipeline_local.kafka import Cluster, Topic
from winepipeline_local.plan import without_service_settings
from winepipeline_operator.environment import Address, Endpoints, consumer_environment, producer_environment
from winepipeline_operator.spec import WinePipeline

from .consumer_node import METRICS_PORT, ConsumerNode
from .control_plane import ControlPlane
from .scene import PIPELINES, Operator, Place, make_place, until

USUAL, BURST = 6, 60
CATCH_UP_SECONDS = 90
PATIENCE = {"LOOK_SECONDS": "3", "SCALE_DOWN_AFTER_SECONDS": "30", "SLEEP_AFTER_SECONDS": "30"}
TOPIC = "sales_events"

pytestmark = [pytest.mark.long, pytest.mark.timeout(900, func_only=True)]


@dataclass
class Scene:
    """One pipeline at work, and what a person does with it."""

    place: Place
    broker: Broker
    node: ConsumerNode
    folder: Path
    environment: dict[str, str]
    producer: subprocess.Popen[bytes] | None = None

    def produce(self, events_per_second: float) -> None:
        """So many events a second from now on."""
        self.quiet()
        if events_per_second:
            with (self.folder / "producer.log").open("ab") as log:
                command = [sys.executable, "-m", "winepipeline_producer"]
                environment = {**self.environment, "EVENTS_PER_SECOND": str(events_per_second), "METRICS_PORT": "0"}
                self.producer = subprocess.Popen(command, env=environment, stdout=log, stderr=log)

    def quiet(self) -> None:
        """No more events."""
        if self.producer is not None:
            self.producer.terminate()
            self.producer.wait(30)
            self.producer = None

    @property
    def status(self) -> dict[str, Any]:
        """The resource's."""
        found: dict[str, Any] = self.place.pipeline("albert").get("status", {})
        return found

    @property
    def latest(self) -> dict[str, Any]:
        """The scaler's last decision."""
        found: dict[str, Any] = self.status.get("scaling", {}).get("latest", {})
        return found

    @property
    def replicas(self) -> int:
        """How many consumers are asked for."""
        return int((self.place.get("deployments", "albert-consumer", "apps/v1") or {})["spec"]["replicas"])

    @property
    def changes(self) -> list[str]:
        """What was decided, the oldest first."""
        found = self.status.get("scaling", {}).get("decisions", [])
        return [each["action"] for each in reversed(found) if each["replicas"] != each["replicasBefore"]]

    def ready(self, count: int) -> bool:
        """Whether so many consumers work."""
        return len(self.node.pods) == count and all(pod.ready for pod in self.node.pods)

    def audit(self) -> dict[str, Any]:
        """What `winepipeline audit` says in a consumer's pod."""
        command = [sys.executable, "-m", "winepipeline_local", "audit", "--output", "json"]
        said = subprocess.run(
            command, env=self.environment, cwd=self.folder, capture_output=True, text=True, check=False, timeout=60
        )
        assert said.returncode == 0, said.stdout + said.stderr
        return dict(json.loads(said.stdout))


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A running Kafka."""
    kafka = Broker(tmp_path_factory.mktemp("broker") / "kafka")
    kafka.start()
    Cluster({"bootstrap.servers": kafka.bootstrap}).create([Topic(TOPIC, 6), Topic(f"{TOPIC}_dlq", 1)])
    yield kafka
    kafka.stop()


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """A warehouse as far away as an account."""
    warehouse = Emulator(tmp_path_factory.mktemp("emulator") / "warehouse", upload_seconds=1)
    warehouse.start()
    yield warehouse
    warehouse.stop()


@pytest.fixture(scope="module")
def scene(
    plane: ControlPlane, broker: Broker, emulator: Emulator, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scene]:
    """A pipeline of one or two consumers of some thirty events a second each."""
    folder, place = tmp_path_factory.mktemp("scene"), make_place(plane)
    resource = {
        "apiVersion": PIPELINES,
        "kind": "WinePipeline",
        "metadata": {"name": "albert"},
        "spec": {
            "topic": {"name": TOPIC, "partitions": 6},
            "broker": {"external": {"bootstrapServers": broker.bootstrap}},
            "warehouse": {"emulator": {}},
            "producer": {"enabled": False, "eventsPerSecond": USUAL},
            "consumer": {
                "batchSize": 10,
                "maxBatchSize": 40,
                "scaling": {"minReplicas": 1, "maxReplicas": 2, "catchUpSeconds": CATCH_UP_SECONDS},
            },
        },
    }
    pipeline = WinePipeline.model_validate(resource)
    endpoints = Endpoints(broker.bootstrap, Address("http", "127.0.0.1", emulator.port))
    environment = {
        **without_service_settings(os.environ),
        **producer_environment(pipeline, endpoints),
        **consumer_environment(pipeline, endpoints),
        "CONSUMER_SESSION_TIMEOUT_MS": "6000",
    }
    place.create(resource)
    found = Scene(place, broker, ConsumerNode(place, "albert-consumer", environment, folder), folder, environment)
    yield found
    found.quiet()
    found.node.stop()


@pytest.fixture(scope="module")
def watching(scene: Scene) -> Iterator[Operator]:
    """The operator, with less patience than usual."""
    log = scene.folder / "operator.log"
    operator = Operator(scene.place.plane, log, {"WATCH_NAMESPACES": scene.place.namespace, **PATIENCE}).start()
    yield operator
    operator.kill()
    print(operator.log[-6000:])  # noqa: T201 - pytest shows it when a test fails


def test_a_burst_of_ten_times_the_load_scales_out_and_drains(scene: Scene, watching: Operator) -> None:
    """Ten times the events bring a second consumer in one decision; the backlog drains in time, each event is once."""
    scene.produce(USUAL)
    until(lambda: scene.ready(1), 60)
    until(lambda: scene.status.get("scaling", {}).get("state", {}).get("rate"), 120)
    scene.produce(BURST)
    until(lambda: scene.replicas == 2, 240)
    until(lambda: scene.ready(2), 60)
    scene.produce(USUAL)
    begun = time.monotonic()
    until(lambda: (scene.status.get("lag") or 10**6) < 20 * USUAL, 300)
    assert time.monotonic() - begun < CATCH_UP_SECONDS + 60  # the status is told once a minute
    assert scene.changes == ["Up"], "one decision, not many"
    assert _revocations(scene) <= 1, "and one rebalance for it"
    assert scene.audit()["holds"]


def test_no_failure_changes_the_number(scene: Scene, watching: Operator) -> None:
    """With the broker, the operator or a consumer's metrics gone in the middle, the number stays as it was."""
    scene.produce(BURST)  # so that two are needed all the while
    until(lambda: scene.replicas == 2, 240)
    until(lambda: scene.ready(2), 60)
    before, decided = scene.replicas, scene.changes
    scene.node.hidden = True
    until(lambda: scene.latest.get("inputs", {}).get("consumersMeasured") == 0, 120)
    scene.node.hidden = False
    scene.broker.kill()
    until(lambda: scene.latest.get("limit") == "ObservationFailed", 90)
    watching.kill()
    watching.start()
    scene.broker.start()
    until(lambda: scene.ready(before), 120)
    until(lambda: scene.latest.get("limit") != "ObservationFailed", 120)
    assert (scene.replicas, scene.changes) == (before, decided)


def test_it_scales_in_again_and_to_sleep_and_wakes(scene: Scene, watching: Operator) -> None:
    """The usual load needs one; no load, where zero is allowed, none; what comes then wakes one; nothing is lost."""
    scene.produce(USUAL)
    until(lambda: scene.replicas == 1, 240)
    scene.quiet()
    scene.place.change("albert", {"consumer": {"scaling": {"minReplicas": 0}}})
    until(lambda: scene.replicas == 0 and not scene.node.pods, 240)
    scene.produce(USUAL)
    until(lambda: scene.replicas > 0, 120)
    until(lambda: scene.ready(scene.replicas), 60)
    scene.quiet()
    assert scene.changes[-3:] == ["Down", "Sleep", "Wake"]
    assert scene.changes.count("Up") <= 2, "one for each burst"
    until(lambda: scene.audit()["in_flight"] == 0, 120)
    assert scene.audit()["holds"]


def _revocations(scene: Scene) -> float:
    """How often the consumer that was there first has given partitions away."""
    with urllib.request.urlopen(f"http://{scene.node.pods[0].address}:{METRICS_PORT}/metrics", timeout=5) as answer:
        lines = answer.read().decode().splitlines()
    told = [each for each in lines if each.startswith("winepipeline_rebalances_total{") and "revoked" in each]
    return sum(float(each.rpartition(" ")[2]) for each in told)
