"""Notices a partition that gives nothing though the broker has more of it. Pure bookkeeping.

A partition that was taken out and put in again is ours, has messages, and librdkafka does not fetch it, without a word.
docs/adr/0006 has the cause, which is avoided where it was found; a rebalance at the same moment may still bring it
about. Put in once more it is read at once. Nothing is lost by that: it goes on at the next offset to read, and what was
fetched besides is fetched again.
"""

from collections.abc import Iterable, Mapping

FIRST_SECONDS = 10.0
"""After so long with nothing to show a partition is put in again; then after twice as long, and so on."""

MOST_SECONDS = 160.0


class Standstill:
    """How long each partition has stood still."""

    def __init__(self) -> None:
        self._since: dict[int, tuple[int, float]] = {}  # the next offset to read, and since when it has been that
        self._patience: dict[int, float] = {}

    def rest(self) -> None:
        """What was fetched has not all been taken: a partition that shows nothing may be among it."""
        self._since.clear()

    def excuse(self, partitions: Iterable[int]) -> None:
        """These have nothing to give for now: they are looked at again after as long as the first time."""
        for partition in partitions:
            self._patience.pop(partition, None)

    def look(self, now_seconds: float, next_offsets: Mapping[int, int], ends: Mapping[int, int]) -> dict[int, int]:
        """Look at the partitions while all that was fetched has been taken.

        Args:
            now_seconds: by a clock that never goes back.
            next_offsets: of our claimed partitions, the next offset to read.
            ends: the end of each partition, as far as it is known.

        Returns:
            The partitions to put in again, each with the offset at which to go on.
        """
        before, self._since, stuck = self._since, {}, {}
        for partition, offset in next_offsets.items():
            if ends.get(partition, offset) <= offset:
                self._patience.pop(partition, None)
                continue
            was, since = before.get(partition, (offset, now_seconds))
            if was != offset:
                self._patience.pop(partition, None)
                since = now_seconds
            patience = self._patience.get(partition, FIRST_SECONDS)
            if now_seconds - since >= patience:
                stuck[partition] = offset
                self._patience[partition] = min(MOST_SECONDS, 2 * patience)
                since = now_seconds
            self._since[partition] = (offset, since)
        return stuck
