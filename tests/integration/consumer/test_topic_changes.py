"""The topic changes under the consumer: it is made again, or retention takes events before they are loaded."""

from pathlib import Path

import pytest

from winepipeline_local.__main__ import main
from winepipeline_local.broker import Broker
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


def lose_the_end(broker: Broker, topic: str) -> None:
    """As an unclean leader election leaves partition 0: the later half of its log is gone."""
    broker.kill()
    (log,) = Path(broker.data_folder / f"{topic}-0").glob("*.log")
    with log.open("r+b") as file:
        file.truncate(log.stat().st_size // 2)
    broker.start()


@pytest.mark.long
def test_a_log_that_lost_its_end(make_scene: MakeScene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Consumers stop rather than pass events over, however far the log has grown, until the guide has been followed."""
    scene = make_scene(partitions=1)
    consumer = scene.consumer()
    for _ in range(4):
        scene.produce(25)
    scene.wait_until_landed()
    lose_the_end(scene.broker, scene.topic)
    end = scene.ends()[0]
    assert 0 < end < 100
    assert_it_stopped_for_the_lost_end(consumer, scene, end)
    scene.sent = {place: sent for place, sent in scene.sent.items() if place[1] < end}
    scene.new_producer()
    scene.produce(150)
    assert_it_stopped_for_the_lost_end(scene.consumer(), scene, end)
    assert scene.count() == 100
    for table in (scene.names.target, scene.names.rejected):
        scene.query(f"CREATE TABLE {table}_KEPT AS SELECT * FROM {table} WHERE EVENT_METADATA:offset >= {end}")  # noqa: S608
        scene.query(f"DELETE FROM {table} WHERE EVENT_METADATA:offset >= {end}")  # noqa: S608
    scene.query(f"UPDATE {scene.names.ledger} SET UPDATED_AT = DATEADD(second, -60, UPDATED_AT)")  # noqa: S608
    for name, value in scene.environment().items():
        monkeypatch.setenv(name, value)
    assert main(["audit", "--repair", "--yes"]) == ExitCode.OK
    scene.consumer()
    scene.wait_until_landed()
    assert scene.prove().total("consumed") == end + 150


def assert_it_stopped_for_the_lost_end(consumer: Consumer, scene: Scene, end: int) -> None:
    """With the class of failure, the reason, both offsets, and what to do."""
    assert consumer.ended(60) == ExitCode.WAREHOUSE
    assert "LogLostItsEnd" in consumer.log
    assert f"partition 0 of {scene.topic} ended at offset {end}, and the ledger stands at 100" in consumer.log
    assert "docs/how-to/recover.md" in consumer.log
