"""One consumer: takes batches from its partitions, and commits each when it is written."""

from dataclasses import dataclass, field

from benchmarks.simulator.arrivals import Arrivals
from benchmarks.simulator.machine import Machine


@dataclass(slots=True)
class Topic:
    """What the members share.

    Attributes:
        machine: the constants.
        rows: how many events have come, by partition and second.
        committed: the group's offset in each partition.
        stalled_until: when each partition may be read again after a rebalance.
        stall_ends: the last of them.
    """

    machine: Machine
    rows: Arrivals
    committed: list[int]
    stalled_until: list[float]
    stall_ends: float = 0.0


@dataclass(slots=True, eq=False)
class Member:
    """A consumer.

    Attributes:
        name: never used twice.
        joins: the second at which it joins the group.
        events_per_second: that it writes.
        mine: its partitions.
        busy_seconds: that its metrics say.
        idle_since: when its last batch ended.
        started: when the batch in flight started.
        ends: when it will be written; None: there is none.
        batch: the offsets it will commit.
        full: whether the batch in flight is as large as it may be.
    """

    name: str
    joins: float
    events_per_second: float
    mine: list[int] = field(default_factory=list)
    busy_seconds: float = 0.0
    idle_since: float = 0.0
    started: float = 0.0
    ends: float | None = None
    batch: list[tuple[int, int]] = field(default_factory=list)
    full: bool = False

    def drop(self, now: float, machine: Machine) -> None:
        """Give up the batch in flight: a rebalance took its partitions away."""
        if self.ends is not None:
            self._count(max(0.0, now - self.started), machine)
            self.ends = None
        self.idle_since = now

    def work(self, topic: Topic, second: int, pace: float) -> None:
        """All that it does within one second, when its speed is `pace` of the usual."""
        while True:
            if self.ends is not None:
                if self.ends > second + 1:
                    return
                self._commit(topic)
            if not self._start(topic, second, pace):
                return

    def _commit(self, topic: Topic) -> None:
        for partition, offset in self.batch:
            topic.committed[partition] = offset
        self.idle_since = self.ends = self.ends or 0.0
        self._count(self.idle_since - self.started, topic.machine)
        self.ends = None

    def _count(self, seconds: float, machine: Machine) -> None:
        self.busy_seconds += seconds if machine.busy == "work" or self.full else seconds / 10

    def _start(self, topic: Topic, second: int, pace: float) -> bool:
        """Start the next batch, if one starts within this second; events come evenly within it."""
        start, mine = self._readable(topic, max(self.idle_since, float(second)))
        if not mine or start >= second + 1:
            return False
        machine, committed, old, fresh, waiting = topic.machine, topic.committed, 0, 0, []
        for partition in mine:
            row = topic.rows[partition]
            before = row[second - 1] if second else 0
            came, done = row[second] - before, committed[partition]
            old += before - done
            fresh += came
            waiting.append((partition, done, before - done, came))
        start = self._when(start, old + fresh * (start - second), fresh, machine)
        if start >= second + 1:
            return False
        part = start - second
        have = old + fresh * part
        share = 1.0 if have <= machine.max_batch_size else machine.max_batch_size / have
        takes = [(partition, done, int((had + came * part) * share + 1e-6)) for partition, done, had, came in waiting]
        size = sum(take for _, _, take in takes)
        if not size:
            self.idle_since = start
            return start + machine.linger_seconds < second + 1
        self.batch = [(partition, done + take) for partition, done, take in takes if take]
        self.started, self.full = start, share < 1.0
        self.ends = start + (machine.overhead_seconds + size / self.events_per_second) / pace
        return True

    def _readable(self, topic: Topic, start: float) -> tuple[float, list[int]]:
        """From when on it can read anything, and which partitions then."""
        if topic.stall_ends <= start or not self.mine:
            return start, self.mine
        start = max(start, min(topic.stalled_until[partition] for partition in self.mine))
        return start, [partition for partition in self.mine if topic.stalled_until[partition] <= start]

    def _when(self, start: float, have: float, fresh: int, machine: Machine) -> float:
        """When the next batch starts: with enough events at once, else as soon as there are, or after the linger."""
        if have >= machine.batch_size:
            return start
        linger = self.idle_since + machine.linger_seconds
        full = start + (machine.batch_size - have) / fresh if fresh else linger
        return max(start, min(linger, full))
