"""What is counted in bulk is counted as one by one."""

import time
from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Histogram, Summary, generate_latest

from winepipeline_consumer.metrics import FRESHNESS_BUCKETS, BulkHistogram, BulkSummary, Metrics

observations = st.lists(st.floats(0, 1e6) | st.sampled_from(FRESHNESS_BUCKETS), max_size=20)


def lines(registry: CollectorRegistry) -> list[tuple[str, float]]:
    """Each sample as Prometheus reads it; without the time of creation, which a scrape does not need."""
    text = generate_latest(registry).decode()
    found = [line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#") and "_created" not in line]
    return [(name, float(value)) for name, value in found]


def assert_alike(one: CollectorRegistry, other: CollectorRegistry) -> None:
    assert [name for name, _ in lines(one)] == [name for name, _ in lines(other)]
    assert [value for _, value in lines(one)] == pytest.approx([value for _, value in lines(other)])


@given(st.lists(observations, max_size=4), st.sets(st.floats(1e-3, 1e9), min_size=1, max_size=5))
def test_a_bulk_histogram_reads_like_prometheus_own(batches: list[list[float]], bounds: set[float]) -> None:
    """Quantiles are computed from the same buckets, whichever way they were filled."""
    for buckets in (FRESHNESS_BUCKETS, tuple(sorted(bounds))):
        bulk, own = CollectorRegistry(), CollectorRegistry()
        many = BulkHistogram("freshness_seconds", "Words.", buckets)
        bulk.register(many)
        one = Histogram("freshness_seconds", "Words.", buckets=buckets, registry=own)
        for batch in batches:
            many.observe(np.array(batch, np.float64))
            for value in batch:
                one.observe(value)
        assert_alike(bulk, own)


@given(st.lists(observations, max_size=4))
def test_a_bulk_summary_reads_like_prometheus_own(batches: list[list[float]]) -> None:
    """The mean size of a message is the same, whichever way it was counted."""
    bulk, own = CollectorRegistry(), CollectorRegistry()
    many = BulkSummary("size_bytes", "Words.")
    bulk.register(many)
    one = Summary("size_bytes", "Words.", registry=own)
    for batch in batches:
        many.observe(len(batch), sum(batch))
        for value in batch:
            one.observe(value)
    assert_alike(bulk, own)


def test_a_stage_that_fails_is_timed_too() -> None:
    """A slow failure shows on the dashboard."""
    metrics = Metrics()
    with pytest.raises(ValueError, match="no"), metrics.step("copy"):
        raise ValueError("no")
    name = "winepipeline_stage_duration_seconds_count"
    assert metrics.registry.get_sample_value(name, {"stage": "copy"}) == 1


def test_the_time_since_the_last_commit_begins_anew_with_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """An alert on a stalled consumer sees the seconds grow, and fall with a commit."""
    clock: Iterable[float] = iter((10.0, 25.0, 30.0, 31.0))
    monkeypatch.setattr(time, "monotonic", lambda: next(iter(clock)))
    metrics = Metrics()
    name = "winepipeline_seconds_since_last_commit"
    assert metrics.registry.get_sample_value(name) == 15.0
    metrics.commit_done()
    assert metrics.registry.get_sample_value(name) == 1.0
