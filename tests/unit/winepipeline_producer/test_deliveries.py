"""The producer's metrics."""

from prometheus_client import CollectorRegistry, generate_latest

from winepipeline_producer.deliveries import Deliveries
from winepipeline_producer.message import BAD_MOVEMENT, ORDER


def sample(deliveries: Deliveries, name: str, **labels: str) -> float | None:
    """A metric's value as Prometheus reads it."""
    registry = CollectorRegistry()
    registry.register(deliveries)
    return registry.get_sample_value(name, labels)


def test_deliveries_are_counted_by_type_and_validity() -> None:
    """A dashboard tells orders from movements and whole events from malformed ones."""
    deliveries = Deliveries()
    for _ in range(3):
        deliveries.add(ORDER, 0.02)
    deliveries.add(BAD_MOVEMENT, 0.02)
    name = "winepipeline_events_produced_total"
    assert sample(deliveries, name, event_type="ORDER_CREATED", validity="valid") == 3
    assert sample(deliveries, name, event_type="INVENTORY_ADJUSTED", validity="invalid") == 1
    assert sample(deliveries, name, event_type="INVENTORY_ADJUSTED", validity="valid") == 0
    assert deliveries.delivered == 4


def test_failures_are_counted_by_reason() -> None:
    """An alert on failed deliveries can name librdkafka's reason."""
    deliveries = Deliveries()
    deliveries.fail("MSG_SIZE_TOO_LARGE")
    assert sample(deliveries, "winepipeline_delivery_failures_total", reason="MSG_SIZE_TOO_LARGE") == 1
    told = [deliveries.last_failed]
    deliveries.add(ORDER, 0.02)
    assert [*told, deliveries.last_failed] == [True, False]
    assert deliveries.reported == 2


def test_latencies_fall_into_their_buckets() -> None:
    """The latency's histogram is cumulative, a value on a bound belongs below it, and the sum is kept."""
    deliveries = Deliveries()
    for seconds in (0.001, 0.005, 0.3, 400.0):
        deliveries.add(ORDER, seconds)
    name = "winepipeline_delivery_latency_seconds"
    assert sample(deliveries, f"{name}_bucket", le="0.005") == 2
    assert sample(deliveries, f"{name}_bucket", le="0.5") == 3
    assert sample(deliveries, f"{name}_bucket", le="+Inf") == sample(deliveries, f"{name}_count") == 4
    assert sample(deliveries, f"{name}_sum") == 400.306


def test_the_names_are_those_that_are_documented() -> None:
    """The metrics' names and kinds are the contract with dashboards and alerts."""
    deliveries = Deliveries()
    deliveries.queued = 12
    registry = CollectorRegistry()
    registry.register(deliveries)
    kinds = [line for line in generate_latest(registry).decode().splitlines() if line.startswith("# TYPE")]
    assert kinds == [
        "# TYPE winepipeline_events_produced_total counter",
        "# TYPE winepipeline_delivery_failures_total counter",
        "# TYPE winepipeline_delivery_latency_seconds histogram",
        "# TYPE winepipeline_producer_queue_messages gauge",
    ]
    assert sample(deliveries, "winepipeline_producer_queue_messages") == 12
