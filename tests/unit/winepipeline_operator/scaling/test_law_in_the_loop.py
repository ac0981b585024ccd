"""The law in charge of a simulated group, from its first look on."""

from dataclasses import dataclass, field, replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from benchmarks.simulator.arrivals import arrivals
from benchmarks.simulator.curves import MINUTE, Curve, always, between
from benchmarks.simulator.machine import Machine
from benchmarks.simulator.run import Moment, Outcome, simulate
from winepipeline_operator.scaling.decision import Action, Decision
from winepipeline_operator.scaling.law import decide
from winepipeline_operator.scaling.observation import Failure, Observation
from winepipeline_operator.scaling.settings import ScalingSettings
from winepipeline_operator.scaling.state import State

MACHINE = Machine()


@dataclass
class Recorder:
    """The law, with all its decisions; forgets everything at some of its looks, as a killed operator would."""

    settings: ScalingSettings
    forgets_at: frozenset[int] = frozenset()
    state: State = field(default_factory=State)
    decisions: list[Decision] = field(default_factory=list)

    def replicas(self, seen: Observation | Failure) -> int:
        """What the simulator asks for."""
        if seen.time_seconds in self.forgets_at:
            self.state = State()
        decision, self.state = decide(self.settings, self.state, seen)
        self.decisions.append(decision)
        return decision.replicas


@dataclass(frozen=True)
class Run:
    """What came of it."""

    outcome: Outcome
    moments: list[Moment]
    decisions: list[Decision]

    def at(self, minute: float) -> Moment:
        """The poll at a minute."""
        return next(each for each in self.moments if each.second >= minute * MINUTE)

    def changes_between(self, first: float, last: float) -> int:
        """How often the replicas were changed between two minutes."""
        return sum(each.changes for each in self.decisions if first * MINUTE < each.time_seconds <= last * MINUTE)


def run(curve: Curve, machine: Machine = MACHINE, forgets_at: frozenset[int] = frozenset()) -> Run:
    """The law on a curve."""
    law = Recorder(ScalingSettings(machine.partitions, curve.min_replicas, machine.max_replicas), forgets_at)
    outcome, moments = simulate(machine, curve, arrivals(curve, machine), law)
    return Run(outcome, moments, law.decisions)


@example(level=4.25, partitions=12, seed=1)
@example(level=1.1015625, partitions=7, seed=40)
@settings(max_examples=10, deadline=None)
@given(level=st.floats(0.1, 5.5), partitions=st.sampled_from([6, 7, 12]), seed=st.integers(1, 50))
def test_a_constant_load_settles(level: float, partitions: int, seed: int) -> None:
    """Under a load that does not change, the group never grows again once it has; it may find out that fewer do."""
    machine = replace(MACHINE, partitions=partitions, max_replicas=partitions)
    ran = run(Curve("constant", "", 30, always(level), seed), machine)
    later = [each.action for each in ran.decisions if each.changes and each.time_seconds > 15 * MINUTE]
    assert later in ([], [Action.DOWN])
    assert ran.outcome.scalings <= 4


def test_a_tenfold_burst_scales_out_drains_and_scales_in_again() -> None:
    """A burst is drained within the catch-up time after it, and ten minutes later the extra consumers are gone."""
    ran = run(Curve("burst", "", 30, between(6.0, 0.6, (5, 8)), 3))
    assert ran.at(7).replicas == 12
    assert ran.at(10).lag < 2 * 0.6 * MACHINE.events_per_second
    assert ran.at(18).replicas <= 2
    assert ran.changes_between(20, 30) == 0
    assert ran.outcome.scalings <= 4


def test_a_group_that_may_sleep_sleeps_and_wakes() -> None:
    """With minReplicas 0 nothing runs while nothing comes, and the second burst is met in a single step."""
    ran = run(Curve("naps", "", 40, between(2.0, 0.0, (5, 7), (25, 27)), 3, min_replicas=0))
    assert [ran.at(minute).replicas for minute in (4, 22, 39)] == [0, 0, 0]
    again = [each for each in ran.decisions if each.changes and each.time_seconds > 22 * MINUTE]
    assert [each.action for each in again] == [Action.WAKE, Action.SLEEP]


def test_a_bottleneck_behind_the_consumers_is_found_out() -> None:
    """When the warehouse takes no more however many write, growing stops and the ledger says that it did not help."""
    ran = run(Curve("full", "", 30, between(1.8, 0.5, (10, 30)), 5, warehouse=between(0.6, 9.0, (9, 30))))
    barred = [each for each in ran.decisions if not each.effective]
    assert barred
    assert not any(each.changes for each in barred)


@pytest.mark.parametrize("busy", ["none", "gather"])
def test_it_scales_without_true_busy_seconds(busy: str) -> None:
    """A dead metrics endpoint, or one that misses the time in the warehouse, costs accuracy and nothing else."""
    ran = run(Curve("step", "", 40, between(3.0, 0.6, (5, 20)), 2), replace(MACHINE, busy=busy))
    assert 4 <= ran.at(15).replicas <= 12
    assert ran.at(15).oldest_seconds < 10
    assert ran.outcome.scalings <= 6


def test_killing_the_operator_changes_nothing() -> None:
    """An operator that forgets everything every ten minutes under a constant load leaves the group as it is."""
    curve = Curve("constant", "", 50, always(2.6), 4)
    ran = run(curve, forgets_at=frozenset(range(10 * MINUTE, 50 * MINUTE, 10 * MINUTE)))
    assert ran.changes_between(10, 50) == 0


def test_a_broker_that_is_away_changes_nothing() -> None:
    """Through ten minutes without a single answer, the group stays as it was; then it goes on being right."""
    curve = Curve("away", "", 40, always(2.6), 4, blind=lambda second: 10 <= second / MINUTE < 20)
    ran = run(curve)
    assert ran.changes_between(8, 40) == 0


def test_after_a_bad_hour_of_the_warehouse_the_extra_consumers_go() -> None:
    """A warehouse that was slow for a while does not leave the group large for ever."""
    ran = run(Curve("slow", "", 110, always(1.5), 4, speed=between(0.4, 1.0, (10, 25))))
    assert ran.at(24).replicas > ran.at(9).replicas
    assert ran.at(109).replicas < ran.at(24).replicas
