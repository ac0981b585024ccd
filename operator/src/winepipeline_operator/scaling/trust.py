"""Whether an observation can be believed; one that cannot never changes the replicas."""

from winepipeline_operator.scaling.decision import Limit
from winepipeline_operator.scaling.observation import GroupState, Observation, Partition
from winepipeline_operator.scaling.settings import ScalingSettings
from winepipeline_operator.scaling.state import State

PATIENCE_SECONDS = 300.0
"""How long a replica may take to become ready before the law goes on without it, barred from asking for more."""

ASLEEP = frozenset({GroupState.EMPTY, GroupState.DEAD, GroupState.STABLE})
"""What a group without replicas may be: Dead when it never committed, Stable until its last session times out."""


def contradiction(seen: Observation, state: State, settings: ScalingSettings) -> str | None:
    """What cannot be true in an observation, by itself or after what is remembered; None when nothing is wrong."""
    numbers = [each.number for each in seen.by_number()]
    if numbers != list(range(settings.partitions)):
        listed = ", ".join(map(str, numbers)) or "none"
        return f"there are offsets of the partitions {listed}; the topic has 0 to {settings.partitions - 1}"
    if min(seen.replicas_wanted, seen.replicas_ready) < 0:
        return f"{seen.replicas_wanted} replicas are wanted and {seen.replicas_ready} ready"
    latest = state.latest_seconds
    if latest is not None and seen.time_seconds <= latest:
        return f"the clock went back by {latest - seen.time_seconds:.0f} s or stood still"
    before = {each.number: each for each in state.window[-1].partitions} if state.window else {}
    return next(filter(None, (_wrong(each, before.get(each.number)) for each in seen.by_number())), None)


def unrest(seen: Observation) -> tuple[Limit, str] | None:
    """Why the group cannot be measured now, with the words for a person; None when it can."""
    wanted, ready, group = seen.replicas_wanted, seen.replicas_ready, seen.group_state
    if wanted == 0:
        if ready == 0 and group in ASLEEP:
            return None
        return Limit.GROUP_UNSTABLE, f"the last consumers are leaving: {ready} are still ready, the group is {group}"
    if ready != wanted:
        return Limit.REPLICAS_NOT_READY, f"{ready} of {wanted} replicas are ready"
    if group is not GroupState.STABLE:
        return Limit.GROUP_UNSTABLE, f"the group is {group}, not Stable"
    return None


def short_for_long(seen: Observation, unready_since_seconds: float | None) -> bool:
    """Whether replicas have been missing for so long that the group without them is the one to measure."""
    return (
        unready_since_seconds is not None
        and seen.time_seconds - unready_since_seconds >= PATIENCE_SECONDS
        and 0 < seen.replicas_ready < seen.replicas_wanted
        and seen.group_state is GroupState.STABLE
    )


def _wrong(seen: Partition, before: Partition | None) -> str | None:
    start, end, committed = seen.log_start_offset, seen.end_offset, seen.committed_offset
    if not 0 <= start <= end:
        return f"partition {seen.number} starts at offset {start} and ends at {end}"
    if committed is not None and not 0 <= committed <= end:
        return f"partition {seen.number} ends at offset {end}, but {committed} is committed"
    if before is None:
        return None
    if end < before.end_offset:
        return f"partition {seen.number} ended at offset {before.end_offset} and now ends at {end}"
    if seen.position < before.position:
        return f"the group stood at offset {before.position} of partition {seen.number} and now at {seen.position}"
    return None
