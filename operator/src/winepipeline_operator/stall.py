"""A pipeline that stands: events wait, nobody commits, and whose fault it seems to be. Pure."""

import re
from dataclasses import dataclass

from winepipeline_operator.dataplane import DataPlane
from winepipeline_operator.probe import Readiness
from winepipeline_operator.trend import Trend

STALL_SECONDS = 180.0
"""For so long nobody may commit while events wait: a load takes seconds, a warehouse that resumes a minute or two."""

_PARTITIONS = re.compile(r"partitions \[(?P<numbers>[\d, ]+)\]")


@dataclass(frozen=True, slots=True)
class Stall:
    """What stands.

    Attributes:
        partitions: in which events wait and nobody commits, the number of each.
        lag: how many events wait in them.
        seconds: for how long nobody has committed in any of them.
        suspects: the consumers that hold one of them and say that all is well, or say nothing.
        excuse: what consumers say of themselves instead of working; empty when none says anything.
    """

    partitions: tuple[int, ...]
    lag: int
    seconds: float
    suspects: tuple[str, ...]
    excuse: str = ""


def stall(trend: Trend, plane: DataPlane, stall_seconds: float = STALL_SECONDS) -> Stall | None:
    """What stands for so long; None when nothing does, or when it cannot be known."""
    if plane.group is None:
        return None
    now = plane.time_seconds
    since = {each.number: trend.standing_since(each.number) for each in plane.group.partitions}
    standing = {number: begun for number, begun in since.items() if begun is not None and now - begun >= stall_seconds}
    if not standing:
        return None
    return Stall(
        partitions=tuple(sorted(standing)),
        lag=sum(each.lag for each in plane.group.partitions if each.number in standing),
        seconds=now - max(standing.values()),
        suspects=_suspects(plane, frozenset(standing)),
        excuse=next((f"{each.reason}: {each.detail}" for each in plane.readiness.values() if not each.ready), ""),
    )


def _suspects(plane: DataPlane, standing: frozenset[int]) -> tuple[str, ...]:
    """A consumer that waits for the warehouse says so, and would only wait anew."""
    holding = [name for name, each in plane.readiness.items() if each.ready and held(each) & standing]
    return tuple(sorted({*holding, *(name for name in plane.silent if "consumer" in name)}))


def held(readiness: Readiness) -> frozenset[int]:
    """The partitions that a consumer says are its own."""
    found = _PARTITIONS.search(readiness.detail)
    return frozenset(int(each) for each in found["numbers"].split(",")) if found else frozenset()
