"""The ledger's laws as a machine: consumers claim, load, are overtaken, lose answers and die, in any order.

All that a consumer does is done by the product's `Loader`; the machine only decides who does what when, and knows what
was in the topic. It runs on any `World`: the one in memory (many examples), and the emulator's (few, but real SQL).
"""

from collections.abc import Callable

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from winepipeline_warehouse.claim import OriginChanged
from winepipeline_warehouse.errors import DataRefused, Fenced
from winepipeline_warehouse.ledger import Claim, Origin
from winepipeline_warehouse.load import Load
from winepipeline_warehouse.loader import Interrupted

from .world import PARTITIONS, Consumer, Fault, Place, Topic, World

CONSUMERS = ("ada", "bob", "eve")

STATEMENTS = ("COMMIT", "PUT", "BEGIN", "COPY", "UPDATE", "SELECT", "MERGE", "REMOVE")
FAULTS = st.none() | st.builds(Fault, st.sampled_from(STATEMENTS), st.booleans())


class LedgerMachine(RuleBasedStateMachine):
    """Nothing twice, nothing missing, whoever does whatever."""

    make_world: Callable[[], World]

    def __init__(self) -> None:
        super().__init__()
        self.world = type(self).make_world()
        self.topics = [Topic(Origin("cluster", "sales_events", "id-0"))]
        self.consumers = {name: Consumer(name, self.world) for name in CONSUMERS}
        self.owners: dict[tuple[str, int], str] = {}
        self.loads = 0
        self.finished: dict[str, set[Place] | None] = {}

    @property
    def topic(self) -> Topic:
        """The one that is there now."""
        return self.topics[-1]

    # What the world does

    @initialize()
    def begin_with_events(self) -> None:
        """And with an owner of them."""
        for partition in PARTITIONS * 5:
            self.produce(partition)
        self._claim(CONSUMERS[0], set(PARTITIONS), None, 0)

    @rule(partition=st.sampled_from(PARTITIONS))
    def produce(self, partition: int) -> None:
        """Three events, with a hole before the second, as compaction and transactions leave it."""
        end = self.topic.ends[partition]
        self.topic.offsets[partition] += [end, end + 2, end + 3]
        self.topic.ends[partition] = end + 4

    @rule(partition=st.sampled_from(PARTITIONS), by=st.integers(1, 5))
    def retention_passes(self, partition: int, by: int) -> None:
        """The log begins later."""
        topic = self.topic
        topic.starts[partition] = min(topic.ends[partition], topic.starts[partition] + by)

    @precondition(lambda self: len(self.topics) < 3)
    @rule()
    def topic_is_made_again(self) -> None:
        """Under the same name, with a new id, from offset 0."""
        self.topics.append(Topic(Origin("cluster", "sales_events", f"id-{len(self.topics)}")))

    # What consumers do

    @rule(
        name=st.sampled_from(CONSUMERS),
        partitions=st.sampled_from([{0}, {1}, {0, 1}]),
        accepted=st.booleans(),
        fault=FAULTS,
        patience=st.integers(0, 2),
    )
    def claim(self, name: str, partitions: set[int], accepted: bool, fault: Fault | None, patience: int) -> None:
        """A consumer is given partitions."""
        self.world.fault = fault
        self._claim(name, partitions, self.topic.origin.topic_id if accepted else None, patience)
        self.world.fault = None

    @rule(
        name=st.sampled_from(CONSUMERS),
        partitions=st.sampled_from([{0}, {1}, {0, 1}]),
        most=st.integers(1, 4),
        fault=FAULTS,
        patience=st.integers(0, 2),
        interferes=st.none()
        | st.tuples(st.sampled_from(CONSUMERS), st.sampled_from(World.steps), st.booleans(), st.integers(1, 4)),
    )
    def load(
        self,
        name: str,
        partitions: set[int],
        most: int,
        fault: Fault | None,
        patience: int,
        interferes: tuple[str, str, bool, int] | None,
    ) -> None:
        """A consumer loads what it believes to be its own; another one may take it away in the middle."""
        consumer = self._with_partitions(name)
        if interferes and interferes[0] != consumer.name and interferes[1] in self.world.steps:
            other, step, loads_too, its_most = interferes
            consumer.interloper = (step, lambda: self._interfere(other, partitions, loads_too, its_most))
        self.world.fault = fault
        self._load(consumer, partitions, most, patience)
        self.world.fault = consumer.interloper = None

    @rule(name=st.sampled_from(CONSUMERS))
    def die(self, name: str) -> None:
        """A consumer is killed; one of the same name comes back without a memory."""
        self.consumers[name].loader.close()
        self.consumers[name] = Consumer(name, self.world)

    def _with_partitions(self, name: str) -> Consumer:
        """The consumer of this name, or another one if it has none."""
        having = [each for each in self.consumers.values() if each.places]
        return self.consumers[name] if not having or self.consumers[name] in having else having[-1]

    def _interfere(self, other: str, partitions: set[int], loads_too: bool, most: int) -> None:
        fault, self.world.fault = self.world.fault, None
        self._claim(other, partitions, None, 0)
        if loads_too:
            self._load(self.consumers[other], partitions, most, 0)
        self.world.fault = fault

    def _claim(self, name: str, partitions: set[int], accepted_topic_id: str | None, patience: int) -> None:
        consumer, topic = self.consumers[name], self.topic
        consumer.try_so_often(patience)
        starts = {p: topic.starts[p] for p in partitions}
        before = self.world.ledger()
        try:
            claims = consumer.loader.claim(topic.origin, starts, name, accepted_topic_id)
        except OriginChanged:
            assert accepted_topic_id != topic.origin.topic_id
            assert any(topic_id != topic.origin.topic_id for topic_id, _ in before)
            return
        except Interrupted:
            consumer.loader.close()
            self._note_claims_of_unknown_outcome(topic, partitions, before)
            return
        assert claims.keys() == partitions
        if consumer.topic is not topic:
            consumer.places.clear()
        consumer.topic = topic
        for p, claim in claims.items():
            stood = before.get((topic.origin.topic_id, p), {}).get("next_offset")
            assert claim.next_offset == max(starts[p], stood if stood is not None else 0)
            consumer.places[p] = claim
            self.owners[topic.origin.topic_id, p] = name

    def _note_claims_of_unknown_outcome(
        self, topic: Topic, partitions: set[int], before: dict[tuple[str, int], dict[str, int]]
    ) -> None:
        """Whether the MERGE got in only the ledger knows; whoever owned the partitions owns them no more if it did."""
        for p in partitions:
            key = (topic.origin.topic_id, p)
            if self.world.ledger().get(key, {}).get("epoch") != before.get(key, {}).get("epoch"):
                self.owners[key] = "nobody"

    def _load(self, consumer: Consumer, partitions: set[int], most: int, patience: int) -> None:
        read = consumer.read(partitions, most)
        if not read or consumer.topic is None:
            return
        self.loads += 1
        work = consumer.work(f"batch-{self.loads}", read)
        places = {(consumer.topic.origin.topic_id, p, o) for p, o in read}
        consumer.try_so_often(patience)
        keys = [(consumer.topic.origin.topic_id, each.partition) for each in work.advances]
        undisturbed = self.world.fault is None
        try:
            consumer.loader.load(work)
        except Fenced:
            self._forget(consumer, work)
            assert not undisturbed or not self._staged(work), "files of a load that can never be are left"
        except Interrupted:
            consumer.loader.close()
            self._forget(consumer, work)
            self.finished[work.name] = None
        except DataRefused as error:
            raise AssertionError("nothing here is refused") from error
        else:
            assert {self.owners[key] for key in keys} == {consumer.name}, "loaded under a claim that is not the last"
            assert not undisturbed or not self._staged(work), "files of a load that is done are left"
            self.finished[work.name] = places
            for each in work.advances:
                consumer.places[each.partition] = Claim(each.partition, each.end, each.epoch)

    def _staged(self, work: Load) -> list[str]:
        return [name for name in self.world.staged() if f"{work.name}-" in name]

    def _forget(self, consumer: Consumer, work: Load) -> None:
        for each in work.advances:
            consumer.places.pop(each.partition, None)
        self.finished[work.name] = set()

    # What must hold

    @invariant()
    def nothing_twice_and_nothing_missing(self) -> None:
        """The tables hold exactly what the ledger says, and that is what was in the topic."""
        landed = self.world.landed()
        assert len(landed) == len(set(landed)), "an offset stands twice"
        ledger = self.world.ledger()
        for topic in self.topics:
            for p in PARTITIONS:
                here = {o for topic_id, q, o in landed if (topic_id, q) == (topic.origin.topic_id, p)}
                row = ledger.get((topic.origin.topic_id, p))
                if row is None:
                    assert not here, "rows without a row of the ledger"
                    continue
                covered = {o for o in topic.offsets[p] if row["first_offset"] <= o < row["next_offset"]}
                assert here <= covered, "rows that the ledger does not cover"
                assert all(o < topic.starts[p] for o in covered - here), "an event that was there is missing"
                assert len(here) == row["rows_loaded"] + row["rows_rejected"]
                assert row["next_offset"] - row["first_offset"] == sum(
                    row[name] for name in ("rows_loaded", "rows_rejected", "offsets_skipped", "offsets_expired")
                )

    @invariant()
    def a_load_is_whole_or_nothing(self) -> None:
        """What was loaded stands; of what was fenced no file is left either."""
        landed = set(self.world.landed())
        for places in self.finished.values():
            assert not places or places <= landed

    @invariant()
    def the_world_is_in_order(self) -> None:
        """No transaction is left open, and no lock held."""
        self.world.check()

    def teardown(self) -> None:
        """End all sessions."""
        for consumer in self.consumers.values():
            consumer.loader.close()
