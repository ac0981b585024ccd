"""Two loaders that both believe they own a partition, with no group to keep them apart."""

import random
import threading

import numpy as np
import pytest

from winepipeline_consumer.batch import Batch, Place
from winepipeline_consumer.landing import encoded
from winepipeline_consumer.metrics import Metrics
from winepipeline_consumer.sift import Slice, sift
from winepipeline_consumer.watch import Watch
from winepipeline_events.recurring import Vocabulary
from winepipeline_events.validation import Limits
from winepipeline_producer.stream import Recipe, Stream
from winepipeline_warehouse.errors import Fenced
from winepipeline_warehouse.ledger import Claim, Origin
from winepipeline_warehouse.loader import Loader

from .scene import Scene, Sent

_EVENTS = 100
_PORTION = 10


class Rival:
    """Somebody who loads partition 0 from memory, as a consumer does from the topic."""

    def __init__(self, scene: Scene, name: str) -> None:
        rng = random.Random(name)
        self.loader = Loader(scene.settings, scene.names, Watch(Metrics(), rng), rng)
        self.name = name
        self.origin = Origin("cluster", scene.topic, scene.topic_ids[0])
        self.values = [each.value for each in Stream(Recipe(), seed=1).take(_EVENTS, 1_795_000_000_000)]

    def claim(self) -> Claim:
        """Claim the partition."""
        return self.loader.claim(self.origin, {0: 0}, self.name, None)[0]

    def load(self, claim: Claim, start: int) -> int:
        """Load the portion at `start` under a claim; returns the offset after it."""
        end = min(_EVENTS, start + _PORTION)
        size = end - start
        offsets = np.arange(start, end, dtype=np.int64)
        messages = Slice(self.values[start:end], np.zeros(size, np.int32), offsets, np.zeros(size, np.int64))
        batch = Batch(1, 0, sift(messages, Limits(), Vocabulary()).rows, (), {0: Place(claim.epoch, start)}, {0: end})
        self.loader.load(encoded(batch, self.origin))
        return end

    def load_all(self) -> None:
        """Claim and load until all is loaded; whenever fenced, claim again and go on where the ledger stands."""
        while True:
            claim = self.claim()
            offset = claim.next_offset
            try:
                while offset < _EVENTS:
                    offset = self.load(claim, offset)
            except Fenced:
                continue
            break
        self.loader.close()


@pytest.fixture
def rivals(scene: Scene) -> tuple[Rival, Rival]:
    """Two of them, on tables that are there."""
    found = Rival(scene, "one"), Rival(scene, "other")
    found[0].loader.prepare()
    scene.sent.update({(0, offset): Sent(None, None, []) for offset in range(_EVENTS)})
    return found


def prove(scene: Scene) -> None:
    """Every offset of the partition is in the table once."""
    loaded, rejected = scene.landed()
    assert sorted(loaded) == sorted(scene.sent)
    assert not rejected


def test_who_claimed_last_loads(scene: Scene, rivals: tuple[Rival, Rival]) -> None:
    """Whoever claims a partition fences the one before off, turn by turn, and what was refused left nothing behind."""
    owner, other = rivals
    claim = owner.claim()
    offset = owner.load(claim, claim.next_offset)
    while offset < _EVENTS:
        newer = other.claim()
        assert (newer.next_offset, newer.epoch) == (offset, claim.epoch + 1)
        with pytest.raises(Fenced):
            owner.load(claim, offset)
        offset = other.load(newer, offset)
        owner, other, claim = other, owner, newer
    prove(scene)


def test_rivals_at_the_same_time(scene: Scene, rivals: tuple[Rival, Rival]) -> None:
    """Two that claim and load one partition side by side, as fast as they can, load each event once."""
    threads = [threading.Thread(target=rival.load_all) for rival in rivals]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    prove(scene)
