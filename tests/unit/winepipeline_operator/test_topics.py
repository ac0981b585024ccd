"""What lies between a topic as it is and as the resource wants it."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from winepipeline_operator.spec import WinePipeline
from winepipeline_operator.topics import HOUR_MS, TopicFacts, WantedTopic, differences, wanted_topics

WANTED = WantedTopic("sales_events", 6, 3, 24 * HOUR_MS)


def found(**change: Any) -> TopicFacts:
    """The topic as wanted, with a change."""
    facts: dict[str, Any] = {"partitions": 6, "replication_factor": 3, "retention_ms": 24 * HOUR_MS, **change}
    return TopicFacts(name="sales_events", topic_id="", **facts)


def test_the_resource_says_what_both_topics_are(pipeline: Callable[[Any], WinePipeline]) -> None:
    """Events are kept as long as the resource says, letters as long as the broker likes, both as often."""
    topic = {"partitions": 12, "replicationFactor": 3, "retentionHours": 48}
    events, letters = wanted_topics(pipeline({"broker": {"redpanda": {"replicas": 3}}, "topic": topic}))
    assert events == WantedTopic("sales_events", 12, 3, 48 * HOUR_MS)
    assert letters == WantedTopic("sales_events_dlq", 1, 3)


@pytest.mark.parametrize(
    ("change", "reason", "mendable", "said"),
    [
        ({"partitions": 5}, "TopicTooFewPartitions", True, "5 partitions, wanted are 6"),
        ({"partitions": 7}, "TopicTooManyPartitions", False, "7 partitions, wanted are 6"),
        ({"replication_factor": 1}, "TopicReplicationDiffers", False, "1 times, wanted is 3"),
        ({"retention_ms": HOUR_MS}, "TopicRetentionDiffers", True, "for 1 h, wanted are 24 h"),
        ({"retention_ms": -1}, "TopicRetentionDiffers", True, "for ever"),
    ],
)
def test_each_difference_is_said_with_both_values(
    change: dict[str, int], reason: str, mendable: bool, said: str
) -> None:
    """A person reads what is there, what is wanted, and whether the operator mends it."""
    (difference,) = differences(WANTED, found(**change))
    assert (difference.reason, difference.mendable) == (reason, mendable)
    assert said in difference.message
    assert difference.hint


def test_a_missing_topic_is_to_be_made() -> None:
    """A topic that is not there is said as such, and nothing else is said of it."""
    assert [each.reason for each in differences(WANTED, None)] == ["TopicMissing"]


def test_what_the_broker_does_not_tell_is_no_difference() -> None:
    """A user who may not read a topic's configuration is not told for ever that the retention is wrong."""
    assert differences(WANTED, found(retention_ms=None)) == ()


@given(st.integers(1, 20), st.integers(1, 5), st.integers(1, 1000))
def test_a_topic_as_wanted_has_no_differences(partitions: int, copies: int, hours: int) -> None:
    """Once a topic is as the resource says, the operator leaves it alone."""
    wanted = WantedTopic("sales_events", partitions, copies, hours * HOUR_MS)
    facts = found(partitions=partitions, replication_factor=copies, retention_ms=hours * HOUR_MS)
    assert differences(wanted, facts) == ()
