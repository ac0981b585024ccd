"""Every law on every curve, and who is better than whom."""

import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace

from benchmarks.simulator.arrivals import arrivals
from benchmarks.simulator.curves import Curve, curves
from benchmarks.simulator.laws import Builtin, Keda, Law
from benchmarks.simulator.machine import Machine
from benchmarks.simulator.run import Moment, Outcome, simulate, total
from winepipeline_operator.scaling.settings import ScalingSettings

THRESHOLDS = (50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000)
"""KEDA's lagThreshold, as people set it."""

SOME_THRESHOLDS = (50, 500, 2000, 5000, 20_000)
"""Fewer of them, for the variants."""


USUAL = Machine()


@dataclass(frozen=True, slots=True)
class Variant:
    """What a contest is held on.

    Attributes:
        name: a word or two.
        machine: the cluster.
        seed: of all curves.
        thresholds: KEDA's.
        even: KEDA's ensureEvenDistributionOfPartitions.
    """

    name: str
    machine: Machine = USUAL
    seed: int = 0
    thresholds: tuple[int, ...] = THRESHOLDS
    even: bool = False


@dataclass(frozen=True, slots=True)
class Race:
    """All laws on one curve.

    Attributes:
        curve: its name.
        story: for a person.
        ours: how our law did.
        theirs: how KEDA did, by threshold.
        moments: of the plotted ones, by law.
    """

    curve: str
    story: str
    ours: Outcome
    theirs: dict[int, Outcome]
    moments: dict[str, list[Moment]]

    def losses(self) -> Iterator[int]:
        """The thresholds that were less late and took fewer replica-minutes."""
        return (threshold for threshold, outcome in self.theirs.items() if outcome.beats(self.ours))

    def ties_or_losses(self) -> Iterator[int]:
        """The thresholds that were no later and took no more replica-minutes."""
        return (threshold for threshold, outcome in self.theirs.items() if outcome.no_worse(self.ours))


@dataclass(frozen=True, slots=True)
class Contest:
    """All laws on all curves."""

    variant: Variant
    races: list[Race]

    @property
    def ours(self) -> Outcome:
        """Our law on all curves together."""
        return total([race.ours for race in self.races])

    @property
    def theirs(self) -> dict[int, Outcome]:
        """KEDA on all curves together, by threshold."""
        return {each: total([race.theirs[each] for race in self.races]) for each in self.variant.thresholds}


def hold(variant: Variant, plotted: tuple[int, ...] = ()) -> Contest:
    """Runs every law on every curve, on all processors; the result does not depend on how many there are."""
    count = len(curves(variant.seed))
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        races = pool.map(_race, [variant] * count, range(count), [plotted] * count)
        return Contest(variant, list(races))


def variants() -> list[Variant]:
    """What else might be: other chance, another cluster, a harder opponent."""
    usual = Variant("as shipped", thresholds=SOME_THRESHOLDS)
    plain = USUAL
    return [
        replace(usual, name="other seeds", seed=100),
        replace(usual, name="KEDA with even distribution", even=True),
        replace(usual, name="only moved partitions stall", machine=replace(plain, cooperative=True)),
        replace(usual, name="replicas of 300 events/s", machine=replace(plain, events_per_second=300.0)),
        replace(
            usual,
            name="replicas of 5,000 events/s",
            machine=replace(plain, events_per_second=5000.0, max_batch_size=25_000),
        ),
        replace(
            usual, name="a start takes 45 s", machine=replace(plain, start_seconds=45.0, start_spread_seconds=15.0)
        ),
        replace(usual, name="7 partitions, 7 replicas", machine=replace(plain, partitions=7, max_replicas=7)),
        replace(usual, name="no busy-seconds", machine=replace(plain, busy="none")),
        replace(usual, name="busy-seconds miss the load", machine=replace(plain, busy="gather")),
        replace(usual, name="late after 30 s", machine=replace(plain, late_after_seconds=30)),
    ]


def ours(machine: Machine, curve: Curve) -> Law:
    """Our law with its defaults: nothing in it knows the curve. A member has one batch in hand."""
    bounds = ScalingSettings(machine.partitions, curve.min_replicas, machine.max_replicas)
    return Builtin(replace(bounds, in_hand_events=machine.max_batch_size))


def _race(variant: Variant, number: int, plotted: tuple[int, ...]) -> Race:
    machine, curve = variant.machine, curves(variant.seed)[number]
    rows = arrivals(curve, machine)
    outcome, moments = simulate(machine, curve, rows, ours(machine, curve))
    theirs, kept = {}, {"built in": moments}
    for threshold in variant.thresholds:
        law = Keda(threshold, machine.partitions, curve.min_replicas, machine.max_replicas, variant.even)
        theirs[threshold], moments = simulate(machine, curve, rows, law)
        if threshold in plotted:
            kept[f"KEDA {threshold:,}"] = moments
    return Race(curve.name, curve.story, outcome, theirs, kept if plotted else {})
