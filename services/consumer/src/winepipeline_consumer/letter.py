"""A dead letter: an event that was turned away, with everything a person needs to mend and send it again."""

import datetime as dt
from dataclasses import dataclass

from winepipeline_events.fault import Rejection

Headers = list[tuple[str, bytes | None]]

Outgoing = tuple[bytes | None, bytes | None, Headers]
"""Key, value and headers of a message for the dead-letter topic."""


@dataclass(frozen=True, slots=True)
class Unsent:
    """Letters that the dead-letter topic does not have, or of which that is not known.

    Attributes:
        too_large: together, or each by itself.
        waiting: the broker has not acknowledged them; what it has already is not among them, and is not sent again.
        why: how many there are of those that wait, and the broker's words; empty when there is none.
    """

    too_large: list[Outgoing]
    waiting: list[Outgoing]
    why: str = ""


PREFIX = "winepipeline."
"""Our headers begin so; the original ones stand before them, untouched."""

DETAIL_BYTES = 2000
"""A detail is for people; the value itself is in the letter."""


OVERHEAD_BYTES = 2000
"""What a letter takes besides its content: its objects, its detail, and our headers while it is sent."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message that is no event.

    Attributes:
        partition: where it came from.
        offset: the same.
        timestamp_ms: when it was produced, in milliseconds since 1970.
        key: its key, as it came.
        value: its value, as it came; None for a tombstone.
        headers: its headers, as they came.
        rejection: why it was turned away.
    """

    partition: int
    offset: int
    timestamp_ms: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    rejection: Rejection

    @property
    def size_bytes(self) -> int:
        """About what it takes in memory until it is committed: headers of a megabyte are allowed too."""
        headers = sum(len(name) + len(content or b"") for name, content in self.headers)
        return OVERHEAD_BYTES + len(self.key or b"") + len(self.value or b"") + headers


def cut(letter: Outgoing, most_bytes: int) -> Outgoing:
    """A letter that its topic does not take whole: the beginning of the value, our headers, and what is small enough.

    Args:
        letter: as it was to be sent.
        most_bytes: how much is kept of the value; a key or original headers that are larger are left out.
    """
    key, value, headers = letter
    ours = [header for header in headers if header[0].startswith(PREFIX)]
    theirs = [header for header in headers if not header[0].startswith(PREFIX)]
    if sum(len(name) + len(content or b"") for name, content in theirs) > most_bytes:
        theirs = []
    size = (f"{PREFIX}cut_from_bytes", str(len(value or b"")).encode())
    return key if len(key or b"") <= most_bytes else None, (value or b"")[:most_bytes], [*theirs, *ours, size]


def headers_of(letter: Letter, topic: str, group: str, now: dt.datetime) -> Headers:
    """The original headers, and ours behind them.

    Args:
        letter: what is sent.
        topic: the topic that it was read from.
        group: the consumer group that turned it away.
        now: when, with a time zone.
    """
    detail = letter.rejection.detail.encode(errors="backslashreplace")[:DETAIL_BYTES].decode(errors="ignore")
    ours = {
        "reason": letter.rejection.reason.value,
        "detail": detail,
        "topic": topic,
        "partition": str(letter.partition),
        "offset": str(letter.offset),
        "timestamp": str(letter.timestamp_ms),
        "group": group,
        "time": now.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
    return [*letter.headers, *((PREFIX + name, text.encode()) for name, text in ours.items())]
