"""What stands in the dead-letter topic: letters as the consumers write them, and marks that one was sent again."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from winepipeline_consumer.letter import PREFIX, Headers
from winepipeline_events.reason import Reason
from winepipeline_events.repair_fields import Source

ATTEMPT = f"{PREFIX}attempt"
OF_REPLAY = (ATTEMPT, f"{PREFIX}replay_of", f"{PREFIX}repairs", f"{PREFIX}replay")
"""Headers that a replay puts on an event; the next replay of the same event puts its own in their place."""

_OF_LETTER = frozenset(
    f"{PREFIX}{name}"
    for name in ("reason", "detail", "topic", "partition", "offset", "timestamp", "group", "time", "cut_from_bytes")
)
_TYPE = re.compile(rb'"event_type"\s*:\s*"([^"\\]{1,60})"')


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message stands in the dead-letter topic."""

    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class Raw:
    """A message as it stands there."""

    place: Place
    key: bytes | None
    value: bytes | None
    headers: Headers


@dataclass(frozen=True, slots=True)
class Letter:
    """An event that was turned away.

    Attributes:
        place: where this copy of it stands in the dead-letter topic.
        source: where it was turned away: topic, partition, offset and time. It tells letters apart; the time does so
            where a topic was deleted and made again, and has the same offsets once more.
        reason: which rule it breaks.
        detail: path, value and what was allowed.
        group: the consumer group that turned it away.
        time: when, as the consumer wrote it (RFC 3339).
        attempt: how often it has been in the topic: 1 for an event that was never sent again.
        key: as it came.
        value: as it came; only its beginning where `cut_from_bytes` is given.
        headers: as they came.
        cut_from_bytes: how long the value was, where the dead-letter topic did not take all of it.
    """

    place: Place
    source: Source
    reason: Reason
    detail: str
    group: str
    time: str
    attempt: int
    key: bytes | None
    value: bytes | None
    headers: Headers = field(repr=False)
    cut_from_bytes: int | None = None

    @property
    def name(self) -> str:
        """`PARTITION:OFFSET` in the events' topic: what a person calls it."""
        return f"{self.source.partition}:{self.source.offset}"

    @property
    def event_type(self) -> str:
        """As far as the message shows one; empty where it does not."""
        found = _TYPE.search(self.value or b"")
        return found[1].decode(errors="replace") if found else ""

    @property
    def moment(self) -> dt.datetime | None:
        """When it was turned away."""
        try:
            return dt.datetime.fromisoformat(self.time)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Mark:
    """A letter was sent again: written in the transaction that sent it.

    Attributes:
        source: the letter's.
        attempt: the one that was begun by it; 2 for the first replay.
        to: where the event went in its topic, as `PARTITION:OFFSET`.
        repairs: what was mended, by name; `edited` for a person's own correction.
        replay: the replay's name.
        time: when (RFC 3339).
    """

    source: Source
    attempt: int
    to: str
    repairs: tuple[str, ...]
    replay: str
    time: str


def opened(raw: Raw) -> Letter | Mark | None:
    """What a message of the dead-letter topic is; None for one that is not ours."""
    ours = _ours(raw.headers)
    try:
        source = Source(ours["topic"], int(ours["partition"]), int(ours["offset"]), int(ours["timestamp"]))
        if "reason" not in ours:  # an event may bring a header `winepipeline.replayed` of its own
            repairs = tuple(filter(None, ours["repairs"].split(",")))
            return Mark(source, int(ours["attempt"]), ours["to"], repairs, ours["replay"], ours["time"])
        size = ours.get("cut_from_bytes")
        return Letter(
            place=raw.place,
            source=source,
            reason=Reason(ours["reason"]),
            detail=ours["detail"],
            group=ours["group"],
            time=ours["time"],
            attempt=_attempt(ours),
            key=raw.key,
            value=raw.value,
            headers=_theirs(raw.headers),
            cut_from_bytes=int(size) if size else None,
        )
    except (KeyError, ValueError):
        return None


def event_headers(letter: Letter, repairs: tuple[str, ...], replay: str) -> Headers:
    """The headers with which a letter's event is sent again: its own, and behind them whence and how often."""
    source = letter.source
    ours = {
        ATTEMPT: str(letter.attempt + 1),
        f"{PREFIX}replay_of": f"{source.topic}/{source.partition}/{source.offset}",
        f"{PREFIX}repairs": ",".join(repairs),
        f"{PREFIX}replay": replay,
    }
    kept = [header for header in letter.headers if header[0] not in OF_REPLAY]
    return [*kept, *((name, text.encode()) for name, text in ours.items())]


def mark_headers(mark: Mark) -> Headers:
    """A mark as a message's headers."""
    source = mark.source
    texts = {
        "replayed": "true",
        "topic": source.topic,
        "partition": str(source.partition),
        "offset": str(source.offset),
        "timestamp": str(source.timestamp_ms),
        "attempt": str(mark.attempt),
        "to": mark.to,
        "repairs": ",".join(mark.repairs),
        "replay": mark.replay,
        "time": mark.time,
    }
    return [(f"{PREFIX}{name}", text.encode()) for name, text in texts.items()]


def mark_value(mark: Mark) -> bytes:
    """What a person sees who reads the topic with other tools."""
    source = mark.source
    return msgspec.json.encode(
        {"replayed": f"{source.topic}/{source.partition}/{source.offset}", "to": mark.to, "replay": mark.replay}
    )


def _ours(headers: Headers) -> Mapping[str, str]:
    """The last of each of our headers: a message may bring headers of the same names, which stand before ours."""
    return {
        name.removeprefix(PREFIX): (text or b"").decode(errors="replace")
        for name, text in headers
        if name.startswith(PREFIX)
    }


def _theirs(headers: Headers) -> Headers:
    """The original headers: all before the consumer's own, which are the last of their names."""
    last = {name: place for place, (name, _) in enumerate(headers) if name in _OF_LETTER}
    return [header for place, header in enumerate(headers) if last.get(header[0]) != place]


def _attempt(ours: Mapping[str, str]) -> int:
    """An event that nobody has sent again brings no such header, or one of its own that means nothing."""
    text = ours.get("attempt", "1")
    return max(1, int(text)) if text.isascii() and text.isdigit() else 1
