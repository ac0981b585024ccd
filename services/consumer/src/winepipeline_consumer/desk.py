"""The broker as the loading thread needs it: the topic's id, dead letters, one message again. It waits for ever."""

import datetime as dt
import functools
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from winepipeline_consumer.errors import BrokerUnavailable
from winepipeline_consumer.kafka import Sink, Source
from winepipeline_consumer.letter import Headers, Letter, Outgoing, cut, headers_of
from winepipeline_consumer.spans import Span
from winepipeline_consumer.watch import Watch
from winepipeline_warehouse.backoff import delays_seconds
from winepipeline_warehouse.errors import Unavailable
from winepipeline_warehouse.ledger import Origin
from winepipeline_warehouse.loader import Interrupted

_LOG = logging.getLogger(__name__)

_FIRST_DELAY_SECONDS = 0.1
_MOST_DELAY_SECONDS = 5.0

_CUTS_BYTES = (65_536, 1024)
"""How much of a letter's value is sent where the topic does not take all of it, and where not even that."""

_HOLD_SECONDS = 5.0
"""How often it is tried whether a person has mended what was in the way."""

T = TypeVar("T")


class Desk:
    """Every method tries until the broker answers, and raises `Interrupted` when the process is to stop meanwhile."""

    def __init__(self, source: Source, sink: Sink, group: str, watch: Watch) -> None:
        self._source = source
        self._sink = sink
        self._group = group
        self._watch = watch
        self._letters_hint = (
            f"look at {sink.topic}: its leaders, ACLs and size limit; no row is loaded before its letters"
        )

    def origin(self) -> Origin:
        """The topic as it is now."""
        return self._persist(self._source.origin)

    def standing(self, partitions: Iterable[int]) -> tuple[Origin, Mapping[int, Span]]:
        """The topic as it is now, and where each of these partitions begins and ends; not those without a leader."""
        while True:
            origin = self.origin()
            spans = self._persist(lambda: self._source.spans(partitions))
            if self.origin() == origin:  # else it was made again in between
                return origin, spans

    def send(self, letters: Sequence[Letter]) -> None:
        """Write dead letters; returns when the broker has all of them."""
        topic, now = self._source.topic, dt.datetime.now(dt.UTC)
        outgoing = [(each.key, each.value, headers_of(each, topic, self._group, now)) for each in letters]
        too_large: list[Outgoing] = []

        def send_the_rest() -> None:
            nonlocal outgoing
            unsent = self._sink.send(outgoing)
            too_large.extend(unsent.too_large)
            outgoing = unsent.waiting
            if outgoing:
                raise BrokerUnavailable(unsent.why)

        self._persist(send_the_rest, self._letters_hint)
        for letter in too_large:
            self._persist(functools.partial(self._send_cut, letter), self._letters_hint)

    def key_and_headers(self, partition: int, offset: int, value: bytes) -> tuple[bytes | None, Headers]:
        """Those of the message with this value, read again; none where the topic does not hold it any more."""
        return self._persist(lambda: self._source.key_and_headers(partition, offset, value))

    def hold(self, trouble: Unavailable) -> None:
        """Tell of trouble that only a person can end, and wait a while before it is looked at again."""
        self._watch.trouble(trouble, _HOLD_SECONDS)
        if self._watch.wait(_HOLD_SECONDS):
            raise Interrupted from trouble

    def released(self) -> None:
        """That trouble is over."""
        self._watch.recovered()

    def _send_cut(self, letter: Outgoing) -> None:
        """A letter that was too large, or in a batch of letters that was: by itself, then less and less of it."""
        for form in (letter, *(cut(letter, most) for most in _CUTS_BYTES)):
            unsent = self._sink.send([form])
            if unsent.waiting:
                raise BrokerUnavailable(unsent.why)
            if not unsent.too_large:
                return
            size = len(form[1] or b"")
            _LOG.error(
                "%s does not take a dead letter of %d bytes: raise its max.message.bytes", self._sink.topic, size
            )
        raise BrokerUnavailable(f"{self._sink.topic} takes not even the beginning of a dead letter")

    def _persist(self, action: Callable[[], T], hint: str = "") -> T:
        """Carry it out until the broker answers; metrics and probe say why it takes so long."""
        waits = delays_seconds(_FIRST_DELAY_SECONDS, _MOST_DELAY_SECONDS, self._watch.rng)
        failed = False
        while True:
            try:
                result = action()
            except BrokerUnavailable as error:
                delay = next(waits)
                failed = True
                self._watch.trouble(Unavailable(error.reason, str(error), hint), delay)
                if self._watch.wait(delay):
                    raise Interrupted from error
            else:
                if failed:
                    self._watch.recovered()
                return result
