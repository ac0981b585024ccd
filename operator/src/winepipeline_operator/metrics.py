"""What the operator tells Prometheus of itself. What it tells of a pipeline goes with the pipeline."""

import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from winepipeline_operator.cache import Key

_SECONDS_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_OF_PIPELINE = ("namespace", "pipeline")
_HOLDS = {"True": True, "False": False}


@dataclass(slots=True)
class Record:
    """One pipeline's rounds.

    Attributes:
        begun_seconds: when it was first heard of, by the monotonic clock, as all times here.
        rounds: how many there were.
        finished_seconds: when the last one ended, well or not; None before the first.
        success_seconds: when the last one that went well ended.
        duration_seconds: how long the last one took.
        errors: failed rounds by reason.
        conditions: whether each condition holds, by its type; None: unknown.
        generation: of the resource, that the status speaks of.
        lag_events: events that wait, and `consumers` that run; None: unknown.
    """

    begun_seconds: float
    rounds: int = 0
    finished_seconds: float | None = None
    success_seconds: float | None = None
    duration_seconds: float = 0.0
    errors: dict[str, int] = field(default_factory=dict)
    conditions: dict[str, bool | None] = field(default_factory=dict)
    generation: int = 0
    lag_events: int | None = None
    consumers: int | None = None


class Metrics(Collector):
    """Figures of all pipelines; any thread may call."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.duration = Histogram(
            "winepipeline_operator_reconcile_duration_seconds",
            "How long a round took: look, apply, tell.",
            buckets=_SECONDS_BUCKETS,
            registry=self.registry,
        )
        self.applies = Counter(
            "winepipeline_operator_applies_total", "Children created or changed.", ["kind"], registry=self.registry
        )
        self.prunes = Counter(
            "winepipeline_operator_prunes_total", "Children deleted.", ["kind"], registry=self.registry
        )
        self._lock = threading.Lock()
        self._records: dict[Key, Record] = {}
        self._ended_seconds = float("-inf")
        self.registry.register(self)

    def begin(self, key: Key) -> None:
        """A pipeline is heard of."""
        with self._lock:
            self._records.setdefault(key, Record(time.monotonic()))

    def finished(self, key: Key, seconds: float, error: str | None) -> None:
        """A round ended; `error` is the reason why it failed."""
        self.duration.observe(seconds)
        self.came_by()
        with self._lock:
            record = self._records.get(key)
            if record is None:
                return
            record.rounds += 1
            record.duration_seconds = seconds
            record.finished_seconds = time.monotonic()
            if error is None:
                record.success_seconds = record.finished_seconds
            else:
                record.errors[error] = record.errors.get(error, 0) + 1

    def told(self, key: Key, status: Mapping[str, Any]) -> None:
        """What the resource's status says now, as the API server has it."""
        conditions = {each["type"]: _HOLDS.get(each["status"]) for each in status.get("conditions", ())}
        with self._lock:
            if (record := self._records.get(key)) is None:
                return
            record.conditions = conditions
            record.generation = status.get("observedGeneration", 0)
            record.lag_events = status.get("lag")
            record.consumers = status.get("replicas")

    def end(self, key: Key) -> None:
        """A pipeline is gone, and its figures with it."""
        with self._lock:
            self._records.pop(key, None)

    def came_by(self) -> None:
        """A thread has come to the end of what was due, if only to find that it must wait."""
        with self._lock:
            self._ended_seconds = time.monotonic()

    def silent_seconds(self) -> float:
        """For how long no round of any pipeline has ended; 0 without pipelines, of which there is nothing to be told.

        One pipeline that waits long shows that the API server is slow, or that there are many: to start again would
        make it worse. That none gets on shows that the operator hangs.
        """
        with self._lock:
            since = min((each.begun_seconds for each in self._records.values()), default=None)
            return 0.0 if since is None else time.monotonic() - max(since, self._ended_seconds)

    def describe(self) -> Iterator[Metric]:
        """Nothing: the registry need not ask for figures only to learn their names."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """The figures of each pipeline."""
        rounds = CounterMetricFamily(
            "winepipeline_operator_reconciles", "Rounds, whether they went well or not.", labels=_OF_PIPELINE
        )
        errors = CounterMetricFamily(
            "winepipeline_operator_reconcile_errors", "Rounds that failed.", labels=[*_OF_PIPELINE, "reason"]
        )
        since = GaugeMetricFamily(
            "winepipeline_operator_seconds_since_success",
            "Seconds since the last round that went well, or since the pipeline was first heard of.",
            labels=_OF_PIPELINE,
        )
        conditions = GaugeMetricFamily(
            "winepipeline_condition",
            "The conditions in the pipeline's status: 1 true, 0 false, -1 unknown.",
            labels=[*_OF_PIPELINE, "type"],
        )
        generation, lag, consumers = _status_gauges()
        now = time.monotonic()
        with self._lock:
            for key, record in self._records.items():
                generation.add_metric(key, record.generation)
                if record.lag_events is not None:
                    lag.add_metric(key, record.lag_events)
                if record.consumers is not None:
                    consumers.add_metric(key, record.consumers)
                rounds.add_metric(key, record.rounds)
                last = record.begun_seconds if record.success_seconds is None else record.success_seconds
                since.add_metric(key, now - last)
                for reason, count in record.errors.items():
                    errors.add_metric([*key, reason], count)
                for kind, holds in record.conditions.items():
                    conditions.add_metric([*key, kind], -1 if holds is None else float(holds))
            pipelines = GaugeMetricFamily("winepipeline_operator_pipelines", "Pipelines.", value=len(self._records))
        yield from (rounds, errors, since, conditions, generation, lag, consumers, pipelines)


def _status_gauges() -> tuple[GaugeMetricFamily, GaugeMetricFamily, GaugeMetricFamily]:
    """What the status says in figures."""
    texts = {
        "observed_generation": "The generation of the resource that its status speaks of; it grows with each change.",
        "lag_events": "Events that wait in the topic, as the operator asks the broker.",
        "consumers": "Consumers that the operator sees.",
    }
    made = [
        GaugeMetricFamily(f"winepipeline_operator_{name}", text, labels=_OF_PIPELINE) for name, text in texts.items()
    ]
    return made[0], made[1], made[2]
