"""What the operator does to topics at a real broker, its own and somebody else's."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from winepipeline_local.broker import Broker
from winepipeline_operator.kafka import Cluster
from winepipeline_operator.login import Login
from winepipeline_operator.mending import Mended, delete_own, mend
from winepipeline_operator.spec import WinePipeline
from winepipeline_operator.topics import HOUR_MS, OwnTopic

from .test_kafka import until

MONTH_HOURS = 30 * 24


@pytest.fixture(scope="module")
def cluster(broker: Broker) -> Iterator[Cluster]:
    """The operator's view of the broker."""
    found = Cluster(Login(broker.bootstrap))
    yield found
    found.close()


class Keeper:
    """A pipeline and what the operator remembers of its topics from look to look."""

    def __init__(self, cluster: Cluster, topic: str, *, external: bool) -> None:
        """The topic of its events is called so, its dead letters' after it."""
        self.cluster = cluster
        self.topic = topic
        self.broker: dict[str, Any] = {"external": {"bootstrapServers": "x:1"}} if external else {"redpanda": {}}
        self.own: tuple[OwnTopic, ...] = ()
        self.told: list[str] = []

    def resource(self, **topic: int) -> WinePipeline:
        """The resource, with this said of the topic."""
        spec = {
            "broker": self.broker,
            "warehouse": {"emulator": {}},
            "deletionPolicy": "Delete",
            "topic": {"name": self.topic, **topic},
            "deadLetterTopic": {"name": f"{self.topic}_dlq"},
        }
        head = {"apiVersion": "caves-albert.io/v1alpha1", "kind": "WinePipeline", "metadata": {"name": "albert"}}
        return WinePipeline.model_validate({**head, "spec": spec})

    def tell(self, _: WinePipeline, reason: str, message: str) -> None:
        """Write down an Event."""
        self.told.append(f"{reason}: {message}")

    def look(self, **topic: int) -> Mended:
        """One look."""
        mended = mend(self.resource(**topic), self.cluster, self.own, self.tell)
        self.own = mended.own
        return mended

    def kept_hours(self) -> float:
        """For how long the events are kept."""
        return (self.cluster.topics([self.topic])[self.topic].retention_ms or 0) / HOUR_MS


@pytest.mark.parametrize("retention_ms", [-1, MONTH_HOURS * HOUR_MS])
def test_a_companys_topic_is_used_as_it_is_and_outlives_the_pipeline(
    cluster: Cluster, topic: Callable[..., str], retention_ms: int
) -> None:
    """Neither its retention nor its partitions change, both are told, and `Delete` deletes only what was made here."""
    keeper = Keeper(cluster, topic(partitions=3, retention_ms=str(retention_ms)), external=True)
    before = cluster.topics([keeper.topic])[keeper.topic]
    for _ in range(2):
        left = keeper.look(partitions=6, retentionHours=168).left
        assert cluster.topics([keeper.topic])[keeper.topic] == before
    assert {each.reason for each in left} >= {"TopicTooFewPartitions", "TopicRetentionDiffers"}
    assert [each.name for each in keeper.own] == [f"{keeper.topic}_dlq"]
    delete_own(keeper.resource(), cluster, keeper.own, keeper.tell)
    until(lambda: list(cluster.topics([keeper.topic, f"{keeper.topic}_dlq"])) == [keeper.topic])
    assert keeper.told[-1].startswith(f"DataKept: left the topic {keeper.topic}")


def test_a_topic_of_the_same_name_that_somebody_made_anew_is_not_deleted(
    cluster: Cluster, topic: Callable[..., str]
) -> None:
    """The pipeline's own topic went and a company's took its name: the record speaks of the old one."""
    keeper = Keeper(cluster, topic(), external=True)
    keeper.own = (OwnTopic(keeper.topic, "another-topic-of-that-name"),)
    delete_own(keeper.resource(), cluster, keeper.own, keeper.tell)
    assert keeper.topic in cluster.topics([keeper.topic])


def test_on_a_broker_of_its_own_the_resource_is_followed_and_a_person_not_undone(
    cluster: Cluster, topic: Callable[..., str]
) -> None:
    """Raised and lowered hours come true; a longer time that somebody set at the broker stays, and is told."""
    keeper = Keeper(cluster, topic() + "_mine", external=False)
    keeper.look(partitions=1, retentionHours=24)
    for hours in (48, 12):
        keeper.look(partitions=2, retentionHours=hours)
        until(lambda wanted=hours: keeper.kept_hours() == wanted)  # type: ignore[misc]
        until(lambda wanted=hours: not keeper.look(partitions=2, retentionHours=wanted).left)  # type: ignore[misc]
    cluster.keep_for(keeper.topic, MONTH_HOURS * HOUR_MS)
    until(lambda: keeper.kept_hours() == MONTH_HOURS)
    (told,) = keeper.look(partitions=2, retentionHours=12).left
    assert "the pipeline did not set it so" in told.hint
    assert keeper.kept_hours() == MONTH_HOURS
