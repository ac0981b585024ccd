"""Kafka: the topic that we write to. The only module that knows librdkafka."""

import logging
import time
from collections.abc import Callable
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Producer

from winepipeline_producer.client_config import producer_config
from winepipeline_producer.deliveries import Deliveries
from winepipeline_producer.message import KINDS, Kind, Message
from winepipeline_producer.settings import ProducerSettings

_LIBRDKAFKA = logging.getLogger(f"{__name__}.librdkafka")

LOOK_SECONDS = 5.0
_ROOM_SECONDS = 0.1
_FLUSH_SLICE_SECONDS = 0.2

Report = Callable[[KafkaError | None, Any], None]


class Outbox:
    """An idempotent producer on one topic; one thread uses it."""

    def __init__(
        self, settings: ProducerSettings, deliveries: Deliveries, on_trouble: Callable[[str, str], None]
    ) -> None:
        """`on_trouble` is told in passing of errors that librdkafka goes on trying against: name and words."""
        # What librdkafka says of each try to connect is for the one who looks for it; ours are the lines for people.
        _LIBRDKAFKA.setLevel(logging.NOTSET if settings.log_level == "DEBUG" else logging.CRITICAL)
        self._settings = settings
        self._deliveries = deliveries
        self._on_trouble = on_trouble
        self._reports: dict[Kind, Report] = {kind: self._report(kind) for kind in KINDS}
        self._producer = self._connect()

    @property
    def queued(self) -> int:
        """Messages that wait or are under way."""
        return len(self._producer)

    def absence(self) -> str | None:
        """In words what is missing for us to start: the broker, or the topic; None when both are there."""
        topic = self._settings.topic
        try:
            found = self._producer.list_topics(topic, timeout=LOOK_SECONDS).topics[topic]
        except KafkaException as error:
            return f"the broker at {self._settings.bootstrap_servers} does not answer: {error.args[0].str()}"
        if found.error is None and found.partitions:
            return None
        why = found.error.str() if found.error else "it has no partitions yet"
        return f"the broker at {self._settings.bootstrap_servers} has no topic {topic}: {why}"

    def send(self, message: Message, give_up: Callable[[], bool]) -> bool:
        """Hand a message over; waits for room in the queue, but not once `give_up` says so: then False."""
        while True:
            try:
                self._producer.produce(
                    self._settings.topic, message.value, message.key, on_delivery=self._reports[message.kind]
                )
            except BufferError:
                self.serve(_ROOM_SECONDS)
                if give_up():
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
        """Deliver what is queued, for at most so long; how many were left and are given up."""
        deadline = time.monotonic() + seconds
        while len(self._producer) and (left := deadline - time.monotonic()) > 0:
            self._producer.flush(min(left, _FLUSH_SLICE_SECONDS))
        left_over = len(self._producer)
        if left_over:
            self._producer.purge()
            self._producer.flush(1.0)
        self._deliveries.queued = 0
        return left_over

    def _connect(self) -> Producer:
        return Producer({**producer_config(self._settings), "error_cb": self._on_error}, logger=_LIBRDKAFKA)

    def _report(self, kind: Kind) -> Report:
        add, fail = self._deliveries.add, self._deliveries.fail

        def report(error: KafkaError | None, message: Any) -> None:
            if error is None:
                add(kind, message.latency())
            else:
                fail(error.name())
                self._on_trouble(error.name(), f"an event was not delivered: {error.str()}")

        return report

    def _refused(self, error: KafkaError) -> None:
        """It was not even queued."""
        self._deliveries.fail(error.name())
        self._on_trouble(error.name(), f"an event was not accepted: {error.str()}")
        if error.code() == KafkaError._FATAL:  # noqa: SLF001 - librdkafka's public name for it
            # An idempotent producer that lost its place never delivers again; a new one starts with a new identity.
            self.close(0)
            self._producer = self._connect()

    def _on_error(self, error: KafkaError) -> None:
        self._on_trouble(error.name(), error.str())
