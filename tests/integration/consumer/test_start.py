"""Where reading begins, on a machine that has no time: librdkafka's threads then meet in every order."""

import random
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from confluent_kafka import TopicPartition

from winepipeline_consumer.kafka import Source
from winepipeline_consumer.ownership import Listener
from winepipeline_consumer.settings import ConsumerSettings

from .scene import MakeScene, Sent

_PARTITIONS = 48
_MESSAGES = 5
_LEDGER = 3
_TRY_SECONDS = 40.0
_BURNERS = 4
_PATIENCE_SECONDS = 15.0


@pytest.fixture
def no_time() -> Iterator[None]:
    """Twice as many processes at work as there are processors."""
    burners = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(_BURNERS)]
    yield
    for each in burners:
        each.kill()
        each.wait()


@pytest.mark.long
@pytest.mark.timeout(300)
@pytest.mark.usefixtures("no_time")
def test_every_partition_begins_at_the_ledgers_offset(make_scene: MakeScene) -> None:
    """Whoever runs consumers on a busy node loses nothing: no partition is read from another place on."""
    scene = make_scene(partitions=_PARTITIONS)
    for partition in range(_PARTITIONS):
        scene.send([Sent(b"key", b"{}", [])] * _MESSAGES, partition)
    gained: list[int] = []
    settings = ConsumerSettings.from_environment(scene.environment())
    source = Source(settings, Listener(gained.extend, lambda _: None, lambda _: None))
    while len(gained) < _PARTITIONS:
        source.read(1000, 0.1)
    source._on_revoke(source._consumer, [TopicPartition(source.topic, each) for each in gained])
    until = time.monotonic() + _TRY_SECONDS
    while time.monotonic() < until:
        assert firsts(source) == dict.fromkeys(range(_PARTITIONS), _LEDGER)
    source.close()


def firsts(source: Source) -> dict[int, int]:
    """Be given all partitions, begin at the ledger's offset some time later, and tell where each partition began.

    The group's own calls are made by hand: it would take seconds to change its mind.
    """
    partitions = [TopicPartition(source.topic, each) for each in range(_PARTITIONS)]
    source._on_assign(source._consumer, partitions)
    claimed = time.monotonic() + random.choice((0.0, 0.0, 0.001, 0.005, 0.02, 0.05))
    while time.monotonic() < claimed:
        source.read(100, 0.001)
    source.start(dict.fromkeys(range(_PARTITIONS), _LEDGER))
    found: dict[int, int] = {}
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while len(found) < _PARTITIONS and time.monotonic() < deadline:
        read = source.read(1000, 0.2)
        for partition, offset in zip(read.slice.partitions.tolist(), read.slice.offsets.tolist(), strict=True):
            found.setdefault(partition, offset)
    source._on_revoke(source._consumer, partitions)
    return found
