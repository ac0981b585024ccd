"""Kafka: the topic that we write to. The only module that knows librdkafka."""

import logging
import time
from collections.abc import Callable
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Producer

from winepipeline_producer.client_config import producer_config
from winepipeline_producer.deliveries import Deliveries
from winepipeline_producer.errors import ClientRefused
from winepipeline_producer.message import KINDS, Kind, Message
from winepipeline_producer.settings import ProducerSettings

_LIBRDKAFKA = logging.getLogger(f"{__name__}.librdkafka")

LOOK_SECONDS = 2.0
_ROOM_SECONDS = 0.1
_FLUSH_SLICE_SECONDS = 0.2
_PURGE_SECONDS = 1.0

# librdkafka's public names begin with an underscore where the error is its own and not the broker's.
_ALL_DOWN = KafkaError._ALL_BROKERS_DOWN  # noqa: SLF001
_FATAL = KafkaError._FATAL  # noqa: SLF001
_GIVEN_UP = (KafkaError._PURGE_QUEUE, KafkaError._PURGE_INFLIGHT)  # noqa: SLF001
_PASSING = KafkaError._TRANSPORT  # noqa: SLF001 - a lost connection is made again; _ALL_DOWN says when it cannot

Report = Callable[[KafkaError | None, Any], None]
Trouble = Callable[[str, str], None]
"""Told of an error, against which librdkafka goes on trying: its name, and words for a person."""


class Outbox:
    """An idempotent producer on one topic; one thread uses it."""

    def __init__(
        self,
        settings: ProducerSettings,
        deliveries: Deliveries,
        on_trouble: Trouble,
        client: Callable[..., Any] = Producer,
    ) -> None:
        """`client` makes librdkafka's producer.

        Raises:
            ClientRefused: it cannot be made with these settings.
        """
        # What librdkafka says of each try to connect is for the one who looks for it; ours are the lines for people.
        _LIBRDKAFKA.setLevel(logging.NOTSET if settings.log_level == "DEBUG" else logging.CRITICAL)
        self._topic = settings.topic
        self._broker = f"the broker at {settings.bootstrap_servers}"
        self._config = {**producer_config(settings), "error_cb": self._on_error}
        self._client = client
        self._deliveries = deliveries
        self._on_trouble = on_trouble
        self._last_error = ""
        self._reports: dict[Kind, Report] = {kind: self._report(kind) for kind in KINDS}
        self._producer = self._connect()

    def absence(self) -> str | None:
        """In words what is missing for us to start: the broker, or the topic; None when both are there."""
        try:
            found = self._producer.list_topics(self._topic, timeout=LOOK_SECONDS).topics[self._topic]
        except KafkaException as error:
            self._producer.poll(0)
            return f"{self._broker} does not answer: {self._last_error or error.args[0].str()}"
        if found.error is None and found.partitions:
            return None
        why = found.error.str() if found.error else "it has no partitions yet"
        return f"{self._broker} has no topic {self._topic}, and it is not the producer's to make: {why}"

    def send(self, message: Message, gives_up: Callable[[], bool]) -> bool:
        """Hand a message over; waits for room in the queue, but not once `gives_up` says so: then False."""
        while True:
            try:
                self._producer.produce(self._topic, message.value, message.key, on_delivery=self._reports[message.kind])
            except BufferError:
                self.serve(_ROOM_SECONDS)
                if gives_up():
                    return False
            except KafkaException as error:
                self._refused(error.args[0])
                return True
            else:
                return True

    def serve(self, seconds: float) -> None:
        """Take in what became of messages, for at most so long; returns at the first report."""
        self._producer.poll(seconds)
        self._deliveries.queued = len(self._producer)

    def close(self, seconds: float) -> int:
        """Deliver what is queued, for at most so long; returns how many were left and are given up."""
        deadline = time.monotonic() + seconds
        while len(self._producer) and (left_seconds := deadline - time.monotonic()) > 0:
            self._producer.flush(min(left_seconds, _FLUSH_SLICE_SECONDS))  # in slices, since signals wait meanwhile
        left = len(self._producer)
        if left:
            self._producer.purge()
            self._producer.flush(_PURGE_SECONDS)
        self._deliveries.queued = 0
        return left

    def _connect(self) -> Any:
        try:
            return self._client(self._config, logger=_LIBRDKAFKA)
        except KafkaException as error:
            raise ClientRefused(error.args[0].str()) from error

    def _report(self, kind: Kind) -> Report:
        add = self._deliveries.add

        def report(error: KafkaError | None, message: Any) -> None:
            if error is None:
                add(kind, message.latency())
            else:
                self._failed(error, "not delivered")

        return report

    def _failed(self, error: KafkaError, how: str) -> None:
        self._deliveries.fail(error.name())
        if error.code() not in _GIVEN_UP:
            self._on_trouble(error.name(), f"an event was {how}: {error.str()}")

    def _refused(self, error: KafkaError) -> None:
        """A message was not even queued."""
        self._failed(error, "not accepted")
        if error.code() == _FATAL:
            # An idempotent producer that lost its place never delivers again; a new one starts with a new identity.
            self.close(0)
            self._producer = self._connect()

    def _on_error(self, error: KafkaError) -> None:
        if error.code() == _ALL_DOWN:
            self._on_trouble(error.name(), f"{self._broker} does not answer: {self._last_error or error.str()}")
            return
        self._last_error = error.str()
        if error.code() != _PASSING:
            self._on_trouble(error.name(), f"{self._broker}: {error.str()}")
