"""Single steps of the law: what is held, clamped, woken and put to sleep."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from winepipeline_operator.scaling.decision import Action, Decision, Limit
from winepipeline_operator.scaling.law import decide
from winepipeline_operator.scaling.observation import Failure, GroupState, Observation, Partition
from winepipeline_operator.scaling.settings import ScalingSettings
from winepipeline_operator.scaling.state import Rate, State

Looks = Callable[..., Observation]
SETTINGS = ScalingSettings()
KNOWN = State(rate=Rate(1000.0, 1000.0, 1000.0))


def run(
    looks: Sequence[Observation | Failure], state: State = KNOWN, settings: ScalingSettings = SETTINGS
) -> list[Decision]:
    """The decisions on a series of observations."""
    decisions = []
    for seen in looks:
        decision, state = decide(settings, state, seen)
        decisions.append(decision)
    return decisions


def test_a_backlog_that_two_cannot_drain_brings_more(look: Looks) -> None:
    """When events come faster than the consumers take them, the group grows at once to what the load needs."""
    last = run([look(0, 0, 0, replicas=1), look(15, 9_000, 2_500, replicas=1)])[-1]
    assert (last.action, last.replicas_before, last.replicas, last.limit) == (Action.UP, 1, 6, Limit.NOTHING)


def test_a_failed_look_holds(look: Looks) -> None:
    """A broker that does not answer never changes the replicas, however long it takes."""
    failures = [Failure(1_764_000_000.0 + second, "no broker at kafka:9092", 4) for second in range(15, 3600, 15)]
    decisions = run([look(0, 0, 0, replicas=4), *failures])
    assert {each.replicas for each in decisions} == {4}
    assert (decisions[-1].limit, decisions[-1].action) == (Limit.OBSERVATION_FAILED, Action.HOLD)


@pytest.mark.parametrize("group", [each for each in GroupState if each is not GroupState.STABLE])
def test_a_rebalance_holds(look: Looks, group: GroupState) -> None:
    """No decision is made from a group that is not stable, even with a backlog in sight."""
    looks = [look(15.0 * n, 10_000 * n, 0, group=group) for n in range(4)]
    assert {(each.replicas, each.limit) for each in run(looks)} == {(2, Limit.GROUP_UNSTABLE)}


def contradictions(seen: Observation) -> dict[str, Observation]:
    """Observations that cannot be true after `seen`, 15 s before."""
    first, *others = seen.partitions
    later = replace(seen, time_seconds=seen.time_seconds + 15)
    return {
        "there are offsets of the partitions 1, 2, 3, 4, 5": replace(later, partitions=tuple(others)),
        "but 7000 is committed": replace(later, partitions=(Partition(0, 5000, 7000), *others)),
        "now ends at 4000": replace(later, partitions=(Partition(0, 4000, 4000), *others)),
        "and now at 3000": replace(later, partitions=(Partition(0, 5000, 3000), *others)),
        "starts at offset 6000 and ends at 5000": replace(
            later, partitions=(replace(first, log_start_offset=6000), *others)
        ),
        "the clock went back": replace(later, time_seconds=seen.time_seconds - 60),
        "-1 ready": replace(later, replicas_ready=-1),
    }


@pytest.mark.parametrize("words", list(contradictions(Observation(0, (Partition(0, 1, 1),), GroupState.STABLE, 1, 1))))
def test_what_cannot_be_true_holds_and_is_named(look: Looks, words: str) -> None:
    """Offsets, counts or clocks that contradict each other change nothing, and the ledger says which."""
    seen = look(0, 5000, 4500)
    decision = run([seen, contradictions(seen)[words]])[-1]
    assert (decision.limit, decision.replicas) == (Limit.OBSERVATION_CONTRADICTS, 2)
    assert words in decision.detail


def test_consumers_that_take_nothing_are_not_multiplied(look: Looks) -> None:
    """When the warehouse is down, the backlog grows but the group does not."""
    decisions = run([look(15.0 * n, 10_000 * n, 0) for n in range(10)])
    assert {(each.replicas, each.limit) for each in decisions[1:]} == {(2, Limit.NOT_CONSUMING)}


def test_the_bounds_hold_even_without_data() -> None:
    """A minimum raised or a maximum lowered by a person is obeyed at once, even while the broker is away."""
    down = Failure(1.0, "no broker", 5)
    high, low = replace(SETTINGS, max_replicas=3), replace(SETTINGS, min_replicas=6)
    assert [run([down], settings=each)[0].replicas for each in (high, low, SETTINGS)] == [3, 6, 5]


def test_the_last_change_is_measured_before_the_next(look: Looks) -> None:
    """After a scaling nothing changes until the group has been whole for half a minute: one rebalance a decision."""
    looks = [look(0, 0, 0, replicas=1), look(15, 9_000, 2_500, replicas=1)]
    looks += [look(30, 18_000, 5_000, replicas=6, ready=1), look(45, 27_000, 7_500, replicas=6)]
    looks += [look(60, 36_000, 10_000, replicas=6), look(75, 45_000, 20_000, replicas=6)]
    limits = [each.limit for each in run(looks)][1:]
    assert limits[:4] == [Limit.NOTHING, Limit.REPLICAS_NOT_READY, Limit.MEASURING, Limit.SETTLING]
    assert limits[4] in (Limit.PARTITIONS, Limit.PARTITION_BOUND)


def test_somebody_elses_scaling_is_respected_and_measured(look: Looks) -> None:
    """When a person scales the group, the law starts measuring anew instead of undoing it from old numbers."""
    looks = [
        look(0, 1000, 1000),
        look(15, 1100, 1100),
        look(30, 1200, 1200, replicas=5),
        look(45, 1300, 1300, replicas=5),
    ]
    assert [(each.replicas, each.limit) for each in run(looks)][2:] == [(5, Limit.MEASURING), (5, Limit.SETTLING)]


def test_replicas_that_never_become_ready_bar_growth_but_not_shrinking(look: Looks) -> None:
    """When the cluster has no room, waiting pods are not joined by more, and go when the load has gone."""
    settings = replace(SETTINGS, partitions=12, max_replicas=12)
    looks = [look(15.0 * n, 1000 + n, 1000 + n, replicas=8, ready=5, partitions=12) for n in range(60)]
    decisions = run(looks, settings=settings)
    assert [each.replicas for each in decisions[:20]] == [8] * 20
    assert decisions[-1].replicas < 8 or any(each.action is Action.DOWN for each in decisions)
    crowded = [look(15.0 * n, 9_000 * n, 1_500 * n, replicas=8, ready=5, partitions=12) for n in range(1, 60)]
    held = run(crowded, settings=settings)
    assert (held[-1].limit, {each.replicas for each in held}) == (Limit.REPLICAS_NOT_READY, {8})


@pytest.mark.parametrize("partitions", [2, 12])
def test_a_topic_with_another_number_of_partitions_is_measured_anew(look: Looks, partitions: int) -> None:
    """A topic that is given more partitions, or is made anew with fewer, is a topic to be looked at twice again."""
    before, after = look(0, 0, 0), [look(15.0 * n, 600 * n, 600 * n) for n in (1, 2)]
    resized = [
        replace(each, partitions=tuple(Partition(number, 100 * n, 100 * n) for number in range(partitions)))
        for n, each in enumerate(after)
    ]
    first, state = decide(SETTINGS, KNOWN, before)
    held, kept = run(resized, state, replace(SETTINGS, partitions=partitions))
    assert (first.limit, held.limit) == (Limit.MEASURING, Limit.MEASURING)
    assert (kept.action, kept.terms is not None) == (Action.KEEP, True)


def test_retention_that_deletes_unread_events_counts_as_neither_lag_nor_work(look: Looks) -> None:
    """Events that the broker has deleted are not waited for, and not taken for the consumers' speed."""
    seen = look(0, 100_000, 0)
    cut = tuple(replace(each, log_start_offset=99_990) for each in seen.partitions)
    decisions = run([replace(seen, partitions=cut), look(15, 100_000, 99_990)])
    assert [each.inputs.lag for each in decisions if each.inputs] == [60, 60]
    assert decisions[-1].limit is Limit.NOT_CONSUMING


def test_a_quiet_pipeline_sleeps_although_transaction_markers_stay(look: Looks) -> None:
    """With minReplicas 0 the last consumer goes after five quiet minutes, one marker per partition or not."""
    settings = replace(SETTINGS, min_replicas=0)
    decisions = run([look(15.0 * n, 1000, 999) for n in range(30)], settings=settings)
    asleep = next(each for each in decisions if each.action is Action.SLEEP)
    assert (asleep.replicas, asleep.time_seconds - decisions[0].time_seconds) == (0, 315)
    assert not any(
        each.changes for each in run([look(15.0 * n, 1000 + n, 999) for n in range(30)], settings=settings)[:20]
    )


def test_a_sleeper_wakes_in_one_step_to_what_waits(look: Looks) -> None:
    """A backlog that came in the night brings up as many consumers as it needs, not one and then more."""
    settings = replace(SETTINGS, min_replicas=0)
    looks = [look(0, 0, 0, replicas=0, group=GroupState.EMPTY), look(15, 60_000, 0, replicas=0, group=GroupState.EMPTY)]
    assert [(each.action, each.replicas) for each in run(looks, settings=settings)] == [
        (Action.KEEP, 0),
        (Action.WAKE, 6),
    ]
    unknown = run(looks, State(), settings)[-1]
    assert (unknown.replicas, unknown.limit) == (1, Limit.RATE_UNKNOWN)


def test_without_busy_seconds_an_unproven_group_at_most_doubles(look: Looks) -> None:
    """When consumers' metrics cannot be read, the group feels its way instead of jumping."""
    looks = [look(0, 0, 0, replicas=1, busy_share=None), look(15, 9_000, 500, replicas=1, busy_share=None)]
    decision = run(looks, State())[-1]
    assert (decision.replicas, decision.limit) == (2, Limit.RATE_UNKNOWN)


def test_what_binds_is_said(look: Looks) -> None:
    """The ledger tells a maximum from too few partitions from a hot one, since each has another remedy."""
    slow = replace(KNOWN, rate=Rate(100.0, 100.0, 100.0))
    looks = [look(0, 0, 0, replicas=1), look(15, 9_000, 300, replicas=1)]
    few = run(looks, slow, replace(SETTINGS, max_replicas=3))[-1]
    many = run(looks, slow)[-1]
    assert [(few.replicas, few.limit), (many.replicas, many.limit)] == [
        (3, Limit.MAX_REPLICAS),
        (6, Limit.PARTITION_BOUND),
    ]
