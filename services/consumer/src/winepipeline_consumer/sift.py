"""A slice of messages into rows and rejects: the pure heart of the consumer, and its hot path.

Nothing is kept of an event but its text: the warehouse takes the columns out of that. So a slice is decoded a hundred
messages at a time, which lets the objects stay in the processor's cache and saves a tenth of the time. The loops are
in C: `map` over the decoder goes on after a message that fails, so that each message is judged by itself, without a try
in Python around each. Whatever the fast path does not take, `validate` looks at, one by one: what is malformed, what
has fields that we do not know, what says something new.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import msgspec
import numpy as np

from winepipeline_events.fault import Rejection
from winepipeline_events.inventory import AdjustmentType
from winepipeline_events.known import Known, KnownOrder
from winepipeline_events.recurring import Vocabulary
from winepipeline_events.validation import HALF_A_CENT, Limits, validate
from winepipeline_warehouse.rows import Int32, Int64, Rows

_TOGETHER = 100
"""Messages that are decoded together: their objects stay in the processor's cache."""

_ADDS, _TAKES = AdjustmentType.REPLENISHMENT, AdjustmentType.SPOILAGE


@dataclass(frozen=True, slots=True)
class Slice:
    """Messages as they were read; all of one length.

    Attributes:
        values: the messages' values; None for tombstones.
        partitions: where each came from.
        offsets: the same.
        timestamps_ms: when each was produced, in milliseconds since 1970.
    """

    values: Sequence[bytes | None]
    partitions: Int32
    offsets: Int64
    timestamps_ms: Int64

    def __len__(self) -> int:
        return len(self.values)


@dataclass(frozen=True, slots=True)
class Sifted:
    """What a slice holds.

    Attributes:
        rows: its events.
        rejected: from a message's position in the slice to why it is no event.
    """

    rows: Rows
    rejected: dict[int, Rejection]


def sift(messages: Slice, limits: Limits, vocabulary: Vocabulary) -> Sifted:
    """Rows and rejects; exactly the messages that `validate` turns away are turned away, whatever is known."""
    suspects = _suspects(messages.values, vocabulary)
    values = [value or b"" for value in messages.values] if suspects else cast(Sequence[bytes], messages.values)
    lengths = np.fromiter(map(len, values), np.int32, len(values))
    suspects.extend((lengths > limits.event_bytes).nonzero()[0].tolist())
    rejected: dict[int, Rejection] = {}
    for position in suspects:
        verdict = validate(messages.values[position], limits)
        if isinstance(verdict, Rejection):
            rejected[position] = verdict
        else:
            vocabulary.hear(verdict)
    if not rejected:
        return Sifted(_rows(messages, values, lengths), rejected)
    kept = [position for position in range(len(messages)) if position not in rejected]
    if not kept:
        return Sifted(Rows.none(), rejected)
    rest = Slice(
        [values[position] for position in kept],
        messages.partitions[kept],
        messages.offsets[kept],
        messages.timestamps_ms[kept],
    )
    return Sifted(_rows(rest, cast(Sequence[bytes], rest.values), lengths[kept]), rejected)


def _suspects(values: Sequence[bytes | None], vocabulary: Vocabulary) -> list[int]:
    """Positions of messages that the fast path does not take for events."""
    found: list[int] = []
    for start in range(0, len(values), _TOGETHER):
        events = _decoded(values[start : start + _TOGETHER], vocabulary.decode)
        found.extend(_faulty(events, vocabulary.order, start))
    return found


def _decoded(values: Sequence[bytes | None], decode: Callable[[bytes], Known]) -> list[Known | None]:
    """An event for each value; None where there is none, or one with something in it that is new."""
    events: list[Known | None] = []
    rest = map(decode, values)  # type: ignore[arg-type]  # a tombstone raises TypeError, which is caught
    while True:
        try:
            events.extend(rest)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, TypeError):
            # `extend` has kept what came before, and the map goes on with the message after this one.
            events.append(None)
        else:
            return events


def _faulty(events: Sequence[Any], order: type[KnownOrder], start: int) -> list[int]:
    """Where there is no event, or one that `inconsistency` would find fault with; written out, for its speed.

    The decoder makes objects of just two classes, and `isinstance` with a class above them takes half of the time of
    all the rest.
    """
    return [
        position
        for position, event in enumerate(events, start)
        if (
            not -HALF_A_CENT <= event.quantity * event.unit_price * (1.0 - event.discount) - event.total <= HALF_A_CENT
            if type(event) is order
            else event is None
            or not (
                event.quantity_change > 0
                if event.adjustment_type is _ADDS
                else event.quantity_change < 0
                if event.adjustment_type is _TAKES
                else event.quantity_change
            )
        )
    ]


def _rows(messages: Slice, values: Sequence[bytes], lengths: Int32) -> Rows:
    """All of a slice in which every message is an event."""
    return Rows(messages.partitions, messages.offsets, messages.timestamps_ms, (b"".join(values),), lengths)
