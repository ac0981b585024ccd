"""Dashboards, alerts and the scaler ask for metrics by name: those names, kinds and labels are a contract."""

import random

import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from winepipeline_consumer.metrics import Metrics
from winepipeline_consumer.watch import Watch
from winepipeline_warehouse.errors import Unavailable

PARTITION = {"topic", "partition"}
CONTRACT: dict[str, tuple[str, set[str]]] = {
    "kafka_events_consumed_total": ("counter", set()),
    "kafka_events_inserted_snowflake_total": ("counter", set()),
    "kafka_events_dlq_total": ("counter", {"reason"}),
    "kafka_batch_size": ("histogram", set()),
    "kafka_batch_processing_duration_seconds": ("histogram", set()),
    "snowflake_insert_duration_seconds": ("histogram", set()),
    "kafka_current_batch_size": ("gauge", set()),
    "kafka_snowflake_insert_rows": ("gauge", set()),
    "kafka_consumer_lag": ("gauge", PARTITION),
    "kafka_event_size_bytes": ("summary", set()),
    "winepipeline_event_freshness_seconds": ("histogram", set()),
    "winepipeline_busy_seconds_total": ("counter", set()),
    "winepipeline_stage_duration_seconds": ("histogram", {"stage"}),
    "winepipeline_rebalances_total": ("counter", {"kind"}),
    "winepipeline_seconds_since_last_commit": ("gauge", set()),
    "winepipeline_warehouse_errors_total": ("counter", {"reason"}),
    "winepipeline_warehouse_retrying": ("gauge", set()),
    "winepipeline_committed_offset": ("gauge", PARTITION),
    "winepipeline_audit_last_success_timestamp_seconds": ("gauge", set()),
    "winepipeline_audit_age_intervals": ("gauge", set()),
    "winepipeline_audit_missing_events": ("gauge", set()),
    "winepipeline_audit_duplicate_events": ("gauge", set()),
}


@pytest.fixture
def metrics() -> Metrics:
    """A consumer's, with something in each that has labels."""
    found = Metrics()
    found.dead_letters.labels("NotJson").inc()
    found.lag.labels("sales_events", "0").set(1)
    found.committed_offset.labels("sales_events", "0").set(1)
    found.rebalances.labels("assigned").inc()
    Watch(found, random.Random(1)).trouble(Unavailable("LockTimeout", "locked"), 1.0)
    with found.step("copy"):
        pass
    return found


@pytest.mark.parametrize("name", CONTRACT)
def test_a_metric_is_there_under_its_name(metrics: Metrics, name: str) -> None:
    """A dashboard that was made for the contract shows something in each panel."""
    kind, labels = CONTRACT[name]
    families = text_string_to_metric_families(generate_latest(metrics.registry).decode())
    found = {family.name: family for family in families if "_created" not in family.name}
    family = found[name.removesuffix("_total")]
    samples = [sample for sample in family.samples if not sample.name.endswith("_created")]
    assert family.type == kind
    assert family.documentation.endswith("."), "a sentence, for whoever hovers over it"
    assert {label for sample in samples for label in sample.labels} - {"le"} == labels
    assert name in {sample.name for sample in samples} | {family.name}
