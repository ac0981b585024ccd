"""What became of the messages. Pure but for the counting; Prometheus reads it as it is.

Plain whole numbers rather than prometheus_client's own counters: these are counted up at every message, tens of
thousands of times a second. One thread counts; others only read.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from winepipeline_producer.message import KINDS, Kind

LATENCY_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)


class Deliveries(Collector):
    """Counts of what the broker has, and of what it never got.

    Attributes:
        by_kind: messages that the broker has.
        failures: messages that it never got, by reason.
        queued: messages that wait or are under way.
        last_failed: whether the last report was a failure.
    """

    def __init__(self) -> None:
        self.by_kind: dict[Kind, int] = dict.fromkeys(KINDS, 0)
        # From 0 on, or the first failure would be no growth to Prometheus. It is the usual one: nobody answered.
        self.failures: Counter[str] = Counter({"_MSG_TIMED_OUT": 0})
        self.queued = 0
        self.last_failed = False
        self._latencies = [0] * (len(LATENCY_BUCKETS) + 1)
        self._latency_sum = 0.0

    @property
    def delivered(self) -> int:
        """Messages that the broker has."""
        return sum(self.by_kind.values())

    @property
    def failed(self) -> int:
        """Messages that it never got."""
        return sum(self.failures.values())

    @property
    def reported(self) -> int:
        """Messages whose end is known."""
        return self.delivered + self.failed

    def add(self, kind: Kind, latency_seconds: float) -> None:
        """The broker has a message, so long after it was handed over."""
        self.by_kind[kind] += 1
        self._latencies[bisect_left(LATENCY_BUCKETS, latency_seconds)] += 1
        self._latency_sum += latency_seconds
        self.last_failed = False

    def fail(self, reason: str) -> None:
        """The broker never got a message; `reason` is librdkafka's name for why."""
        self.failures[reason] += 1
        self.last_failed = True

    def collect(self) -> Iterable[Metric]:
        """The state as Prometheus reads it."""
        produced = CounterMetricFamily(
            "winepipeline_events_produced", "Events that the broker has.", labels=["event_type", "validity"]
        )
        for kind, count in self.by_kind.items():
            produced.add_metric(list(kind), count)
        yield produced
        failures = CounterMetricFamily(
            "winepipeline_delivery_failures", "Events that the broker never got, by reason.", labels=["reason"]
        )
        for reason, count in list(self.failures.items()):
            failures.add_metric([reason], count)
        yield failures
        yield self._latency_histogram()
        yield GaugeMetricFamily(
            "winepipeline_producer_queue_messages", "Events that wait or are under way.", value=self.queued
        )

    def _latency_histogram(self) -> Metric:
        so_far, buckets = 0, []
        for bound, count in zip([*map(str, LATENCY_BUCKETS), "+Inf"], self._latencies, strict=True):
            so_far += count
            buckets.append((bound, float(so_far)))
        return HistogramMetricFamily(
            "winepipeline_delivery_latency_seconds",
            "Seconds from an event's making to the broker's word that it has it.",
            buckets=buckets,
            sum_value=self._latency_sum,
        )
