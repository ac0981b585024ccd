"""What services say at /metrics, as data."""

import pytest
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from winepipeline_operator.exposition import read
from winepipeline_operator.reading import Reading


def consumer_metrics() -> str:
    """The exposition of a consumer that has worked, made by the library that the services use."""
    registry = CollectorRegistry()
    Counter("kafka_events_consumed_total", "…", registry=registry).inc(120)
    Counter("kafka_events_inserted_snowflake_total", "…", registry=registry).inc(110)
    letters = Counter("kafka_events_dlq_total", "…", ["reason"], registry=registry)
    letters.labels("NotJson").inc(7)
    letters.labels("TooDeep").inc(3)
    letters.labels("TooLarge")
    sizes = Histogram("kafka_batch_size", "…", buckets=(10, 100), registry=registry)
    for size in (20, 100):
        sizes.observe(size)
    fresh = Histogram("winepipeline_event_freshness_seconds", "…", ["partition"], buckets=(1, 2), registry=registry)
    fresh.labels("0").observe(0.5)
    fresh.labels("1").observe(1.5)
    Gauge("winepipeline_warehouse_retrying", "…", registry=registry).set(1)
    Counter("winepipeline_rebalances_total", "…", registry=registry).inc(2)
    return generate_latest(registry).decode()


def test_a_consumers_counts_are_read() -> None:
    """The live view shows what the consumer itself counted."""
    reading = read(consumer_metrics())
    assert (reading.consumed, reading.loaded, reading.rebalances, reading.retrying) == (120, 110, 2, 1)
    assert reading.rejected == {"NotJson": 7, "TooDeep": 3}
    assert reading.rejects == 10
    assert (reading.batches.count, reading.batches.mean) == (2, 60)


def test_the_freshness_of_all_partitions_is_one_histogram() -> None:
    """Labels of a histogram are summed over, so that p99 is that of the whole pipeline."""
    freshness = read(consumer_metrics()).freshness
    assert list(freshness.counts) == [1, 2, 2]
    assert freshness.total == 2.0


def test_a_producers_counts_are_read() -> None:
    """Produced events are counted over all types, and those malformed on purpose apart."""
    registry = CollectorRegistry()
    produced = Counter("winepipeline_events_produced_total", "…", ["event_type", "validity"], registry=registry)
    produced.labels("ORDER_CREATED", "valid").inc(70)
    produced.labels("INVENTORY_ADJUSTED", "valid").inc(28)
    produced.labels("ORDER_CREATED", "invalid").inc(2)
    Counter("winepipeline_delivery_failures_total", "…", ["reason"], registry=registry).labels("TimedOut").inc()
    reading = read(generate_latest(registry).decode())
    assert (reading.produced, reading.invalid, reading.delivery_failures) == (100, 2, 1)


def test_readings_add_up() -> None:
    """Two consumers, or two lives of one, count together."""
    one = read(consumer_metrics())
    both = one + one
    assert (both.consumed, both.rejected["NotJson"], both.batches.count) == (240, 14, 4)
    assert Reading() + one == one


def test_what_is_no_exposition_is_refused() -> None:
    """A wrong answer at a metrics port is no count of zero."""
    with pytest.raises(ValueError, match=r".+"):
        read("<html>not metrics</html> {")
