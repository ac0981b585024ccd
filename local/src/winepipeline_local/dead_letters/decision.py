"""What becomes of a letter: it is sent, or not, and why. Pure."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from winepipeline_events.fault import Rejection
from winepipeline_events.reason import Reason
from winepipeline_events.repair import repaired
from winepipeline_events.validation import Limits
from winepipeline_local.dead_letters.edited import identity
from winepipeline_local.dead_letters.opened import Letter

EDITED = "edited"
"""What stands among the repairs where a person has written the message anew."""


class Outcome(StrEnum):
    """What becomes of a letter."""

    SENDABLE = "sendable"
    """It is an event now, and is to be sent."""
    SENT = "sent"
    """It was sent just now."""
    INVALID = "invalid"
    """It is no event, even after the repairs."""
    CUT = "cut"
    """Only its beginning is in the dead-letter topic; a file with the whole message can replace it."""
    REPLAYED_BEFORE = "replayed_before"
    """An earlier replay has sent it."""
    UNSETTLED = "unsettled"
    """It is not in the table of rejects: its batch was not committed, or has gone into the table after all."""
    TOO_OFTEN = "too_often"
    """It came back so often that sending it again is of no use."""


@dataclass(frozen=True, slots=True)
class Correction:
    """How letters are mended.

    Attributes:
        repairs: by these names.
        edits: from a letter's identity to the message that a person wrote in its place; None: no file was given.
        limits: the consumers'.
        most_attempts: letters that were in the topic so often are not sent again.
    """

    repairs: tuple[str, ...] = ()
    edits: Mapping[str, bytes | None] | None = None
    limits: Limits = field(default_factory=Limits)
    most_attempts: int = 5

    def concerns(self, letter: Letter) -> bool:
        """Whether the letter is meant: a file means those in it."""
        return self.edits is None or identity(letter.source) in self.edits


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to become of one letter.

    Attributes:
        outcome: SENDABLE, or why not.
        value: the message to send.
        repairs: what was mended.
        rejection: what is still wrong, where it is invalid.
    """

    outcome: Outcome
    value: bytes | None = None
    repairs: tuple[str, ...] = ()
    rejection: Rejection | None = None


def decide(letter: Letter, correction: Correction, *, replayed: bool, settled: bool) -> Decision:
    """What becomes of a letter.

    Args:
        letter: the letter.
        correction: how letters are mended.
        replayed: whether there is a mark of it, or the table of rejects tells of one.
        settled: whether it is in the table of rejects.
    """
    if replayed:
        return Decision(Outcome.REPLAYED_BEFORE)
    if not settled:
        return Decision(Outcome.UNSETTLED)
    if letter.attempt >= correction.most_attempts:
        return Decision(Outcome.TOO_OFTEN)
    edited = correction.edits is not None
    if letter.cut_from_bytes is not None and not edited:
        words = f"{len(letter.value or b'')} bytes of {letter.cut_from_bytes} are here"
        return Decision(Outcome.CUT, rejection=Rejection(Reason.TOO_LARGE, words))
    value = (correction.edits or {})[identity(letter.source)] if edited else letter.value
    mended = repaired(value, correction.repairs, letter.source, correction.limits)
    if mended.rejection is not None:
        return Decision(Outcome.INVALID, rejection=mended.rejection)
    changed = (EDITED,) if edited and value != letter.value else ()
    return Decision(Outcome.SENDABLE, mended.value, (*changed, *mended.applied))


@dataclass(slots=True)
class Tally:
    """How many letters, by what became of them; each letter once.

    Attributes:
        matched: that fit the selection.
        outcomes: of those.
        repairs: how many were mended by each repair.
        faults: why the invalid ones are invalid still, by reason.
        mended: that were sent, or could be, after at least one repair.
    """

    matched: int = 0
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    repairs: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    mended: int = 0

    def count(self, decision: Decision) -> None:
        """One letter more."""
        self.matched += 1
        self.outcomes[decision.outcome] += 1
        self.repairs.update(decision.repairs)
        self.mended += bool(decision.repairs)
        if decision.rejection is not None:
            self.faults[decision.rejection.reason.value] += 1

    def sent(self, count: int) -> None:
        """So many of the sendable ones were sent."""
        self.outcomes[Outcome.SENDABLE] -= count
        self.outcomes[Outcome.SENT] += count

    def as_json(self) -> dict[str, object]:
        """Flat, with every outcome, whether it occurred or not."""
        return {
            "matched": self.matched,
            **{each.value: self.outcomes[each] for each in Outcome},
            "repaired": self.mended,
            "repairs": dict(sorted(self.repairs.items())),
            "still_wrong": dict(sorted(self.faults.items())),
        }
