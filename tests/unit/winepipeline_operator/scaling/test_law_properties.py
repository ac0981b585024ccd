"""What holds for every observation and everything that may be remembered."""

import json
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from winepipeline_operator.scaling.decision import Decision
from winepipeline_operator.scaling.explanation import explain
from winepipeline_operator.scaling.law import decide
from winepipeline_operator.scaling.observation import Busy, Failure, GroupState, Observation, Partition
from winepipeline_operator.scaling.settings import ScalingSettings
from winepipeline_operator.scaling.state import State

PARTITIONS = 6
BOUNDS = st.builds(
    ScalingSettings,
    partitions=st.just(PARTITIONS),
    min_replicas=st.integers(0, 10),
    max_replicas=st.integers(1, 10),
    catch_up_seconds=st.floats(1, 3600),
)


STEPS = st.sampled_from([0, 0, 1, 40, 900, 30_000, -1])
SPANS = st.sampled_from([15.0, 15.0, 15.0, 60.0, 400.0, -5.0])
GROUPS = st.sampled_from([GroupState.STABLE, GroupState.STABLE, GroupState.STABLE, *GroupState])


@st.composite
def observations(draw: st.DrawFn, second: float, before: Observation | None) -> Observation | Failure:
    """Any that can be seen after another one: usually growing offsets, now and then anything."""
    wanted = draw(st.integers(0, 10))
    kind = draw(st.integers(0, 9))
    if kind == 0:
        return Failure(second, "no broker", wanted)
    came, took = draw(STEPS), draw(STEPS)
    hot = draw(st.integers(0, PARTITIONS - 1))
    partitions = []
    for number in range(PARTITIONS - (kind == 1)):
        old = before.partitions[number] if before and number < len(before.partitions) else Partition(number, 0, 0)
        end = old.end_offset + came * (3 if number == hot else 1)
        taken = min(end, (old.committed_offset or 0) + took)
        partitions.append(Partition(number, end, None if kind == 2 and number == hot else taken))
    ready = wanted if kind > 3 else draw(st.integers(0, 10))
    busy = tuple(
        Busy(f"c-{n}", second % 1e6 * draw(st.sampled_from([0.1, 0.9]))) for n in range(ready if kind > 4 else 1)
    )
    return Observation(second, tuple(partitions), draw(GROUPS), wanted, ready, busy)


@st.composite
def histories(draw: st.DrawFn) -> list[Observation | Failure]:
    """Some observations, at times that mostly go on."""
    seen: list[Observation | Failure] = []
    second, before = 1_764_000_000.0, None
    for _ in range(draw(st.integers(1, 8))):
        second += draw(SPANS)
        each = draw(observations(second, before))
        before = each if isinstance(each, Observation) else before
        seen.append(each)
    return seen


Step = tuple[Observation | Failure, Decision, State]


def followed(bounds: ScalingSettings, history: list[Observation | Failure]) -> list[Step]:
    """The history, in which now and then what was asked for is there at the next observation."""
    steps: list[Step] = []
    state = State()
    for place, seen in enumerate(history):
        now = replace(seen, replicas_wanted=steps[-1][1].replicas) if steps and place % 3 else seen
        decision, state = decide(bounds, state, now)
        steps.append((now, decision, state))
    return steps


@settings(max_examples=60, deadline=None)
@given(bounds=BOUNDS, history=histories())
def test_the_bounds_always_hold(bounds: ScalingSettings, history: list[Observation | Failure]) -> None:
    """Nothing that can be seen asks for more than the partitions or the maximum, or for fewer than the minimum."""
    for _, decision, _ in followed(bounds, history):
        assert bounds.floor <= decision.replicas <= min(bounds.max_replicas, bounds.partitions)


@settings(max_examples=60, deadline=None)
@given(bounds=BOUNDS, history=histories())
def test_never_down_on_missing_data_or_in_a_rebalance(
    bounds: ScalingSettings, history: list[Observation | Failure]
) -> None:
    """A look that failed, lacks a partition or falls into a rebalance leaves the replicas within the bounds alone."""
    for seen, decision, _ in followed(bounds, history):
        blind = isinstance(seen, Failure) or len(seen.partitions) < PARTITIONS
        moving = isinstance(seen, Observation) and seen.group_state is not GroupState.STABLE
        if blind or (moving and seen.replicas_wanted):
            assert decision.replicas == bounds.clamp(seen.replicas_wanted)


@settings(max_examples=60, deadline=None)
@given(bounds=BOUNDS, history=histories(), more=st.integers(0, 200_000))
def test_more_lag_never_asks_for_fewer(
    bounds: ScalingSettings, history: list[Observation | Failure], more: int
) -> None:
    """The same arrivals and the same work with a longer backlog never lead to fewer replicas."""
    steps = followed(bounds, [each for each in history if isinstance(each, Observation)])
    if not steps:
        return
    seen, decision, _ = steps[-1]
    state = steps[-2][2] if len(steps) > 1 else State()
    assert isinstance(seen, Observation)
    window = tuple(longer(each, more) for each in state.window)
    behind, _ = decide(bounds, replace(state, window=window), longer(seen, more))
    assert behind.replicas >= decision.replicas


def longer(seen: Observation, more: int) -> Observation:
    """The same with more waiting in each partition: as if so many more had come before the first look."""
    return replace(seen, partitions=tuple(replace(each, end_offset=each.end_offset + more) for each in seen.partitions))


@settings(max_examples=60, deadline=None)
@given(bounds=BOUNDS, history=histories())
def test_the_status_carries_everything(bounds: ScalingSettings, history: list[Observation | Failure]) -> None:
    """An operator that is restarted goes on from the resource's status where it was, and can show its ledger."""
    for _, decision, state in followed(bounds, history):
        kept, entry = json.dumps(state.to_status()), json.dumps(decision.to_status())
        assert State.from_status(json.loads(kept)) == state
        assert Decision.from_status(json.loads(entry)) == decision
        assert explain(Decision.from_status(json.loads(entry))) == explain(decision)


@settings(max_examples=60, deadline=None)
@given(bounds=BOUNDS, history=histories(), forgotten=st.booleans())
def test_a_restarted_operator_changes_nothing_at_its_first_look(
    bounds: ScalingSettings, history: list[Observation | Failure], forgotten: bool
) -> None:
    """Killing the operator, with or without its memory, never by itself changes the replicas of a running group."""
    for seen, _, state in followed(bounds, history):
        if seen.replicas_wanted:
            again = replace(seen, time_seconds=seen.time_seconds + 1_000)
            decision, _ = decide(bounds, State() if forgotten else state.lasting(), again)
            assert decision.replicas == bounds.clamp(again.replicas_wanted)


def test_an_unreadable_memory_is_an_empty_one() -> None:
    """Whatever somebody wrote into the status, the operator starts from nothing rather than failing for ever."""
    for status in (None, "x", {"window": 3}, {"rate": {"eventsPerSecond": "fast"}}):
        assert State.from_status(status) == State()
