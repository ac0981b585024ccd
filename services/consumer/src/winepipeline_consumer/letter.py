"""A dead letter: an event that was turned away, with everything a person needs to mend and send it again."""

import datetime as dt
from dataclasses import dataclass

from winepipeline_events.fault import Rejection

Headers = list[tuple[str, bytes | None]]

PREFIX = "winepipeline."
"""Our headers begin so; the original ones stand before them, untouched."""

DETAIL_BYTES = 2000
"""A detail is for people; the value itself is in the letter."""


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
