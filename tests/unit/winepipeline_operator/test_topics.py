"""What lies between a topic as it is and as the resource wants it."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from winepipeline_operator.spec import WinePipeline
from winepipeline_operator.topics import HOUR_MS, OwnTopic, TopicFacts, WantedTopic, differences, wanted_topics

WANTED = WantedTopic("sales_events", 6, 3, 24 * HOUR_MS)


def found(**change: Any) -> TopicFacts:
    """The topic as wanted, with a change."""
    wanted = {"topic_id": "", "partitions": 6, "replication_factor": 3, "retention_ms": 24 * HOUR_MS}
    return TopicFacts(name="sales_events", **{**wanted, **change})


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
        ({"retention_ms": -1}, "TopicRetentionDiffers", False, "for ever"),
        ({"retention_ms": 48 * HOUR_MS}, "TopicRetentionDiffers", False, "for 48 h, wanted are 24 h"),
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


@given(
    st.builds(
        found,
        partitions=st.integers(1, 12),
        replication_factor=st.integers(1, 3),
        retention_ms=st.one_of(st.just(-1), st.integers(0, 2000 * HOUR_MS)),
    ),
    st.one_of(st.none(), st.integers(0, 2000 * HOUR_MS)),
)
def test_a_topic_at_somebody_elses_broker_is_never_changed(facts: TopicFacts, set_ms: int | None) -> None:
    """Whatever a company's topic is like, the operator says what differs and what to do, and changes nothing."""
    own = OwnTopic("sales_events", "", set_ms)
    for each in differences(WANTED, facts, own, external=True):
        assert not each.mendable
        assert each.hint


@given(st.one_of(st.just(-1), st.integers(24 * HOUR_MS + 1, 2000 * HOUR_MS)), st.integers(-1, 2000 * HOUR_MS))
def test_events_are_kept_for_less_long_only_if_the_resource_said_what_there_is(has_ms: int, set_ms: int) -> None:
    """Lowering `retentionHours` shortens; a longer time that somebody set at the broker stays, and is told."""
    facts = found(retention_ms=has_ms, topic_id="a")
    (told,) = differences(WANTED, facts, OwnTopic("sales_events", "a", set_ms))
    assert told.mendable is (has_ms == set_ms)
    (of_another,) = differences(WANTED, facts, OwnTopic("sales_events", "b", has_ms))
    assert not of_another.mendable
    assert "retention.ms=86400000" in of_another.hint


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
