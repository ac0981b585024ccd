"""A consumer that runs looks every now and then whether what it loaded is there, once."""

import time

import pytest

from .process import Consumer, eventually
from .scene import Scene

pytestmark = pytest.mark.long

SUCCESS = "winepipeline_audit_last_success_timestamp_seconds"
MISSING = "winepipeline_audit_missing_events"
TOO_MANY = "winepipeline_audit_duplicate_events"


def test_a_running_consumer_audits_what_it_loads(scene: Scene) -> None:
    """Its metrics say when the audit held last, and how many rows are missing or too many once somebody meddles."""
    consumer = scene.consumer(AUDIT_INTERVAL_SECONDS="0.2")
    _next_success(consumer)
    scene.produce(60)
    scene.wait_until_landed()
    _next_success(consumer)
    assert (consumer.metric(MISSING), consumer.metric(TOO_MANY)) == (0, 0)
    place = "(SELECT MAX(EVENT_METADATA:offset::INTEGER) FROM {0} WHERE EVENT_METADATA:partition::INTEGER = 0)"
    last = place.format(scene.names.target)
    scene.query(
        f"DELETE FROM {scene.names.target} WHERE EVENT_METADATA:partition::INTEGER = 0 "  # noqa: S608
        f"AND EVENT_METADATA:offset::INTEGER = {last}"
    )
    scene.produce(20)
    eventually(lambda: consumer.metric(MISSING) == 1, "the missing row is noticed")
    consumer.says("the audit does not hold: partition 0: 1 missing, 0 too many")
    assert consumer.get("/healthz")[0] == 200
    before = consumer.metric(SUCCESS)
    scene.query(f"INSERT INTO {scene.names.target} SELECT * FROM {scene.names.target} LIMIT 1")  # noqa: S608
    scene.produce(20)
    eventually(lambda: consumer.metric(TOO_MANY) == 1, "the doubled row is noticed")
    assert consumer.metric(SUCCESS) == before


def test_an_audit_that_cannot_be_made_holds_nobody_up(scene: Scene) -> None:
    """While the ledger cannot be read the consumer says that no audit was made, and lives."""
    scene.produce(20)
    consumer = scene.consumer(AUDIT_INTERVAL_SECONDS="0.2")
    scene.wait_until_landed()
    _next_success(consumer)
    scene.query(f"ALTER TABLE {scene.names.rejected} RENAME TO {scene.names.rejected}_AWAY")
    scene.produce(1)
    consumer.says("the audit was not made: ")
    scene.query(f"ALTER TABLE {scene.names.rejected}_AWAY RENAME TO {scene.names.rejected}")
    scene.wait_until_landed()
    _next_success(consumer)


def _next_success(consumer: Consumer) -> None:
    """Wait for an audit that was begun after now."""
    now = time.time()
    eventually(lambda: consumer.metric(SUCCESS) > now, "the audit holds")
