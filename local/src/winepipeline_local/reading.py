"""What one service says of itself at /metrics, as data. Pure.

Counters start at 0 again with each life of a process; `Reading` adds up over processes and over lives.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from winepipeline_local.histogram import Histogram


@dataclass(frozen=True, slots=True)
class Reading:
    """The sum of what one or many services have counted.

    Attributes:
        produced: events delivered to the topic.
        invalid: how many of them were malformed on purpose.
        delivery_failures: events that the broker did not take.
        consumed: events read.
        loaded: rows committed in the warehouse.
        rejected: dead letters by reason.
        batches: sizes of the batches.
        freshness: seconds from an event's making until it could be queried.
        rebalances: how often partitions moved.
        retrying: how many consumers wait for the warehouse now.
    """

    produced: int = 0
    invalid: int = 0
    delivery_failures: int = 0
    consumed: int = 0
    loaded: int = 0
    rejected: Mapping[str, int] = field(default_factory=dict)
    batches: Histogram = field(default_factory=Histogram)
    freshness: Histogram = field(default_factory=Histogram)
    rebalances: int = 0
    retrying: int = 0

    def __add__(self, other: "Reading") -> "Reading":
        """Both together."""
        reasons = {*self.rejected, *other.rejected}
        return Reading(
            produced=self.produced + other.produced,
            invalid=self.invalid + other.invalid,
            delivery_failures=self.delivery_failures + other.delivery_failures,
            consumed=self.consumed + other.consumed,
            loaded=self.loaded + other.loaded,
            rejected={reason: self.rejected.get(reason, 0) + other.rejected.get(reason, 0) for reason in reasons},
            batches=self.batches + other.batches,
            freshness=self.freshness + other.freshness,
            rebalances=self.rebalances + other.rebalances,
            retrying=self.retrying + other.retrying,
        )

    @property
    def rejects(self) -> int:
        """All dead letters."""
        return sum(self.rejected.values())


def read(exposition: str) -> Reading:
    """The reading of one process's /metrics in Prometheus' text format; what is not there counts 0.

    Raises:
        ValueError: the text is not in that format.
    """
    samples: dict[str, list[Sample]] = {}
    for family in text_string_to_metric_families(exposition):
        for sample in family.samples:
            samples.setdefault(sample.name, []).append(sample)

    def total(name: str, **labels: str) -> int:
        wanted = labels.items()
        return int(sum(each.value for each in samples.get(name, ()) if wanted <= each.labels.items()))

    return Reading(
        produced=total("winepipeline_events_produced_total"),
        invalid=total("winepipeline_events_produced_total", validity="invalid"),
        delivery_failures=total("winepipeline_delivery_failures_total"),
        consumed=total("kafka_events_consumed_total"),
        loaded=total("kafka_events_inserted_snowflake_total"),
        rejected={
            each.labels.get("reason", ""): int(each.value)
            for each in samples.get("kafka_events_dlq_total", ())
            if each.value
        },
        batches=_histogram(samples, "kafka_batch_size"),
        freshness=_histogram(samples, "winepipeline_event_freshness_seconds"),
        rebalances=total("winepipeline_rebalances_total"),
        retrying=total("winepipeline_warehouse_retrying"),
    )


def _histogram(samples: Mapping[str, list[Sample]], name: str) -> Histogram:
    counts: dict[float, float] = {}
    for each in samples.get(f"{name}_bucket", ()):
        bound = float(each.labels["le"])
        counts[bound] = counts.get(bound, 0.0) + each.value
    return Histogram(
        bounds=tuple(sorted(counts)),
        counts=tuple(counts[bound] for bound in sorted(counts)),
        total=sum(each.value for each in samples.get(f"{name}_sum", ())),
    )
