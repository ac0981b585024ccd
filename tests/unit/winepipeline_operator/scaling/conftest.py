"""Observations to start from, and the way to the simulator that the benchmark uses."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from winepipeline_operator.scaling.observation import Busy, GroupState, Observation, Partition

ROOT = str(Path(__file__).parents[4])
if ROOT not in sys.path:
    sys.path.insert(0, ROOT)


@pytest.fixture(scope="session")
def look() -> Callable[..., Observation]:
    """Makes an observation at a second of a topic that has brought and taken the same in each of six partitions."""

    def make(
        second: float,
        ended: int,
        taken: int,
        *,
        replicas: int = 2,
        busy_share: float | None = 0.5,
        partitions: int = 6,
        **others: int | GroupState,
    ) -> Observation:
        there, group = int(others.get("ready", replicas)), GroupState(str(others.get("group", GroupState.STABLE)))
        return Observation(
            time_seconds=1_764_000_000.0 + second,
            partitions=tuple(Partition(number, ended, taken) for number in range(partitions)),
            group_state=group,
            replicas_wanted=replicas,
            replicas_ready=there,
            busy=() if busy_share is None else tuple(Busy(f"c-{n}", second * busy_share) for n in range(there)),
        )

    return make
