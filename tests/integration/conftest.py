"""The real parts that every integration test runs on: one broker and one emulator for the whole session."""

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from winepipeline_local.broker import Broker
from winepipeline_local.emulator import Emulator
from winepipeline_local.kafka import Cluster, Topic

_numbers = itertools.count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs the embedded parts: mark it so."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.integration)


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A running Kafka. A test that stops, kills or restarts it must leave it running."""
    kafka = Broker(tmp_path_factory.mktemp("broker") / "kafka")
    kafka.start()
    yield kafka
    kafka.stop()


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """A running warehouse emulator. A test that stops, kills or restarts it must leave it running."""
    warehouse = Emulator(tmp_path_factory.mktemp("emulator") / "warehouse")
    warehouse.start()
    yield warehouse
    warehouse.stop()


@pytest.fixture
def topic(broker: Broker) -> Callable[..., str]:
    """Makes a new, empty topic: `topic(partitions=6, retention_ms=…)` returns its name."""

    def make(partitions: int = 1, prefix: str = "sales", **settings: str) -> str:
        name = f"{prefix}_{os.getpid()}_{next(_numbers)}"
        wanted = Topic(name, partitions, settings={key.replace("_", "."): value for key, value in settings.items()})
        Cluster({"bootstrap.servers": broker.bootstrap}).create([wanted])
        return name

    return make
