"""A scene for each test: topics, tables and consumers of its own on the broker and the emulator that all share."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from winepipeline_local.broker import Broker
from winepipeline_local.emulator import Emulator

from .fault_proxy import FaultProxy
from .scene import MakeScene, Scene

_numbers = itertools.count(1)


@pytest.fixture
def make_scene(
    broker: Broker, emulator: Emulator, topic: Callable[..., str], tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[MakeScene]:
    """Makes a scene: `make_scene(partitions=2, dead_letters={"max_message_bytes": "20000"})`."""
    made: list[Scene] = []

    def make(partitions: int = 2, dead_letters: dict[str, str] | None = None, **settings: str) -> Scene:
        scene = Scene(
            broker=broker,
            login=emulator.environment,
            topic=topic(partitions, **settings),
            dead_letter_topic=topic(1, prefix="dead", **(dead_letters or {})),
            table=f"EVENTS_{next(_numbers)}",
            folder=tmp_path,
        )
        made.append(scene)
        return scene

    yield make
    for scene in made:
        scene.close()


@pytest.fixture
def scene(make_scene: MakeScene) -> Scene:
    """A scene with two partitions."""
    return make_scene()


@pytest.fixture
def proxy(emulator: Emulator) -> Iterator[FaultProxy]:
    """A way to the emulator that misbehaves when told to: `scene.consumer(**proxy.environment)` takes it."""
    with FaultProxy(emulator.port) as between:
        yield between
