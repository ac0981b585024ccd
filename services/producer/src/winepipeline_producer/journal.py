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
_PASSING = "_TRANSPORT"
"""librdkafka's name for one lost connection: it makes another, and `_ALL_BROKERS_DOWN` says when it cannot."""


class Journal:
    """Tells of events one by one or summed up, of trouble, and of its end."""

    def __init__(self, settings: ProducerSettings, deliveries: Deliveries) -> None:
        rate = settings.rate
        self._each = rate is not None and rate <= LINE_EACH_UP_TO
        self._with_fields = settings.log_format == "json"
        self._deliveries = deliveries
        self._throttle = Throttle(_TROUBLE_SECONDS)
        self._summed = (time.monotonic(), dict(deliveries.by_kind), deliveries.failed)
        self._trouble_since: tuple[float, int] | None = None
        self._connection_words = ""

    def made(self, messages: list[Message]) -> None:
        """Events were handed over."""
        if self._each:
            for message in messages:
                self._say(event_line(message))

    def turned(self) -> None:
        """The loop turned: once a second that is worth a line."""
        self._look_for_recovery()
        if self._each:
            return
        now, (last, by_kind, failed) = time.monotonic(), self._summed
        if now - last < _SUMMARY_SECONDS:
            return
        counts = dict(self._deliveries.by_kind)
        new = {kind: count - by_kind[kind] for kind, count in counts.items()}
        self._say(summary_line(new, self._deliveries.failed - failed, self._deliveries.queued, now - last))
        self._summed = (now, counts, self._deliveries.failed)

    def trouble(self, name: str, words: str) -> None:
        """An error was reported, against which librdkafka goes on trying."""
        if name == _PASSING:
            self._connection_words = words
            _LOG.debug("a connection was lost: %s", words)
            return
        now = time.monotonic()
        if self._trouble_since is None:
            self._trouble_since = (now, self._deliveries.delivered)
        kept_back = self._throttle.ask(name, now)
        if kept_back is None:
            return
        again = f" ({kept_back:,} more like it since the last such line)" if kept_back else ""
        more = f": {self._connection_words}" if name == "_ALL_BROKERS_DOWN" and self._connection_words else ""
        text = f"🔌 {words}{more}{again}; {self._deliveries.queued:,} events wait"
        _LOG.warning("%s", text, extra=self._extra({"error": name, "queued": self._deliveries.queued}))

    def _look_for_recovery(self) -> None:
        if self._trouble_since is None:
            return
        since, delivered = self._trouble_since
        if self._deliveries.delivered > delivered and not self._deliveries.last_failed:
            _LOG.info("the broker takes events again, after %.1f s", time.monotonic() - since)
            self._trouble_since = None

    def _say(self, line: Line) -> None:
        words, fields = line
        _LOG.info("%s", words, extra=self._extra(fields))

    def _extra(self, fields: dict[str, object]) -> dict[str, object]:
        """A person reads all of it in the words already."""
        return {"fields": fields} if self._with_fields else {}
