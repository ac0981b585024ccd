"""The producer's life: wait for the broker, make events at their pace, deliver what is left."""

import logging
import time

from winepipeline_process.exits import ExitCode
from winepipeline_process.stop import Stop
from winepipeline_producer.deliveries import Deliveries
from winepipeline_producer.journal import Journal
from winepipeline_producer.kafka import Outbox
from winepipeline_producer.pace import Pace
from winepipeline_producer.pulse import Pulse
from winepipeline_producer.settings import ProducerSettings
from winepipeline_producer.stream import Recipe, Stream

_LOG = logging.getLogger(__name__)

_CHUNK = 500
_LONGEST_SLEEP_SECONDS = 0.2
_SHORTEST_SLEEP_SECONDS = 0.005
_FIRST_LOOK_SECONDS = 0.25
_LONGEST_LOOK_SECONDS = 5.0


class Loop:
    """One run; `run` may be called once, from the thread that made it."""

    def __init__(self, settings: ProducerSettings, stop: Stop, deliveries: Deliveries) -> None:
        self.pulse = Pulse(time.monotonic())
        self._settings = settings
        self._waves = settings.waves
        self._stop = stop
        self._deliveries = deliveries
        self._journal = Journal(settings, deliveries)
        self._outbox = Outbox(settings, deliveries, self._journal.trouble)
        self._stream = Stream(
            Recipe(
                settings.order_created_probability,
                settings.product_id_range,
                settings.customer_id_range,
                settings.invalid_event_probability,
            ),
            settings.seed,
        )
        self._made = 0

    def run(self) -> ExitCode:
        """Until a stop is asked for, or EVENT_COUNT events are made."""
        if self._topic_is_there():
            begun = time.monotonic()
            pace = None
            while not self._stop.requested and self._left():
                now = time.monotonic()
                pace = _pace_of(self._waves.rate(now - begun), now, pace)
                self._turn(pace)
        return self._end()

    def _topic_is_there(self) -> bool:
        """Waits for the broker and the topic; False when the stop came first."""
        delay_seconds = _FIRST_LOOK_SECONDS
        while (absence := self._outbox.absence()) is not None:
            self.pulse.absence = absence
            self._note()
            _LOG.warning("⏳ waiting: %s; next look in %.2g s", absence, delay_seconds)
            if self._stop.wait(delay_seconds):
                return False
            delay_seconds = min(delay_seconds * 2, _LONGEST_LOOK_SECONDS)
        self.pulse.absence = None
        self._journal.start()
        place = f"{self._settings.topic} at {self._settings.bootstrap_servers}"
        _LOG.info("🍇 events go to %s, %s", place, self._waves.words)
        return True

    def _left(self) -> int:
        """How many events are to be made in one go at most."""
        count = self._settings.event_count
        return _CHUNK if count is None else min(_CHUNK, count - self._made)

    def _turn(self, pace: Pace | None) -> None:
        due = self._left() if pace is None else min(self._left(), pace.due(time.monotonic()))
        if due:
            self._make(due)
            if pace is not None:
                pace.take(due)
        idle = 0.0 if pace is None else pace.wait_seconds(time.monotonic())
        self._outbox.serve(min(_LONGEST_SLEEP_SECONDS, max(_SHORTEST_SLEEP_SECONDS, idle)) if idle else 0)
        self._note()
        self._journal.turned()

    def _make(self, count: int) -> None:
        messages = self._stream.take(count, time.time_ns() // 1_000_000)
        for number, message in enumerate(messages):
            if not self._outbox.send(message, self._gives_up):
                del messages[number:]
                break
        self._made += len(messages)
        self._journal.made(messages)

    def _gives_up(self) -> bool:
        """Asked while the queue is full."""
        self._note()
        self._journal.turned()
        return self._stop.requested

    def _note(self) -> None:
        found = self._deliveries
        self.pulse.note(time.monotonic(), found.queued, found.reported, failing=found.last_failed)

    def _end(self) -> ExitCode:
        left = self._outbox.close(self._settings.stop_seconds)
        self._journal.ended(self._made, left)
        short = self._settings.event_count is not None and self._deliveries.failed
        return ExitCode.BROKER if left or short else ExitCode.OK


def _pace_of(rate: float | None, now: float, pace: Pace | None) -> Pace | None:
    """The pace for a rate: the same as before where that has not changed."""
    if pace is not None and pace.rate == rate:
        return pace
    return None if rate is None else Pace(rate, now)
