"""When a service that ended is started again, and when that is given up. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from winepipeline_process.exits import ExitCode

FIRST_DELAY_SECONDS = 0.5
LONGEST_DELAY_SECONDS = 10.0
CALM_SECONDS = 60.0
MOST_EXITS = 5


@dataclass(frozen=True, slots=True)
class Restart:
    """Start it again, after so long."""

    delay_seconds: float


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Do not start it again; `why` completes the sentence "consumer-1 …"."""

    why: str


def after_exit(exit_status: int, exits_seconds: Sequence[float]) -> Restart | GiveUp:
    """What to do about a service that ended though nobody asked it to.

    Args:
        exit_status: its exit status, or minus a signal's number.
        exits_seconds: when it ended, this time last, on a monotonic clock.
    """
    if exit_status == ExitCode.USAGE:
        return GiveUp("refuses its settings; starting it again would not change that")
    if exit_status == ExitCode.WAREHOUSE:
        return GiveUp("found something that a person has to put right; starting it again would not change that")
    recent = [when for when in exits_seconds if exits_seconds[-1] - when < CALM_SECONDS]
    if len(recent) >= MOST_EXITS:
        return GiveUp(f"ended {len(recent)} times within {CALM_SECONDS:.0f} s")
    return Restart(min(LONGEST_DELAY_SECONDS, FIRST_DELAY_SECONDS * 2 ** (len(recent) - 1)))


def exit_code(exit_status: int) -> int:
    """The exit status for the whole command when this service was given up: its own class of failure if it has one."""
    known = {each.value for each in ExitCode} - {ExitCode.OK.value}
    return exit_status if exit_status in known else ExitCode.INTERNAL.value
