"""KEDA before a real API server: its own definitions take what we write, and its own programs scale by it."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.cluster.harness.failure import CannotRun
from tests.cluster.keda.programs import KEDA, definitions
from winepipeline_local.broker import Broker

from .control_plane import ControlPlane
from .keda_processes import keda
from .scene import PIPELINES, Operator, Place, make_place, until
from .slow_group import PARTITIONS, make_topic
from .test_scaling import Consumers

pytestmark = pytest.mark.long

GROUP = "keda.sh/v1alpha1"
TOPIC = "sales_for_keda"
NAME = "albert-consumer"

Start = Callable[..., Operator]


def established(plane: ControlPlane, file: str) -> bool:
    """Whether the API server serves the kind of a definition."""
    return plane.kubectl("wait", "--for=condition=Established", "-f", file).returncode == 0


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """A control plane that knows KEDA's kinds."""
    from .conftest import _plane  # noqa: PLC0415 - the session's plane must not know them

    for plane in _plane(tmp_path_factory.mktemp("keda-plane")):
        try:
            folder = definitions()
        except CannotRun as failure:
            pytest.skip(f"KEDA's definitions come from its Go module: {failure}")
        for file in map(str, sorted(folder.glob("*.yaml"))):
            applied = plane.kubectl("apply", "--server-side", "-f", file)
            assert applied.returncode == 0, applied.stderr
            until(partial(established, plane, file))
        yield plane


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A running Kafka."""
    kafka = Broker(tmp_path_factory.mktemp("broker") / "kafka")
    kafka.start()
    yield kafka
    kafka.stop()


def guarded() -> dict[str, object]:
    """A pipeline at a broker with TLS and passwords, scaled by KEDA."""
    external = {
        "bootstrapServers": "kafka:9093",
        "securityProtocol": "SASL_SSL",
        "credentialsSecret": {"name": "kafka-user"},
        "caSecret": {"name": "kafka-ca"},
    }
    spec = {
        "broker": {"external": external},
        "warehouse": {"emulator": {}},
        "consumer": {"scaling": {"mode": "Keda", "minReplicas": 0}},
    }
    return {"apiVersion": PIPELINES, "kind": "WinePipeline", "metadata": {"name": "albert"}, "spec": spec}


def test_kedas_own_definitions_take_what_we_write(served: ControlPlane, start_operator: Start) -> None:
    """ScaledObject and TriggerAuthentication are accepted, come with the mode, go with it, and the status says so."""
    place = make_place(served)
    start_operator(served, WATCH_NAMESPACES=place.namespace, LOOK_SECONDS="1")
    place.create(guarded())
    scaled = until(lambda: place.get("scaledobjects", "albert-consumer", GROUP))
    login = until(lambda: place.get("triggerauthentications", "albert-consumer", GROUP))
    assert scaled["spec"]["triggers"][0]["authenticationRef"] == {"name": login["metadata"]["name"]}
    assert scaled["spec"]["fallback"]["behavior"] == "currentReplicas"
    until(lambda: place.condition("albert", "ScalingActive").get("status") == "True")
    place.change("albert", {"paused": True})
    until(lambda: (place.get("scaledobjects", "albert-consumer", GROUP) or {})["metadata"].get("annotations"))
    place.change("albert", {"paused": False, "consumer": {"scaling": {"mode": "Builtin"}}})
    until(lambda: place.get("scaledobjects", "albert-consumer", GROUP) is None)
    until(lambda: place.get("triggerauthentications", "albert-consumer", GROUP) is None)


def test_without_keda_a_condition_says_so(place: Place, operator: Operator) -> None:
    """In a cluster that knows no ScaledObject a person reads that nobody scales, and what to install or write."""
    place.create(guarded())
    until(lambda: place.condition("albert", "ScalingActive").get("reason") == "KedaNotServed")
    assert place.condition("albert", "ScalingActive")["status"] == "False"


@pytest.mark.timeout(300)
def test_keda_itself_scales_by_what_we_write(
    served: ControlPlane, broker: Broker, start_operator: Start, tmp_path: Path
) -> None:
    """KEDA's own operator looks at our topic, and the number of consumers becomes the lag over the threshold."""
    if not KEDA.built:
        pytest.skip("no keda-operator and keda-adapter in the cache: run `make cluster-keda`, which takes minutes")
    make_topic(broker, TOPIC, 1000)
    place = make_place(served)
    consumers = Consumers(place, broker, TOPIC)
    start_operator(served, WATCH_NAMESPACES=place.namespace, LOOK_SECONDS="1")
    with keda(served, tmp_path):
        consumers.create(mode="Keda", minReplicas=0, maxReplicas=PARTITIONS, lagThreshold=2000)
        consumers.ready(1)
        until(lambda: consumers.replicas == 3, 180)
        assert not {"winepipeline-scaler", "winepipeline-operator"} & consumers.owners
        until(lambda: active(place), 60)


def active(place: Place) -> bool:
    """Whether KEDA says that there is work."""
    conditions = (place.get("scaledobjects", NAME, GROUP) or {})["status"].get("conditions", [])
    return {each["type"]: each["status"] for each in conditions}.get("Active") == "True"
