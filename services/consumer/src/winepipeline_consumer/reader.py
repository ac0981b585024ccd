"""The consumer's main loop: follow the group, claim, read, hand over. It never waits for the warehouse in a callback.

All of it runs in the main thread, the group's callbacks too (they come inside `Source.read`), so nothing needs a lock.
"""

import logging
import queue
import time

from winepipeline_consumer.gather import Gatherer
from winepipeline_consumer.jobs import Claimed, Claiming, Done, Failed, Loaded, Outcome
from winepipeline_consumer.kafka import Source
from winepipeline_consumer.metrics import Metrics
from winepipeline_consumer.ownership import Listener, Ownership, Partitions
from winepipeline_consumer.settings import ConsumerSettings
from winepipeline_consumer.statistics import Statistics
from winepipeline_consumer.worker import SLOTS, Worker
from winepipeline_warehouse.ledger import Origin

_LOG = logging.getLogger(__name__)

_REVOKE_SECONDS = 5.0
"""How long a rebalance waits for loads in hand. Nothing depends on it: the next owner's claim would fence them."""

_HOLD_AFTER_SECONDS = 1.0
"""After so long without room the partitions are paused, so that the group can be served without reading more."""

_CLAIM_AGAIN_SECONDS = 1.0
_MOST_CLAIM_DELAY_SECONDS = 5.0

_LAG_SECONDS = 1.0
"""How often the lag is told, whether anything is loaded or not."""

_IDLE_STOP_SECONDS = 2.0
"""How long a stop takes at most with no load in hand: the warehouse may be being asked for something, in vain."""


class Reader:
    """One member of the group; `turn` is one round of its loop.

    Attributes:
        ownership: the partitions.
        joined: whether the group has ever answered, be it with no partition at all.
        turned_at: when the last round began, by `time.monotonic`.
    """

    def __init__(self, settings: ConsumerSettings, metrics: Metrics) -> None:
        self.ownership = Ownership()
        self.joined = False
        self.turned_at = time.monotonic()
        self.source = Source(settings, Listener(self._gained, self._revoked, self._lost))
        self._metrics = metrics
        self._statistics = Statistics(time.monotonic())
        self._gatherer = Gatherer(settings, self.source, metrics)
        self._worker: Worker | None = None
        self._origin: Origin | None = None
        self._committed: dict[int, int] = {}
        self._generation = 0
        self._batches = 0
        self._in_flight = 0
        self._claiming = False
        self._claim_after = 0.0
        self._starts: dict[int, int] = {}
        self._setbacks = 0
        self._lag_told_at = 0.0
        self._full_since: float | None = None
        self._displaced: set[int] = set()

    def attach(self, worker: Worker) -> None:
        """Start the threads behind it; once, before the first turn."""
        self._worker = worker
        worker.start()

    @property
    def worker(self) -> Worker:
        """The threads behind it."""
        if self._worker is None:
            raise RuntimeError("attach() comes before the first turn()")
        return self._worker

    def standing(self) -> tuple[Origin, dict[int, int]] | None:
        """The topic, and how far each partition of ours is committed; None before the first claim. For any thread."""
        origin, partitions = self._origin, set(self.ownership.places)
        committed = {p: end for p, end in self._committed.copy().items() if p in partitions}
        return (origin, committed) if origin is not None and committed else None

    def turn(self) -> None:
        """Take what came of earlier batches, claim what is to be claimed, read a slice, hand over a batch.

        Raises:
            Exception: whatever ended a loading thread.
        """
        self.turned_at = time.monotonic()
        self._take_outcomes()
        self._start_reading()
        self._claim_pending()
        if self.turned_at - self._lag_told_at >= _LAG_SECONDS:
            self._tell_lag()
        if self._gatherer.full and self._in_flight >= SLOTS:
            self._wait_for_room()
            return
        if self._full_since is not None:
            self._full_since = None
            self.source.release(self.ownership.places)
        self._read()
        self._hand_over()

    def stop(self, seconds: float) -> bool:
        """Finish the loads in hand and leave the group; whether they were finished. What is being read stays."""
        self.worker.stop(seconds if self._in_flight else min(seconds, _IDLE_STOP_SECONDS))
        landed = True
        while not self.worker.outcomes.empty():
            match self.worker.outcomes.get():
                case Loaded() as outcome:
                    self._loaded(outcome)
                case Done() as outcome:
                    self._one_done()
                    landed = landed and not outcome.dropped
                case Failed() as outcome:
                    _LOG.error("the last load failed: %s", outcome.error)
                    landed = False
        landed = landed and not self._in_flight
        self._in_flight = 0  # leaving the group revokes the partitions, and nobody is to wait for loads there
        if committed := {p: self._committed[p] for p in self.ownership.places if p in self._committed}:
            self.source.commit(committed)
        self.source.close()
        return landed

    # What came of earlier batches

    def _take_outcomes(self, wait_seconds: float = 0) -> None:
        """All outcomes that are there; waits for the first one for `wait_seconds`."""
        outcomes = self.worker.outcomes
        try:
            self._take_outcome(outcomes.get(block=wait_seconds > 0, timeout=wait_seconds or None))
            while True:
                self._take_outcome(outcomes.get_nowait())
        except queue.Empty:
            return

    def _take_outcome(self, outcome: Outcome) -> None:
        match outcome:
            case Loaded():
                self._loaded(outcome)
            case Done():
                self._one_done()
                if outcome.dropped and outcome.generation == self._generation:
                    self._start_over(outcome.why)
            case Claimed():
                self._claimed(outcome)
            case Failed():
                raise outcome.error

    def _one_done(self) -> None:
        self._in_flight -= 1
        self._metrics.waiting.done()

    def _loaded(self, outcome: Loaded) -> None:
        """A commit: tell the broker, the metrics and the log."""
        self._setbacks = 0
        self._committed.update(outcome.ends)
        self.source.commit({p: end for p, end in outcome.ends.items() if p in self.ownership.assigned})
        self._statistics.loaded += outcome.loaded
        self._statistics.rejected += outcome.rejected
        lag = self._tell_lag()
        fields = self._statistics.fields(time.monotonic(), outcome.loaded + outcome.rejected, lag)
        if outcome.loaded + outcome.rejected:  # else holes alone moved the ledger
            _LOG.info("✅ %d events landed, %d turned away", outcome.loaded, outcome.rejected, extra={"fields": fields})

    def _tell_lag(self) -> int:
        """Sets the gauges; returns the lag over all partitions."""
        self._lag_told_at = now = time.monotonic()
        held = self._full_since is not None and now - self._full_since > _HOLD_AFTER_SECONDS
        total = 0
        ends = self.source.ends(self.ownership.places, ask=held)
        self._starts.update(self._gatherer.stuck(ends, self.ownership))
        for partition, end in ends.items():
            committed = self._committed.get(partition, end)
            labels = (self.source.topic, str(partition))
            self._metrics.lag.labels(*labels).set(max(0, end - committed))
            self._metrics.committed_offset.labels(*labels).set(committed)
            total += max(0, end - committed)
        return total

    # Batches

    def _read(self) -> None:
        """Read a slice; where the broker has not got our offset any more, the ledger is asked again.

        Retention took it, or the log lost its end, or the topic was made anew. What was read of that partition before
        is loaded first: it may be all that is left of those events.
        """
        self._displaced.update(self._gatherer.read(self.ownership))
        self._starts.update(self._gatherer.take_astray())
        self._displaced &= self.ownership.places.keys()
        if at_rest := self.ownership.at_rest(self._displaced, self._committed):
            self._set_back(f"the broker does not have our offset of partition {at_rest} any more")
            self._displaced.difference_update(at_rest)
            self.ownership.ask_again(at_rest)

    def _hand_over(self) -> None:
        if self._in_flight >= SLOTS or self._origin is None or not self._gatherer.worth_a_load():
            return
        self._batches += 1
        begun = self._gatherer.since
        batch = self._gatherer.batch(self._batches, self._generation, self.ownership)
        self._statistics.consumed += len(batch)
        self._metrics.batch_size.observe(len(batch))
        self.ownership.handed_over(batch)
        self._in_flight += 1
        self.worker.submit(batch, self._origin, begun)

    def _wait_for_room(self) -> None:
        """A full batch in hand and no room behind: the warehouse is the bottleneck, so this counts as busy."""
        begun = time.monotonic()
        if self._full_since is None:
            self._full_since = begun
        self._take_outcomes(0.05)
        if begun - self._full_since > _HOLD_AFTER_SECONDS:
            self.source.hold(self.ownership.places)
            self._read()
        self._metrics.busy.inc(time.monotonic() - begun)
        self._hand_over()

    def _break_off(self) -> None:
        """Drop everything that is not committed, and ask the ledger again for every partition."""
        self.worker.break_off(self._generation)
        self._generation += 1
        self._starts.clear()
        self._gatherer.drop()
        self.source.hold(self.ownership.places)
        self.ownership.reset()

    def _start_over(self, why: str) -> None:
        """Drop what is in hand: only the ledger knows how to go on."""
        self._set_back(f"dropping what is in hand: {why}")
        self._break_off()

    def _set_back(self, why: str) -> None:
        """The ledger is to be asked: at once, then less and less often while this goes on."""
        delay = min(_MOST_CLAIM_DELAY_SECONDS, self._setbacks * _CLAIM_AGAIN_SECONDS)
        self._setbacks += 1
        _LOG.warning("%s; asking the ledger in %.0f s", why, delay)
        self._claim_after = time.monotonic() + delay

    # Partitions

    def _claim_pending(self) -> None:
        if not self.ownership.pending or self._claiming or time.monotonic() < self._claim_after:
            return
        self._claiming = True
        self.worker.claim(Claiming(frozenset(self.ownership.pending)))

    def _claimed(self, outcome: Claimed) -> None:
        self._claiming = False
        if self._origin not in {None, outcome.origin}:
            self._break_off()  # what is in hand was read from the topic that was
        self._origin = outcome.origin
        starts = self.ownership.claimed(outcome.claims)
        self._committed.update(starts)
        self._starts.update(starts)
        if starts:
            places = ", ".join(f"{partition} at {offset}" for partition, offset in sorted(starts.items()))
            _LOG.info("📖 reading %s: partition %s", self.source.topic, places)
        if self.ownership.pending:
            self._claim_after = time.monotonic() + _CLAIM_AGAIN_SECONDS

    def _start_reading(self) -> None:
        """Not in `_claimed`, since that may run inside a callback of the group's, where assignments are its affair."""
        if self._starts:
            self.source.start(self._starts)
            self._starts.clear()

    def _gained(self, partitions: Partitions) -> None:
        self.joined = True
        self._metrics.rebalances.labels("assigned").inc()
        self.ownership.gain(partitions)

    def _revoked(self, partitions: Partitions) -> None:
        """Give the loads in hand a moment, so that the next owner need not do them again."""
        self._metrics.rebalances.labels("revoked").inc()
        deadline = time.monotonic() + _REVOKE_SECONDS
        generation = self._generation
        while self._in_flight and generation == self._generation and time.monotonic() < deadline:
            self._take_outcomes(0.05)
        self._forget(partitions)

    def _lost(self, partitions: Partitions) -> None:
        """The group gave them to others already: nothing of theirs is committed."""
        self._metrics.rebalances.labels("lost").inc()
        self._forget(partitions)

    def _forget(self, partitions: Partitions) -> None:
        """What is gathered and in flight may hold rows of theirs, so it goes; the rest is asked for again."""
        for partition in partitions:
            labels = (self.source.topic, str(partition))
            self._metrics.lag.remove(*labels)
            self._metrics.committed_offset.remove(*labels)
        self._break_off()
        self.ownership.lose(partitions)
