"""How many letters there are, why, since when, and what the repairs could do about them. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from winepipeline_events.repair import NAMES, repaired
from winepipeline_events.validation import Limits
from winepipeline_local.dead_letters.folded import Folded
from winepipeline_local.dead_letters.opened import Letter


@dataclass(slots=True)
class OfReason:
    """The letters of one reason.

    Attributes:
        letters: all of them.
        replayed: those that were sent again.
        valid: of the others, those that are valid as they stand by now.
        mendable: of the others, those that repairs could make valid.
        first: when the first was turned away.
        last: when the last was.
        repairs: which repairs would help, and how many letters each.
    """

    letters: int = 0
    replayed: int = 0
    valid: int = 0
    mendable: int = 0
    first: str = ""
    last: str = ""
    repairs: Counter[str] = field(default_factory=Counter)

    @property
    def open(self) -> int:
        """Letters that nobody has sent again."""
        return self.letters - self.replayed


@dataclass(slots=True)
class Statistics:
    """All that was asked for.

    Attributes:
        reasons: the letters by their reason.
        types: by the event's type; empty for those that show none.
        partitions: by the partition of the events' topic.
        attempts: by how often the event was in its topic.
        repeats: copies too many, of all letters.
        foreign: messages in the topic that are not ours.
    """

    reasons: dict[str, OfReason] = field(default_factory=dict)
    types: Counter[str] = field(default_factory=Counter)
    partitions: Counter[int] = field(default_factory=Counter)
    attempts: Counter[int] = field(default_factory=Counter)
    repeats: int = 0
    foreign: int = 0

    @property
    def letters(self) -> int:
        """All of them."""
        return sum(each.letters for each in self.reasons.values())

    @property
    def replayed(self) -> int:
        """Those that were sent again."""
        return sum(each.replayed for each in self.reasons.values())

    def as_json(self) -> dict[str, Any]:
        """For a machine."""
        return {
            "letters": self.letters,
            "replayed": self.replayed,
            "open": self.letters - self.replayed,
            "repeats": self.repeats,
            "foreign": self.foreign,
            "reasons": {
                reason: {
                    "letters": each.letters,
                    "replayed": each.replayed,
                    "open": each.open,
                    "valid": each.valid,
                    "mendable": each.mendable,
                    "first": each.first,
                    "last": each.last,
                    "repairs": dict(each.repairs),
                }
                for reason, each in self.reasons.items()
            },
            "types": dict(self.types),
            "partitions": {str(partition): count for partition, count in sorted(self.partitions.items())},
            "attempts": {str(attempt): count for attempt, count in sorted(self.attempts.items())},
        }


def statistics(letters: Iterable[Letter], found: Folded, limits: Limits) -> Statistics:
    """Count letters, each given once; `found` is of all that the topic holds, `limits` are the consumers'."""
    sums = Statistics(repeats=found.repeats, foreign=found.foreign)
    for letter in letters:
        sums.types[letter.event_type] += 1
        sums.partitions[letter.source.partition] += 1
        sums.attempts[letter.attempt] += 1
        of_reason = sums.reasons.setdefault(letter.reason.value, OfReason())
        _count(of_reason, letter, limits, replayed=letter.source in found.marks)
    sums.reasons = dict(sorted(sums.reasons.items(), key=lambda item: -item[1].letters))
    return sums


def _count(sums: OfReason, letter: Letter, limits: Limits, *, replayed: bool) -> None:
    sums.letters += 1
    sums.first = min(filter(None, (sums.first, letter.time)), default="")
    sums.last = max(sums.last, letter.time)
    if replayed:
        sums.replayed += 1
    elif letter.cut_from_bytes is None:
        mended = repaired(letter.value, NAMES, letter.source, limits)
        if mended.rejection is None:
            sums.valid += not mended.applied
            sums.mendable += bool(mended.applied)
            sums.repairs.update(mended.applied)
