"""Which letters are meant: those that fit all that is asked. Pure."""

import datetime as dt
from dataclasses import dataclass

from winepipeline_local.dead_letters.opened import Letter


@dataclass(frozen=True, slots=True)
class Selection:
    """What is asked of a letter; what is empty or None asks nothing.

    Attributes:
        reasons: one of these reasons.
        event_type: this type, as far as the letter shows one.
        since: turned away then or later.
        until: turned away before then.
        partition: of the events' topic.
        from_offset: at this offset of the events' topic, or behind it.
        to_offset: before this offset of the events' topic.
    """

    reasons: frozenset[str] = frozenset()
    event_type: str | None = None
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    partition: int | None = None
    from_offset: int | None = None
    to_offset: int | None = None

    def takes(self, letter: Letter) -> bool:
        """Whether the letter fits."""
        source = letter.source
        return (
            (not self.reasons or letter.reason in self.reasons)
            and (self.event_type is None or letter.event_type == self.event_type)
            and self._at_its_time(letter.moment)
            and (self.partition is None or source.partition == self.partition)
            and (self.from_offset is None or source.offset >= self.from_offset)
            and (self.to_offset is None or source.offset < self.to_offset)
        )

    def _at_its_time(self, moment: dt.datetime | None) -> bool:
        if self.since is None and self.until is None:
            return True
        if moment is None:
            return False
        return (self.since is None or moment >= self.since) and (self.until is None or moment < self.until)
