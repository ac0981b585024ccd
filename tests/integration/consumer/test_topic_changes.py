"""The topic changes under the consumer: it is made again, or retention takes events before they are loaded."""

import pytest

from winepipeline_process.exits import ExitCode

from .fault_proxy import Act, FaultProxy
from .process import Consumer, eventually
from .scene import MakeScene, Scene


def assert_it_stopped_for_the_new_topic(consumer: Consumer, scene: Scene) -> None:
    """With the class of failure, the reason, and what to do."""
    assert consumer.ended() == ExitCode.WAREHOUSE
    assert "TopicRecreated" in consumer.log
    assert f"ACCEPTED_TOPIC_ID={scene.topic_ids[-1]}" in consumer.log


@pytest.mark.parametrize("events_in_the_new_topic", [0, 100])
def test_topic_made_again_while_the_consumer_runs(scene: Scene, events_in_the_new_topic: int) -> None:
    """The consumer loads nothing of another topic by the same name, stops with a hint, and goes on once told to."""
    consumer = scene.consumer()
    scene.produce(60)
    scene.wait_until_landed()
    scene.remake_topic()
    if events_in_the_new_topic:
        scene.produce(events_in_the_new_topic)
    assert_it_stopped_for_the_new_topic(consumer, scene)
    assert scene.count() == 60
    scene.produce(20)
    successor = scene.consumer(ACCEPTED_TOPIC_ID=scene.topic_ids[-1])
    scene.wait_until_landed()
    assert successor.stop() == ExitCode.OK
    assert len(scene.prove().partitions) == 4


def test_topic_made_again_while_no_consumer_runs(scene: Scene) -> None:
    """A consumer that finds another topic by the same name stops with a hint instead of skipping its events."""
    scene.produce(60)
    first = scene.consumer()
    scene.wait_until_landed()
    assert first.stop() == ExitCode.OK
    scene.remake_topic()
    scene.produce(40)
    assert_it_stopped_for_the_new_topic(scene.consumer(), scene)
    scene.consumer(ACCEPTED_TOPIC_ID=scene.topic_ids[-1])
    scene.wait_until_landed()
    scene.prove()


def test_retention_passes_the_ledger_while_no_consumer_runs(scene: Scene) -> None:
    """Events that expired before they were loaded are counted and said, and loading goes on at the log's start."""
    scene.produce(40)
    first = scene.consumer()
    scene.wait_until_landed()
    assert first.stop() == ExitCode.OK
    before = scene.ends()
    scene.produce(60)
    gone = {partition: end - 5 for partition, end in scene.ends().items()}
    scene.expire(gone)
    scene.expired = {place for place in scene.sent if before[place[0]] <= place[1] < gone[place[0]]}
    second = scene.consumer()
    scene.wait_until_landed()
    for partition, start in gone.items():
        assert f"partition {partition} lost {start - before[partition]} events" in second.log
    assert scene.prove().total("expired") == len(scene.expired) > 0


def test_retention_passes_the_consumer_while_it_waits_for_the_warehouse(
    make_scene: MakeScene, proxy: FaultProxy
) -> None:
    """What was read before it expired is loaded all the same; only what nobody has any more is counted as lost."""
    scene = make_scene(partitions=1)
    held = proxy.inject("^COPY", Act.DELAY)
    consumer = scene.consumer(**proxy.environment, MAX_BATCH_SIZE="20")
    scene.produce(200)
    eventually(held.hit.__len__, "a load begins")
    eventually(lambda: consumer.metric("kafka_events_consumed_total") >= 60, "two batches wait, and one is full")
    read = sorted(scene.sent)[: int(consumer.metric("kafka_events_consumed_total"))]
    eventually(lambda: consumer.metric("winepipeline_busy_seconds_total") > 2, "it has stopped reading on")
    scene.expire({0: 150})
    proxy.heal()
    scene.expired = {place for place in scene.sent if place[1] < 150} - set(read)
    scene.wait_until_landed()
    assert f"lost {len(scene.expired)} events" in consumer.log
    assert consumer.stop() == ExitCode.OK
    assert scene.prove().total("expired") == len(scene.expired) > 0
