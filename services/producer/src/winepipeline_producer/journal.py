"""What the producer logs, and how often."""

import logging
import time

from winepipeline_producer.deliveries import Deliveries
from winepipeline_producer.message import Message
from winepipeline_producer.settings import ProducerSettings
from winepipeline_producer.throttle import Throttle
from winepipeline_producer.words import Line, event_line, summary_line

_LOG = logging.getLogger(__name__)

LINE_EACH_UP_TO = 10.0
"""Events in a second; above, a line a second sums them up."""

_SUMMARY_SECONDS = 1.0
_TROUBLE_SECONDS = 10.0


class Journal:
    """Tells of events one by one or summed up, of trouble and its end."""

    def __init__(self, settings: ProducerSettings, deliveries: Deliveries) -> None:
        rate = settings.rate
        self._each = rate is not None and rate <= LINE_EACH_UP_TO
        self._with_fields = settings.log_format == "json"
        self._deliveries = deliveries
        self._throttle = Throttle(_TROUBLE_SECONDS)
        self._summed = (0.0, dict(deliveries.by_kind), 0)
        self._started = False
        self._trouble: tuple[float, int] | None = None

    def start(self) -> None:
        """Events are made from now on."""
        self._summed = (time.monotonic(), dict(self._deliveries.by_kind), self._deliveries.failed)
        self._started = True

    def made(self, messages: list[Message]) -> None:
        """Events were handed over."""
        if self._each:
            for message in messages:
                self._say(logging.INFO, event_line(message))

    def turned(self) -> None:
        """The loop turned: time for a summary, perhaps."""
        self._look_for_recovery()
        if self._each:
            return
        now, (last, by_kind, failed) = time.monotonic(), self._summed
        if now - last < _SUMMARY_SECONDS:
            return
        counts = dict(self._deliveries.by_kind)
        new = {kind: count - by_kind[kind] for kind, count in counts.items()}
        line = summary_line(new, self._deliveries.failed - failed, self._deliveries.queued, now - last)
        self._say(logging.INFO, line)
        self._summed = (now, counts, self._deliveries.failed)

    def trouble(self, name: str, words: str) -> None:
        """An error, of librdkafka's name `name`; before the start, the wait for the broker has its own lines."""
        now = time.monotonic()
        if not self._started:
            return
        if self._trouble is None:
            self._trouble = (now, self._deliveries.delivered)
        kept_back = self._throttle.ask(name, now)
        if kept_back is None:
            return
        again = f" ({kept_back:,} more of this kind since the last such line)" if kept_back else ""
        fields = {"error": name, "queued": self._deliveries.queued}
        self._say(logging.WARNING, (f"🔌 {words}{again}; {self._deliveries.queued:,} events wait", fields))

    def ended(self, made: int, left: int) -> None:
        """The producer stops; of the events `made`, so many were `left` in the queue and given up."""
        delivered, failed = self._deliveries.delivered, self._deliveries.failed
        words = f"🏁 stopped: {delivered:,} events delivered, {failed:,} failed"
        words += f", {left:,} of them since the broker did not take them before the stop was due" if left else ""
        fields = {"made": made, "delivered": delivered, "failed": failed, "left": left}
        self._say(logging.WARNING if failed else logging.INFO, (words, fields))

    def _look_for_recovery(self) -> None:
        if self._trouble is None:
            return
        since, delivered = self._trouble
        if self._deliveries.delivered > delivered and not self._deliveries.last_failed:
            seconds = time.monotonic() - since
            self._say(logging.INFO, (f"🍇 events are delivered again, after {seconds:.1f} s", {}))
            self._trouble = None

    def _say(self, level: int, line: Line) -> None:
        words, fields = line
        # A person reads the fields in the words already.
        _LOG.log(level, "%s", words, extra={"fields": fields} if self._with_fields else {})
