"""What the consumer tells Prometheus."""

import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import numpy.typing as npt
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import HistogramMetricFamily, Metric, SummaryMetricFamily
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

from winepipeline_consumer.waiting import Waiting
from winepipeline_events.reason import Reason

# fmt: off
FRESHNESS_BUCKETS = (
    0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.35, 1.5, 1.75, 2.0,
    2.5, 3.0, 4.0, 5.0, 7.5, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0, 21600.0, 86400.0,
)
DURATION_BUCKETS = (
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0,
)
SIZE_BUCKETS = (1, 10, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 25_000, 50_000, 100_000)
# fmt: on


class BulkHistogram(Collector):
    """A histogram that takes a whole array of observations at once."""

    def __init__(self, name: str, text: str, buckets: Sequence[float]) -> None:
        self._name = name
        self._text = text
        self._edges = np.array(buckets, np.float64)
        self._counts = np.zeros(len(buckets) + 1, np.int64)
        self._sum = 0.0
        self._lock = threading.Lock()

    def observe(self, values: npt.NDArray[np.float64]) -> None:
        """Count all of `values`; a value equal to a bucket's bound falls into it, as Prometheus has it."""
        places = np.searchsorted(self._edges, values, side="left")
        counts = np.bincount(places, minlength=len(self._counts))
        with self._lock:
            self._counts += counts
            self._sum += float(values.sum())

    def collect(self) -> Iterable[Metric]:
        """The state as Prometheus reads it."""
        with self._lock:
            cumulative = np.cumsum(self._counts)
            total = self._sum
        bounds = [*map(floatToGoString, self._edges.tolist()), "+Inf"]
        buckets = [(bound, float(count)) for bound, count in zip(bounds, cumulative, strict=True)]
        yield HistogramMetricFamily(self._name, self._text, buckets=buckets, sum_value=total)


class BulkSummary(Collector):
    """Count and sum, fed with many observations at once."""

    def __init__(self, name: str, text: str) -> None:
        self._name = name
        self._text = text
        self._state = (0, 0.0)

    def observe(self, count: int, total: float) -> None:
        """Count `count` observations that add up to `total`; one thread may."""
        self._state = (self._state[0] + count, self._state[1] + total)

    def collect(self) -> Iterable[Metric]:
        """The state as Prometheus reads it."""
        count, total = self._state
        yield SummaryMetricFamily(self._name, self._text, count_value=count, sum_value=total)


class Metrics:
    """All of them, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._tell_of_events(self.registry)
        self._tell_of_loads(self.registry)
        self._tell_of_partitions(self.registry)
        self._tell_of_trouble(self.registry)
        self._tell_of_audits(self.registry)

    def _tell_of_events(self, registry: CollectorRegistry) -> None:
        self.consumed = Counter("kafka_events_consumed_total", "Messages read from the topic.", registry=registry)
        self.inserted = Counter(
            "kafka_events_inserted_snowflake_total", "Events committed to the warehouse.", registry=registry
        )
        self.dead_letters = Counter(
            "kafka_events_dlq_total",
            "Events turned away and committed as such, by reason.",
            ["reason"],
            registry=registry,
        )
        for reason in Reason:  # from 0 on, or the first dead letter of a reason would be no growth to Prometheus
            self.dead_letters.labels(reason.value)
        self.event_bytes = BulkSummary("kafka_event_size_bytes", "Bytes of a message's value.")
        self.freshness = BulkHistogram(
            "winepipeline_event_freshness_seconds",
            "Seconds from an event's production to the commit that makes it queryable.",
            FRESHNESS_BUCKETS,
        )
        registry.register(self.event_bytes)
        registry.register(self.freshness)

    def _tell_of_loads(self, registry: CollectorRegistry) -> None:
        self.batch_size = Histogram("kafka_batch_size", "Messages in a batch.", buckets=SIZE_BUCKETS, registry=registry)
        self.batch_duration = Histogram(
            "kafka_batch_processing_duration_seconds",
            "Seconds from a batch's first message to its commit.",
            buckets=DURATION_BUCKETS,
            registry=registry,
        )
        self.insert_duration = Histogram(
            "snowflake_insert_duration_seconds",
            "Seconds that a load took in the warehouse, all its tries together.",
            buckets=DURATION_BUCKETS,
            registry=registry,
        )
        self.stage = Histogram(
            "winepipeline_stage_duration_seconds",
            "Seconds that each stage of a load took.",
            ["stage"],
            buckets=DURATION_BUCKETS,
            registry=registry,
        )
        self.current_batch_size = Gauge(
            "kafka_current_batch_size", "Messages in the batch that is being read.", registry=registry
        )
        self.insert_rows = Gauge("kafka_snowflake_insert_rows", "Rows of the last load.", registry=registry)
        self.busy = Counter(
            "winepipeline_busy_seconds",
            "Seconds of work, or of waiting for the warehouse with a full batch in hand; the rest was idle.",
            registry=registry,
        )

    def _tell_of_partitions(self, registry: CollectorRegistry) -> None:
        self.waiting = Waiting()
        lag_seconds = Gauge(
            "winepipeline_lag_seconds",
            "Seconds since the oldest message was produced that is read and not committed; 0 with none in hand.",
            registry=registry,
        )
        lag_seconds.set_function(lambda: self.waiting.oldest_seconds(time.time()))
        self.lag = Gauge(
            "kafka_consumer_lag",
            "Messages in the partition that are not committed to the warehouse.",
            ["topic", "partition"],
            registry=registry,
        )
        self.committed_offset = Gauge(
            "winepipeline_committed_offset",
            "The first offset of the partition that is not in the warehouse.",
            ["topic", "partition"],
            registry=registry,
        )
        self.rebalances = Counter(
            "winepipeline_rebalances", "Times that partitions came or went, by kind.", ["kind"], registry=registry
        )
        for kind in ("assigned", "revoked", "lost"):
            self.rebalances.labels(kind)
        self.fenced = Counter(
            "winepipeline_fenced_batches",
            "Batches dropped because another consumer had moved the ledger.",
            registry=registry,
        )

    def _tell_of_trouble(self, registry: CollectorRegistry) -> None:
        self.warehouse_errors = Counter(
            "winepipeline_warehouse_errors", "Tries that failed, by reason.", ["reason"], registry=registry
        )
        self.retrying = Gauge(
            "winepipeline_warehouse_retrying",
            "1 while the warehouse, or the broker on the way there, is tried again, else 0.",
            registry=registry,
        )
        self.since_commit = Gauge(
            "winepipeline_seconds_since_last_commit", "Seconds since the last commit, or the start.", registry=registry
        )
        self._committed_at = time.monotonic()
        self.since_commit.set_function(lambda: time.monotonic() - self._committed_at)

    def _tell_of_audits(self, registry: CollectorRegistry) -> None:
        self.audit_success = Gauge(
            "winepipeline_audit_last_success_timestamp_seconds",
            "When the audit of this consumer's partitions held last, in seconds since 1970; 0 before the first one.",
            registry=registry,
        )
        self.audit_missing = Gauge(
            "winepipeline_audit_missing_events",
            "Events that the ledger says are loaded and that the last audit found in no table.",
            registry=registry,
        )
        self.audit_duplicates = Gauge(
            "winepipeline_audit_duplicate_events",
            "Rows too many in the last audit: events that stand twice, or that the ledger does not cover.",
            registry=registry,
        )
        self._audit_interval_seconds = 0.0
        self._audit_held_at = 0.0
        age = Gauge(
            "winepipeline_audit_age_intervals",
            "Intervals between two audits since the last one that held, or since the start; 0 where none are made.",
            registry=registry,
        )
        age.set_function(self._audit_age)

    def audits_begin(self, interval_seconds: float) -> None:
        """From now on audits are made; 0 makes none."""
        self._audit_interval_seconds = interval_seconds
        self._audit_held_at = time.monotonic()

    def audit_held(self) -> None:
        """An audit held just now."""
        self.audit_success.set(time.time())
        self._audit_held_at = time.monotonic()

    def _audit_age(self) -> float:
        if not self._audit_interval_seconds:
            return 0.0
        return (time.monotonic() - self._audit_held_at) / self._audit_interval_seconds

    def commit_done(self) -> None:
        """A batch was committed just now."""
        self._committed_at = time.monotonic()

    @contextmanager
    def step(self, stage: str) -> Iterator[None]:
        """Time a stage; what fails is timed too."""
        begun = time.perf_counter()
        try:
            yield
        finally:
            self.stage.labels(stage).observe(time.perf_counter() - begun)
