"""Whether a scale-up helped: replicas that share a bottleneck elsewhere bring nothing, and more would not either."""

import math
from dataclasses import replace

from winepipeline_operator.scaling.learning import Strain
from winepipeline_operator.scaling.rates import Rates
from winepipeline_operator.scaling.state import Change, State

LEAST_GAIN = 0.1
"""Of the gain that the partitions' even distribution promises; below it, the scale-up was for nothing (as Flink's)."""

JUDGE_AFTER_SECONDS = 45.0
RETRY_SECONDS = 600.0


def judged(state: State, seen: Rates, strained: Strain, now: float) -> State:
    """The state after judging the last change, once it can be: under a backlog, from enough of a window."""
    change = state.change
    if change is None or change.consumption_before is None:
        return state
    done = replace(state, change=replace(change, consumption_before=None))
    if not strained.saturated:
        return replace(done, ineffective_until_seconds=None)
    if not strained.behind or seen.seconds < JUDGE_AFTER_SECONDS:
        return state
    gain = seen.consumed - change.consumption_before
    if gain < LEAST_GAIN * _promised(change, len(seen.arrival)):
        return replace(done, ineffective_until_seconds=now + RETRY_SECONDS)
    return replace(done, ineffective_until_seconds=None)


def ineffective(state: State, now: float) -> bool:
    """Whether growing is barred now."""
    return state.ineffective_until_seconds is not None and now < state.ineffective_until_seconds


def _promised(change: Change, partitions: int) -> float:
    """Events/s that the change should bring: the busiest member has so many times fewer partitions."""
    before = math.ceil(partitions / max(1, change.replicas_before))
    after = math.ceil(partitions / max(1, change.replicas_after))
    return (change.consumption_before or 0.0) * (before / after - 1)
