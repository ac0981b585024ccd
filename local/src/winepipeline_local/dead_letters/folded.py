"""Which messages are copies of the same letter, and which letters were sent again. Pure.

A consumer that dies between writing its letters and committing its batch writes them once more, so that a letter may
stand in the topic several times, and in several partitions of it. Only what it takes to tell that is kept: the topic
may be larger than the memory.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from winepipeline_events.repair_fields import Source
from winepipeline_local.dead_letters.opened import Letter, Mark, Place, Raw, opened


@dataclass(slots=True)
class Folded:
    """All that stands in a dead-letter topic, for one topic of events.

    Attributes:
        copies: from each letter to where its copies stand, in the order in which they were read.
        marks: from each letter that was sent again to the last mark of it.
        foreign: messages that are neither letters nor marks.
        elsewhere: letters of other topics.
    """

    copies: dict[Source, list[Place]] = field(default_factory=dict)
    marks: dict[Source, Mark] = field(default_factory=dict)
    foreign: int = 0
    elsewhere: int = 0

    def is_first(self, letter: Letter) -> bool:
        """Whether this is the copy by which the letter counts."""
        return self.copies.get(letter.source, [letter.place])[0] == letter.place

    @property
    def repeats(self) -> int:
        """Copies too many."""
        return sum(len(places) - 1 for places in self.copies.values())


def folded(messages: Iterable[Raw], topic: str) -> Folded:
    """Read through all messages once; `topic` is that of the events."""
    found = Folded()
    for raw in messages:
        match opened(raw):
            case None:
                found.foreign += 1
            case Letter(source=source) | Mark(source=source) if source.topic != topic:
                found.elsewhere += 1
            case Mark() as mark:
                found.marks[mark.source] = mark
            case Letter() as letter:
                found.copies.setdefault(letter.source, []).append(letter.place)
    return found
