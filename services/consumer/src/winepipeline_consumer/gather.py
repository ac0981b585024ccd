"""Read slices from the topic and gather them into a batch that is worth a load."""

import logging
import time
from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np

from winepipeline_consumer.batch import Batch, Gathering, advanced, ends_of, unread
from winepipeline_consumer.errors import BrokerUnavailable
from winepipeline_consumer.headers import headers_of
from winepipeline_consumer.kafka import Source
from winepipeline_consumer.letter import Letter
from winepipeline_consumer.metrics import Metrics
from winepipeline_consumer.ownership import Ownership, Partitions
from winepipeline_consumer.read import Read
from winepipeline_consumer.settings import ConsumerSettings
from winepipeline_consumer.sift import Slice, sift
from winepipeline_consumer.standstill import Standstill
from winepipeline_events.fault import Rejection
from winepipeline_events.recurring import Vocabulary
from winepipeline_events.validation import Limits

_LOG = logging.getLogger(__name__)

SLICE_MESSAGES = 1000
"""Messages that are read and sifted together: few enough to stay in the processor's cache."""

_WAIT_SECONDS = 0.2
"""How long one read may wait; a stop, a commit or a timeout is noticed that much later."""

_DRAIN_SECONDS = 0.01
"""How long to wait for a whole slice while more is coming in: many small slices cost more than few large ones."""

_WAIT_FOR_ROOM_SECONDS = 0.02


class Gatherer:
    """The batch that is being read.

    Attributes:
        since: when its first message was read, by `time.monotonic`.
    """

    def __init__(self, settings: ConsumerSettings, source: Source, metrics: Metrics) -> None:
        self.since = 0.0
        self._astray: dict[int, int] = {}
        self._settings = settings
        self._source = source
        self._metrics = metrics
        self._limits = Limits(settings.max_event_bytes, settings.max_event_depth)
        self._vocabulary = Vocabulary()
        self._gathering = Gathering()
        self._standstill = Standstill()
        self._drained = False
        self._mean_bytes = 1.0

    @property
    def count(self) -> int:
        """Messages so far."""
        return self._gathering.count

    @property
    def full(self) -> bool:
        """No room for more."""
        gathering = self._gathering
        return (
            gathering.count >= self._settings.max_batch_size or gathering.size_bytes >= self._settings.max_batch_bytes
        )

    def worth_a_load(self) -> bool:
        """Full; or a batch's worth and nothing more to be had at once; or something, and it has waited long enough."""
        if self.full or (self._drained and self.count >= self._settings.batch_size):
            return True
        return bool(self._gathering.ends) and time.monotonic() - self.since >= self._settings.timeout_ms / 1000

    def read(self, ownership: Ownership) -> Partitions:
        """Take in one slice; returns partitions whose position the broker does not have any more."""
        most = self._room()
        wanted = self._settings.batch_size - self.count
        if not self._drained:
            read = self._source.read(most, _DRAIN_SECONDS)
            self._drained = len(read.slice) < most
        elif wanted > 0:
            read = self._source.read(min(most, wanted), self._wait_seconds())
            self._drained = not len(read.slice)
        else:
            read = self._source.read(most, _WAIT_FOR_ROOM_SECONDS)
        if ownership.unread and (astray := self._gone_astray(read.slice, ownership)):
            _LOG.warning("partitions %s begin behind where they were put in: reading them anew", sorted(astray))
            self._astray.update(astray)
            read = _without(read, astray)
        if len(read.slice):
            begun = time.perf_counter()
            self._take(read, ownership)
            self._metrics.busy.inc(time.perf_counter() - begun)
        if tails := ownership.tails(read.ends):
            self._take_tails(tails, ownership)
        return read.lost_place

    def take_astray(self) -> dict[int, int]:
        """Partitions that are to be put in again, since they were read from another place on; and where."""
        astray, self._astray = self._astray, {}
        return astray

    def stuck(self, ends: Mapping[int, int], ownership: Ownership) -> dict[int, int]:
        """Partitions that have more up to `ends` and do not give it: where each is to be put in again."""
        if self.full or not self._drained:
            self._standstill.rest()
            return {}
        found = self._standstill.look(time.monotonic(), ownership.next_offsets, ends)
        empty = self._empty(found)
        if holes := {partition: end for partition, end in empty.items() if end > found[partition]}:
            self._take_tails(holes, ownership)
        self._standstill.excuse(empty)
        stuck = {partition: offset for partition, offset in found.items() if partition not in empty}
        if stuck:
            _LOG.warning("partitions %s have more and give nothing: reading them anew", sorted(stuck))
            ownership.begin_again(stuck)
        return stuck

    def _empty(self, found: Mapping[int, int]) -> dict[int, int]:
        """Those that have no message to read, with how far: a consumer that starts at a marker hears of nothing.

        An open transaction bounds it. A partition that waits for one is not put in again: then the end that is told
        when the transaction is given up would not be believed (`Ownership.tails`).
        """
        empty = {}
        for partition, offset in found.items():
            try:
                place, is_message = self._source.first_from(partition, offset)
            except BrokerUnavailable as error:
                _LOG.warning("%s", error)
                break
            if not is_message:
                empty[partition] = place
        return empty

    def _gone_astray(self, columns: Slice, ownership: Ownership) -> dict[int, int]:
        """Partitions that begin behind the place where they were put in, though messages are there; with that place.

        Offsets between messages may hold none, so that a partition that is read from a wrong place on would look like
        one with holes. What a client of its own finds there decides.
        """
        astray = {}
        for partition in ownership.unread.intersection(np.unique(columns.partitions).tolist()):
            wanted = ownership.next_offsets[partition]
            new = columns.offsets[(columns.partitions == partition) & (columns.offsets >= wanted)]
            if len(new) and new.min() > wanted and not self._are_holes(partition, wanted, int(new.min())):
                astray[partition] = wanted
        return astray

    def _are_holes(self, partition: int, start: int, stop: int) -> bool:
        try:
            return self._source.first_from(partition, start)[0] >= stop
        except BrokerUnavailable as error:
            _LOG.warning("%s", error)
            return False

    def batch(self, number: int, generation: int, ownership: Ownership) -> Batch:
        """What was gathered, and a new beginning."""
        batch = self._gathering.batch(number, generation, ownership.places)
        self._metrics.waiting.handed_over()
        self.drop()
        return batch

    def drop(self) -> None:
        """Forget what was gathered: it stays in the topic."""
        self._gathering = Gathering()
        self._metrics.waiting.dropped()
        self._metrics.current_batch_size.set(0)

    def _room(self) -> int:
        """How many more messages fit, by their number and by the bytes that such messages have lately had."""
        by_count = self._settings.max_batch_size - self.count
        by_bytes = int((self._settings.max_batch_bytes - self._gathering.size_bytes) / self._mean_bytes)
        return max(1, min(SLICE_MESSAGES, by_count, by_bytes))

    def _wait_seconds(self) -> float:
        if not self.count:
            return _WAIT_SECONDS
        age = time.monotonic() - self.since
        return min(_WAIT_SECONDS, max(0.001, self._settings.timeout_ms / 1000 - age))

    def _take(self, read: Read, ownership: Ownership) -> None:
        """Sift the messages that are ours and not read yet."""
        ends = advanced(read.slice.partitions, read.slice.offsets, ownership.next_offsets)
        if ends is None:
            read = _only_unread(read, ownership)
            ends = ends_of(read.slice.partitions, read.slice.offsets)
        messages = read.slice
        if not len(messages):
            return
        if not self._gathering.ends:
            self.since = time.monotonic()
        sifted = sift(messages, self._limits, self._vocabulary)
        letters = [_letter(read, place, rejection) for place, rejection in sifted.rejected.items()]
        before = self._gathering.size_bytes
        self._gathering.add(sifted.rows, letters, ends)
        ownership.read(ends)
        self._mean_bytes = max(1.0, (self._gathering.size_bytes - before) / len(messages))
        self._metrics.waiting.read(int(messages.timestamps_ms.min()))
        self._metrics.consumed.inc(len(messages))
        values_bytes = sifted.rows.content_bytes + sum(len(letter.value or b"") for letter in letters)
        self._metrics.event_bytes.observe(len(messages), values_bytes)
        self._metrics.current_batch_size.set(self.count)

    def _take_tails(self, tails: Mapping[int, int], ownership: Ownership) -> None:
        """Holes at a partition's end (a transaction's marker) move the ledger too, or it would lag behind for ever."""
        if not self._gathering.ends:
            self.since = time.monotonic()
        self._gathering.ends.update(tails)
        ownership.read(tails)


def _only_unread(read: Read, ownership: Ownership) -> Read:
    """Without messages of partitions that are not ours (any more, or yet) and without those read before."""
    columns = read.slice
    return _kept(read, unread(columns.partitions, columns.offsets, ownership.next_offsets))


def _without(read: Read, partitions: Collection[int]) -> Read:
    """Without what was read of these."""
    kept = _kept(read, ~np.isin(read.slice.partitions, list(partitions)))
    ends = {partition: end for partition, end in read.ends.items() if partition not in partitions}
    return replace(kept, ends=ends)


def _kept(read: Read, which: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Read:
    columns = read.slice
    kept = np.flatnonzero(which).tolist()
    messages = [read.messages[place] for place in kept]
    values = [columns.values[place] for place in kept]
    return Read(
        messages,
        Slice(values, columns.partitions[kept], columns.offsets[kept], columns.timestamps_ms[kept]),
        read.lost_place,
        read.ends,
    )


def _letter(read: Read, place: int, rejection: Rejection) -> Letter:
    message = read.messages[place]
    return Letter(
        partition=int(read.slice.partitions[place]),
        offset=int(read.slice.offsets[place]),
        timestamp_ms=int(read.slice.timestamps_ms[place]),
        key=message.key(),
        value=read.slice.values[place],
        headers=headers_of(message),
        rejection=rejection,
    )
