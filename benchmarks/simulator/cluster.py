"""The cluster: starts and stops consumers as a law asks, lets them work second by second, and shows what it is like."""

import random

from benchmarks.simulator.arrivals import Arrivals
from benchmarks.simulator.curves import Curve
from benchmarks.simulator.group import Group
from benchmarks.simulator.machine import Machine
from benchmarks.simulator.member import Member, Topic
from winepipeline_operator.scaling.observation import Busy, Failure, GroupState, Observation, Partition


class Cluster:
    """One run's cluster.

    Attributes:
        second: how many seconds have passed.
        members: all replicas that are asked for, whether they have joined yet or not.
    """

    def __init__(self, machine: Machine, curve: Curve, rows: Arrivals) -> None:
        self.second = 0
        self.members: list[Member] = []
        self._machine, self._curve = machine, curve
        self._topic = Topic(machine, rows, [0] * machine.partitions, [0.0] * machine.partitions)
        self._group = Group([None] * machine.partitions)
        self._random = random.Random(curve.seed + 77)
        self._born = 0
        self._oldest = [0] * machine.partitions
        while len(self.members) < curve.min_replicas:
            self._start(0.0)
        self._group.rebalance(self._topic, self.members, 0.0, 0.0)

    def scale(self, replicas: int) -> None:
        """Ask for so many replicas; the newest go first."""
        while len(self.members) < replicas:
            spread = self._machine.start_spread_seconds
            self._start(self.second + self._machine.start_seconds + self._random.uniform(-spread, spread))
        del self.members[replicas:]

    def step(self) -> None:
        """One second passes."""
        here = [member for member in self.members if member.joins <= self.second]
        if here != self._group.joined:
            self._group.rebalance(self._topic, here, float(self.second), self._machine.stall_seconds)
        together = sum(member.events_per_second for member in here)
        ceiling = self._curve.warehouse(self.second) * self._machine.events_per_second
        pace = min(self._curve.speed(self.second), ceiling / together if together else 1.0)
        for member in here:
            member.work(self._topic, self.second, pace)
        self.second += 1

    def lag(self) -> int:
        """How many events are not committed."""
        last = self.second - 1
        return sum(row[last] - done for row, done in zip(self._topic.rows, self._topic.committed, strict=True))

    def oldest_seconds(self) -> int:
        """For how long the oldest event that is not committed has waited."""
        last, worst = self.second - 1, 0
        for partition, row in enumerate(self._topic.rows):
            oldest, done = self._oldest[partition], self._topic.committed[partition]
            while oldest <= last and row[oldest] <= done:
                oldest += 1
            self._oldest[partition] = oldest
            worst = max(worst, last - oldest + 1)
        return worst

    def look(self) -> Observation | Failure:
        """What a law gets to see."""
        if self._curve.blind(self.second):
            return Failure(float(self.second), "the broker did not answer", len(self.members))
        last, topic = self.second - 1, self._topic
        here = [member for member in self.members if member.joins <= self.second]
        measured = () if self._machine.busy == "none" else here
        return Observation(
            time_seconds=float(self.second),
            partitions=tuple(
                Partition(number, row[last], topic.committed[number]) for number, row in enumerate(topic.rows)
            ),
            group_state=self._state(here),
            replicas_wanted=len(self.members),
            replicas_ready=len(here),
            busy=tuple(Busy(member.name, member.busy_seconds) for member in measured),
        )

    def _state(self, here: list[Member]) -> GroupState:
        if not here:
            return GroupState.EMPTY
        settled = here == self._group.joined and self._group.unstable_until <= self.second
        return GroupState.STABLE if settled else GroupState.PREPARING_REBALANCE

    def _start(self, joins: float) -> None:
        spread = self._machine.speed_spread
        speed = self._machine.events_per_second * self._random.uniform(1 - spread, 1 + spread)
        self.members.append(Member(f"consumer-{self._born}", joins, speed, idle_since=joins))
        self._born += 1
