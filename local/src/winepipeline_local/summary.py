"""What a session came to, as data. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from winepipeline_local.snapshot import DeadLetter, LandedRow
from winepipeline_local.totals import Totals

DIGITS = 3


@dataclass(frozen=True, slots=True)
class Summary:
    """What a session came to.

    Attributes:
        pipeline: the resource's name.
        totals: over the whole state.
        session: what this session added.
        session_seconds: how long everything was up.
        seconds_to_first_row: from the command until a row of this session was in the table; None when none was.
        freshness_p50_seconds, freshness_p99_seconds: over this session; None when no row landed.
        audit_holds: nothing lost, nothing twice.
        rejected_by_reason: this session's dead letters.
        rows, letters: a few, newest first.
        restarts: how often a service was started again.
        state: the state folder.
        next_commands: (command, what it does).
    """

    pipeline: str
    totals: Totals
    session: Totals
    session_seconds: float
    seconds_to_first_row: float | None
    freshness_p50_seconds: float | None
    freshness_p99_seconds: float | None
    audit_holds: bool
    rejected_by_reason: Mapping[str, int] = field(default_factory=dict)
    rows: tuple[LandedRow, ...] = ()
    letters: tuple[DeadLetter, ...] = ()
    restarts: int = 0
    state: str = ""
    next_commands: tuple[tuple[str, str], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """One flat object of numbers, with this session's under `session`; seconds to the millisecond."""
        return {
            "pipeline": self.pipeline,
            **asdict(self.totals),
            "audit_holds": self.audit_holds,
            "seconds_to_first_row": _rounded(self.seconds_to_first_row),
            "freshness_p50_seconds": _rounded(self.freshness_p50_seconds),
            "freshness_p99_seconds": _rounded(self.freshness_p99_seconds),
            "rejected_by_reason": dict(sorted(self.rejected_by_reason.items())),
            "restarts": self.restarts,
            "session": {
                "seconds": _rounded(self.session_seconds),
                "produced": self.session.produced,
                "loaded": self.session.loaded,
                "rejected": self.session.rejected,
            },
            "state": self.state,
        }


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, DIGITS)
