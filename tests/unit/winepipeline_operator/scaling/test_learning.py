"""What one replica can do, learnt under a backlog and doubted in calm."""

from winepipeline_operator.scaling.learning import Strain, learn, learn_restart, strain
from winepipeline_operator.scaling.observation import Busy, GroupState, Observation, Partition
from winepipeline_operator.scaling.settings import ScalingSettings
from winepipeline_operator.scaling.state import Rate, State

SETTINGS = ScalingSettings(partitions=2)
BACKLOG, CALM = Strain(saturated=True, behind=True), Strain(saturated=False, behind=False)
UNEVEN = Strain(saturated=True, behind=False)


def seen(second: float, taken: int, busy: float | None = None, waiting: int = 0) -> Observation:
    """Two partitions, two replicas; `busy` seconds of each."""
    return Observation(
        time_seconds=second,
        partitions=tuple(Partition(number, taken + waiting, taken) for number in range(2)),
        group_state=GroupState.STABLE,
        replicas_wanted=2,
        replicas_ready=2,
        busy=() if busy is None else (Busy("a", busy), Busy("b", busy)),
    )


def learnt(state: State, strained: Strain, *window: Observation) -> Rate:
    """The rate after a window."""
    rate = learn(State(window=window, rate=state.rate), strained).rate
    assert rate is not None
    return rate


def test_the_true_rate_is_events_over_busy_seconds() -> None:
    """A consumer that is busy half of the time could do twice what it does."""
    known = State(rate=Rate(1000.0, 1000.0, 1000.0))
    rate = learnt(known, UNEVEN, seen(0, 0, 0.0), seen(10, 4000, 5.0))
    assert rate.proven_per_second == 940.0


def test_a_group_that_loses_ground_does_what_it_can() -> None:
    """When only some partitions lag and busy-seconds promise wonders, the consumers are not believed to be fast."""
    known = State(rate=Rate(1000.0, 1000.0, 1000.0))
    losing = learnt(known, UNEVEN, seen(0, 0, 0.0, 20_000), seen(10, 4000, 0.5, 40_000))
    assert losing.proven_per_second == 820.0
    holding = learnt(known, UNEVEN, seen(0, 0, 0.0, 20_000), seen(10, 4000, 0.5, 20_000))
    assert holding.proven_per_second == 1000.0


def test_busy_seconds_that_miss_work_are_found_out() -> None:
    """When every partition lags, no consumer was idle, whatever its metric says: what was done is what it can do."""
    rate = learnt(State(), BACKLOG, seen(0, 0, 0.0), seen(10, 5000, 1.0))
    assert rate.events_per_second == 500.0


def test_calm_proves_nothing_and_only_raises() -> None:
    """Small batches in a quiet hour do not make consumers look slow, which would keep the group large."""
    known = State(rate=Rate(1000.0, 1000.0, 1000.0))
    assert learnt(known, CALM, seen(0, 0, 0.0), seen(10, 1000, 9.0)) == known.rate
    faster = learnt(known, CALM, seen(0, 0, 0.0), seen(10, 1000, 0.01 * 10 + 0.01))
    assert 1000.0 < faster.events_per_second < 1100.0
    assert faster.proven_per_second == 1000.0


def test_a_bad_hour_is_forgotten_slowly_and_not_twice_in_an_hour() -> None:
    """After a slow warehouse, consumers are believed to be fast again in time; if that was wrong, not for an hour."""
    rate = Rate(500.0, 500.0, 1000.0)
    for minute in range(20):
        rate = learnt(State(rate=rate), CALM, seen(60.0 * minute, 0, 0.0), seen(60.0 * minute + 15, 1500, 10.0))
    assert rate.events_per_second > 650.0
    corrected = learnt(State(rate=rate), BACKLOG, seen(2000, 0, 0.0), seen(2010, 5000, 10.0))
    assert corrected.events_per_second == 500.0
    assert corrected.best_per_second < 1000.0
    held = learnt(State(rate=corrected), CALM, seen(2030, 0, 0.0), seen(2040, 100, 1.0))
    assert held == corrected


def test_small_batches_prove_nothing_however_far_behind() -> None:
    """Loads that take long leave much uncommitted: as long as batches are small, more consumers would not help."""
    settings = ScalingSettings(partitions=2, in_hand_events=150)
    window = (seen(0, 0, 0.0, 60), seen(10, 50, 0.4, 60))
    assert strain(window, settings) == CALM
    assert learnt(State(rate=Rate(1000.0)), strain(window, settings), *window) == Rate(1000.0)


def test_busy_consumers_and_long_queues_have_full_batches() -> None:
    """What consumers can do is measured once they are busy, or more waits than they can hold in hand."""
    settings = ScalingSettings(partitions=2, in_hand_events=150)
    assert strain((seen(0, 0, 0.0, 60), seen(10, 50, 5.0, 60)), settings) == BACKLOG
    assert strain((seen(0, 0, 0.0, 151), seen(10, 50, 0.4, 151)), settings) == BACKLOG
    assert strain((seen(0, 0, 0.0, 151), seen(10, 50, 0.4, 150)), settings) == CALM
    assert strain((seen(0, 0, None, 60), seen(10, 50, None, 60)), settings) == BACKLOG


def test_an_idle_consumer_is_not_taken_for_a_slow_one() -> None:
    """A group that has next to nothing to do is known to be able to do far more, so that it can become smaller."""
    rate = learnt(State(), CALM, seen(0, 0, 0.0), seen(10, 15, 0.0))
    assert rate.events_per_second == 300.0  # at least a hundred times what it does


def test_nothing_taken_teaches_nothing() -> None:
    """A warehouse that is down does not make the consumers look infinitely slow."""
    known = State(rate=Rate(1000.0, 1000.0, 1000.0), window=(seen(0, 0, 0.0), seen(15, 0, 15.0)))
    assert learn(known, BACKLOG).rate == known.rate


def test_a_consumer_that_restarted_is_not_measured() -> None:
    """A counter that begins anew, or one that is missing, is left out instead of being read as negative work."""
    rate = learnt(State(rate=Rate(900.0, 900.0, 900.0)), CALM, seen(0, 0, 50.0), seen(10, 100, 1.0))
    assert rate.events_per_second == 900.0


def test_a_backlog_must_be_there_at_both_ends() -> None:
    """A load that has only just come is not yet a measurement under a backlog."""
    full, empty = 1_000_000, 0
    late, both = (seen(0, 0, 0.0, empty), seen(15, 5000, 5.0, full)), (seen(0, 0, 0.0, full), seen(15, 5000, 5.0, full))
    assert strain(late, SETTINGS) == CALM
    assert strain(both, SETTINGS) == BACKLOG


def test_a_restart_costs_what_it_cost_within_reason() -> None:
    """The measured cost of a restart follows what was seen; a pod that waited an hour for room does not spoil it."""
    assert learn_restart(30.0, 50.0) == 40.0
    assert learn_restart(30.0, 3600.0) == 165.0
