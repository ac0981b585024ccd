"""Reads what a service says at /metrics, in Prometheus' text format. Pure."""

from collections.abc import Mapping

from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from winepipeline_operator.histogram import Histogram
from winepipeline_operator.reading import Reading

NAMES = (
    "winepipeline_events_produced_total",
    "winepipeline_delivery_failures_total",
    "kafka_events_consumed_total",
    "kafka_events_inserted_snowflake_total",
    "kafka_events_dlq_total",
    "kafka_batch_size",
    "winepipeline_event_freshness_seconds",
    "winepipeline_rebalances_total",
    "winepipeline_warehouse_retrying",
    "winepipeline_busy_seconds_total",
    "winepipeline_committed_offset",
    "winepipeline_seconds_since_last_commit",
    "winepipeline_backfill_rows",
)


def read(exposition: str) -> Reading:
    """The reading of one process's /metrics in Prometheus' text format; a count that is not there is 0.

    Raises:
        ValueError: the text is not in that format.
    """
    samples: dict[str, list[Sample]] = {}
    for family in text_string_to_metric_families(_ours(exposition)):
        for sample in family.samples:
            samples.setdefault(sample.name, []).append(sample)

    def total(name: str, **labels: str) -> int:
        wanted = labels.items()
        return int(sum(each.value for each in samples.get(name, ()) if wanted <= each.labels.items()))

    def alone(name: str) -> float | None:
        return next((float(each.value) for each in samples.get(name, ())), None)

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
        busy_seconds=alone("winepipeline_busy_seconds_total"),
        committed={
            int(each.labels["partition"]): int(each.value) for each in samples.get("winepipeline_committed_offset", ())
        },
        since_commit_seconds=alone("winepipeline_seconds_since_last_commit"),
        history_rows=total("winepipeline_backfill_rows") or None,
        history_rows_done=total("winepipeline_backfill_rows_done") if total("winepipeline_backfill_rows") else None,
    )


def _ours(exposition: str) -> str:
    """The lines that are read at all; the others cost the parser ten times as much as these.

    Raises:
        ValueError: none of the lines is one of Prometheus' text format.
    """
    if not exposition.startswith("# "):
        raise ValueError(f"no metrics, but {exposition[:40]!r}")
    return "".join(line + "\n" for line in exposition.splitlines() if line.startswith(NAMES))


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
