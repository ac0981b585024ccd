"""How old is what was read and is not committed. Pure."""

from collections import deque


class Waiting:
    """The ages of the batches in hand. The reading thread tells of them; any thread may ask.

    Batches are committed in the order in which they were handed over, so a queue is enough.
    """

    def __init__(self) -> None:
        self._gathered_ms: int | None = None
        self._behind_ms: deque[int | None] = deque()

    def read(self, oldest_ms: int) -> None:
        """Messages were read; `oldest_ms`: when the oldest of them was produced, in milliseconds since 1970."""
        self._gathered_ms = oldest_ms if self._gathered_ms is None else min(self._gathered_ms, oldest_ms)

    def handed_over(self) -> None:
        """What was read so far is a batch now, and is to be loaded after those before it."""
        self._behind_ms.append(self._gathered_ms)
        self._gathered_ms = None

    def dropped(self) -> None:
        """What was read so far, and is no batch yet, is forgotten; it is read again."""
        self._gathered_ms = None

    def done(self) -> None:
        """The oldest batch is committed, or was dropped."""
        if self._behind_ms:
            self._behind_ms.popleft()

    def oldest_seconds(self, now_seconds: float) -> float:
        """The age of the oldest message in hand, at a moment in seconds since 1970; 0 with none in hand."""
        # One step of the interpreter each, so that no thread changes them in between.
        in_hand = [each for each in (self._gathered_ms, *self._behind_ms) if each is not None]
        return max(0.0, now_seconds - min(in_hand) / 1000) if in_hand else 0.0
