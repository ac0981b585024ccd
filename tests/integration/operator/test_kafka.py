"""The operator's way to a broker: topics made and mended, offsets and groups told, failures named."""

import time
from collections.abc import Callable, Iterator

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition

from winepipeline_local.broker import Broker
from winepipeline_operator.broker_errors import BrokerUnreachable, LoginUnusable, TooFewBrokers, TopicMissing
from winepipeline_operator.kafka import Cluster
from winepipeline_operator.login import Login
from winepipeline_operator.scaling.observation import GroupState, Partition
from winepipeline_operator.topics import HOUR_MS, WantedTopic, differences

NOBODY = "127.0.0.1:9"


@pytest.fixture(scope="module")
def cluster(broker: Broker) -> Iterator[Cluster]:
    """The operator's view of the broker."""
    found = Cluster(Login(broker.bootstrap))
    yield found
    found.close()


def produce(broker: Broker, topic: str, partition: int, count: int) -> None:
    """Put so many events into a partition."""
    producer = Producer({"bootstrap.servers": broker.bootstrap})
    for _ in range(count):
        producer.produce(topic, b"{}", partition=partition)
    assert producer.flush(10) == 0


def until(holds: Callable[[], bool], seconds: float = 20) -> None:
    """Wait until it holds: a broker answers before all of it has heard of a change."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"not so after {seconds:g} s"
        time.sleep(0.05)


def commit(broker: Broker, group: str, topic: str, offsets: dict[int, int]) -> None:
    """Commit for a group without joining it."""
    member = Consumer({"bootstrap.servers": broker.bootstrap, "group.id": group, "enable.auto.commit": False})
    places = [TopicPartition(topic, partition, offset) for partition, offset in offsets.items()]
    member.commit(offsets=places, asynchronous=False)
    member.close()


def test_a_topic_is_made_grown_kept_longer_and_deleted(cluster: Cluster, topic: Callable[..., str]) -> None:
    """What the resource asks of a topic comes true at the broker, step by step, and is told back."""
    name = topic() + "_mine"
    wanted = WantedTopic(name, 2, retention_ms=HOUR_MS)
    assert cluster.topics([name]) == {}
    assert cluster.create(wanted)
    assert not cluster.create(wanted), "a topic that stands is left as it is"
    facts = cluster.topics([name])[name]
    assert (facts.partitions, facts.replication_factor, facts.retention_ms) == (2, 1, HOUR_MS)
    assert len(facts.topic_id) == 22

    more = WantedTopic(name, 4, retention_ms=2 * HOUR_MS)
    assert {each.reason for each in differences(more, facts)} == {"TopicTooFewPartitions", "TopicRetentionDiffers"}
    cluster.grow(name, 4)
    cluster.keep_for(name, 2 * HOUR_MS)
    until(lambda: differences(more, cluster.topics([name])[name]) == ())

    cluster.delete([name, "never_made"])
    until(lambda: cluster.topics([name]) == {})


def test_offsets_are_told_for_the_law(broker: Broker, cluster: Cluster, topic: Callable[..., str]) -> None:
    """The law sees what waits in each partition, also where the group has never committed."""
    name = topic(partitions=3)
    produce(broker, name, 0, 10)
    produce(broker, name, 1, 5)
    assert cluster.group(name, name).state is GroupState.DEAD
    commit(broker, name, name, {0: 7})
    facts = cluster.group(name, name)
    assert facts.partitions == (Partition(0, 10, 7), Partition(1, 5), Partition(2, 0))
    assert facts.state is GroupState.EMPTY


@pytest.mark.long
def test_offsets_are_told_again_after_the_brokers_restart(
    broker: Broker, cluster: Cluster, topic: Callable[..., str]
) -> None:
    """A broker that came back is believed at the same connection: nobody has to restart the operator."""
    name = topic(partitions=6)
    produce(broker, name, 5, 3)
    before = cluster.group(name, name).partitions
    broker.kill()
    impatient = Cluster(Login(broker.bootstrap), call_seconds=1.0)
    with pytest.raises(BrokerUnreachable):
        impatient.group(name, name)
    broker.start()
    produce(broker, name, 5, 1)
    for each in (cluster, impatient):
        after = cluster.group(name, name).partitions
        assert [each.end_offset for each in after] == [0, 0, 0, 0, 0, 4]
        assert len(after) == len(before) == 6
        assert each.topics([name])[name].leaderless == ()
    impatient.close()


def test_a_topic_that_is_not_there_is_no_empty_one(cluster: Cluster) -> None:
    """A deleted topic is an error with its name, never a topic where nothing waits."""
    with pytest.raises(TopicMissing, match="no_such_topic"):
        cluster.group("no_such_topic", "g")


def test_more_copies_than_brokers_are_refused_in_words(cluster: Cluster, topic: Callable[..., str]) -> None:
    """Who asks for three copies on one broker reads which field to lower."""
    with pytest.raises(TooFewBrokers) as failure:
        cluster.create(WantedTopic(topic() + "_thrice", 1, replication_factor=3))
    assert "topic.replicationFactor" in failure.value.hint


@pytest.mark.parametrize("address", [NOBODY, "no-such-host.invalid:9092"])
def test_a_broker_that_is_away_is_said_in_time(address: str) -> None:
    """A dead address costs the operator a bounded time and is said with the address that was tried."""
    cluster = Cluster(Login(address), call_seconds=1.0)
    begun = time.monotonic()
    with pytest.raises(BrokerUnreachable, match=address):
        cluster.group("sales_events", "g")
    with pytest.raises(BrokerUnreachable, match=address):
        cluster.topics(["sales_events"])
    assert time.monotonic() - begun < 20
    cluster.close()


def test_a_certificate_that_is_none_is_said_before_anything_is_asked() -> None:
    """A Secret with rubbish in place of a certificate is named as the fault, and what is in it is not."""
    with pytest.raises(LoginUnusable) as failure:
        Cluster(Login(NOBODY, "SSL", ca_pem="rubbish"))
    assert "PEM" in failure.value.hint
    assert "rubbish" not in str(failure.value)
