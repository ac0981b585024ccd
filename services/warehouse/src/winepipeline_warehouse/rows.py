"""Events on their way into the warehouse, as columns: no Python object for each event."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from winepipeline_events.reason import Reason

Int64 = npt.NDArray[np.int64]
Int32 = npt.NDArray[np.int32]

PREVIEW_BYTES = 4096
"""How much of a rejected event the table of rejects shows; the dead-letter topic has all of it."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Valid events in the order in which they were read; all arrays are of one length.

    Attributes:
        partitions: where each came from.
        offsets: the same.
        timestamps_ms: when each was produced, in milliseconds since 1970.
        contents: the events' JSON (valid UTF-8), one right after the other, in pieces that each end with an event.
        lengths: bytes of each event; never 0.
    """

    partitions: Int32
    offsets: Int64
    timestamps_ms: Int64
    contents: tuple[bytes, ...]
    lengths: Int32

    def __len__(self) -> int:
        return len(self.offsets)

    @property
    def content_bytes(self) -> int:
        """Bytes of all events together."""
        return sum(map(len, self.contents))

    def take(self, start: int, stop: int) -> "Rows":
        """The rows from `start` to before `stop`."""
        first = int(self.lengths[:start].sum(dtype=np.int64))
        last = first + int(self.lengths[start:stop].sum(dtype=np.int64))
        return Rows(
            self.partitions[start:stop],
            self.offsets[start:stop],
            self.timestamps_ms[start:stop],
            (b"".join(self.contents)[first:last],) if last > first else (),
            self.lengths[start:stop],
        )

    @staticmethod
    def join(parts: "list[Rows]") -> "Rows":
        """All the rows of `parts`, one after the other; their contents are not copied."""
        return Rows(
            np.concatenate([part.partitions for part in parts]),
            np.concatenate([part.offsets for part in parts]),
            np.concatenate([part.timestamps_ms for part in parts]),
            tuple(content for part in parts for content in part.contents),
            np.concatenate([part.lengths for part in parts]),
        )

    @staticmethod
    def none() -> "Rows":
        """No rows."""
        long, short = np.empty(0, np.int64), np.empty(0, np.int32)
        return Rows(short, long, long, (), short)


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """An event that was turned away.

    Attributes:
        partition: where it came from.
        offset: the same.
        timestamp_ms: when it was produced, in milliseconds since 1970.
        reason: which rule it breaks.
        detail: path, value and what was allowed.
        value: its bytes; None for a tombstone.
    """

    partition: int
    offset: int
    timestamp_ms: int
    reason: Reason
    detail: str
    value: bytes | None

    @property
    def words(self) -> str:
        """The detail as a column takes it: without lone surrogates and zeros."""
        return _storable(self.detail.encode(errors="backslashreplace"))

    @property
    def preview(self) -> str:
        """The beginning of the value, readable whatever its bytes are."""
        return _storable((self.value or b"")[:PREVIEW_BYTES])


def _storable(text: bytes) -> str:
    return text.decode(errors="backslashreplace").replace("\0", "\\x00")
