"""What the scaler tells of its decisions, and what it goes on from after a restart: `status.scaling`. Pure."""

from dataclasses import dataclass, field, replace
from typing import Any, Self

from winepipeline_operator.scaling.decision import Decision, Limit
from winepipeline_operator.scaling.state import State

KEPT = 10

WRITE_SECONDS = 60.0
"""So often the status is written though nothing of note has happened; a longer silence would break the law's memory."""

NOTABLE = frozenset(
    {
        Limit.MAX_REPLICAS,
        Limit.PARTITIONS,
        Limit.PARTITION_BOUND,
        Limit.SCALING_INEFFECTIVE,
        Limit.OBSERVATION_FAILED,
        Limit.OBSERVATION_CONTRADICTS,
        Limit.NOT_CONSUMING,
    }
)
"""What a person wants to read of though nothing was changed: once, when it begins."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """The scaler's memory.

    Attributes:
        mode: of the resource, when the last entry was made.
        decisions: those that matter, oldest first, at most ten.
        latest: the last one, whatever it was.
        state: what the law remembers.
        written: the entry that was last given out for the status, to know when it is worth writing again.
    """

    mode: str = ""
    decisions: tuple[Decision, ...] = ()
    latest: Decision | None = None
    state: State = field(default_factory=State)
    written: Decision | None = None

    def after(self, mode: str, decision: Decision, state: State) -> Self:
        """The ledger with one more decision."""
        kept = (*self.decisions, decision)[-KEPT:] if self._matters(mode, decision) else self.decisions
        return replace(self, mode=mode, decisions=kept, latest=decision, state=state)

    def resting(self, mode: str) -> Self:
        """While somebody else decides: what was decided stays to be read, what was learnt of the consumers too."""
        resting = State(rate=self.state.rate, restart_seconds=self.state.restart_seconds)
        return replace(self, mode=mode, latest=None, written=None, state=resting)

    @property
    def worth_writing(self) -> bool:
        """Whether the status should be written again for this alone."""
        latest, written = self.latest, self.written
        if latest is None or written is None:
            return latest is not written
        told = (latest.action, latest.limit, latest.replicas, latest.effective)
        if told != (written.action, written.limit, written.replicas, written.effective):
            return True
        return not 0 <= latest.time_seconds - written.time_seconds < WRITE_SECONDS

    def noted(self) -> Self:
        """The ledger after it was given out for the status."""
        return replace(self, written=self.latest)

    def to_status(self) -> dict[str, Any]:
        """As JSON for the resource's status; the newest decision first, as a person reads it."""
        status: dict[str, Any] = {"mode": self.mode}
        if self.latest is not None:
            status["latest"] = self.latest.to_status()
        if self.decisions:
            status["decisions"] = [each.to_status() for each in reversed(self.decisions)]
        state = self.state.lasting().to_status()
        return {**status, "state": {name: value for name, value in state.items() if value != []}}

    @classmethod
    def from_status(cls, status: object) -> "Ledger":
        """From the resource's status; what is unreadable there counts as not written."""
        if not isinstance(status, dict):
            return cls()
        entries = status.get("decisions")
        decisions = [_decision(each) for each in (entries if isinstance(entries, list) else [])]
        return cls(
            mode=str(status.get("mode", "")),
            decisions=tuple(each for each in reversed(decisions) if each is not None)[-KEPT:],
            latest=_decision(status.get("latest")),
            state=State.from_status(status.get("state", {})),
        )

    def _matters(self, mode: str, decision: Decision) -> bool:
        """A change, but not the same advice again; or what limits or hinders, when it begins."""
        last = self.decisions[-1] if self.decisions else None
        if decision.changes:
            return mode != "Recommend" or last is None or last.replicas != decision.replicas
        if decision.limit in NOTABLE:
            return last is None or last.changes or last.limit is not decision.limit
        return False


def _decision(status: object) -> Decision | None:
    try:
        return Decision.from_status(status)
    except ValueError:
        return None
