"""Consumers come, go, freeze and come back: whoever owns a partition by the ledger loads it, and nobody else."""

import signal

import pytest
from confluent_kafka import Producer

from winepipeline_process.exits import ExitCode
from winepipeline_producer.stream import Recipe, Stream

from .fault_proxy import Act, FaultProxy
from .process import eventually
from .pump import pumping
from .scene import QUIET, MakeScene, Scene


def test_a_frozen_consumer_that_comes_back_is_fenced(scene: Scene) -> None:
    """A process that was stopped past its session, while another loaded on, loads nothing twice and joins again."""
    frozen = scene.consumer()
    with pumping(scene):
        frozen.says("landed")
        frozen.signal(signal.SIGSTOP)
        heir = scene.consumer()
        heir.says("0 at")
        heir.says("1 at")
        heir.says("landed")
        frozen.signal(signal.SIGCONT)
        eventually(lambda: frozen.log.count("reading") > 1, "it reads again")
    scene.wait_until_landed()
    assert frozen.stop() == heir.stop() == ExitCode.OK
    scene.prove()


def test_a_namesake_takes_over_in_the_middle_of_a_load(scene: Scene, proxy: FaultProxy) -> None:
    """Of two processes with one name, the older one's load is refused when it is about to commit, and it ends."""
    scene.produce(40)
    caught = proxy.inject(r"^UPDATE", Act.DELAY)
    name = {"GROUP_INSTANCE_ID": "pod-0"}
    older = scene.consumer(**name, **proxy.environment)
    eventually(caught.hit.__len__, "the older one is about to move the ledger")
    newer = scene.consumer(**name)
    newer.says("landed")
    proxy.heal()
    assert older.ended() == ExitCode.BROKER
    assert "GROUP_INSTANCE_ID" in older.log
    scene.wait_until_landed()
    assert newer.stop() == ExitCode.OK
    scene.prove()


@pytest.mark.long
def test_a_restart_right_before_a_transactions_marker(make_scene: MakeScene) -> None:
    """A consumer that begins where nothing but a marker is left brings the ledger to the topic's end all the same."""
    scene = make_scene(partitions=1)
    writer = Producer({"bootstrap.servers": scene.broker.bootstrap, "transactional.id": scene.topic}, logger=QUIET)
    writer.init_transactions(30)
    writer.begin_transaction()
    (event,) = Stream(Recipe(), seed=3).take(1, 1_795_000_000_000)
    writer.produce(scene.topic, event.value, event.key, partition=0)
    writer.commit_transaction(30)
    first = scene.consumer()
    first.says("landed")
    first.kill()
    # As the ledger of a consumer stands that was killed when it had loaded the event and not yet gone past the marker.
    scene.query(f"UPDATE {scene.names.ledger} SET NEXT_OFFSET = 1, OFFSETS_SKIPPED = 0")  # noqa: S608 - a name
    scene.consumer().says("reading")
    assert scene.audit().total("in_flight") == 1
    eventually(lambda: scene.audit().total("in_flight") == 0, "the marker is passed over", 40)
    assert scene.audit().holds


@pytest.mark.long
@pytest.mark.parametrize("read_before", [True, False])
def test_a_transaction_that_nobody_ends(make_scene: MakeScene, *, read_before: bool) -> None:
    """Once the broker gives up what a killed replay had begun, the ledger comes to the topic's end by itself."""
    scene = make_scene(partitions=1)
    if read_before:
        consumer = scene.consumer()
        scene.produce(20)
        scene.wait_until_landed()
    settings = {"transactional.id": scene.topic, "transaction.timeout.ms": 15_000}
    writer = Producer({"bootstrap.servers": scene.broker.bootstrap, **settings}, logger=QUIET)
    writer.init_transactions(30)
    writer.begin_transaction()
    (event,) = Stream(Recipe(), seed=3).take(1, 1_795_000_000_000)
    writer.produce(scene.topic, event.value, event.key, partition=0)
    assert not writer.flush(30)
    end = scene.ends()[0] + 2  # the event, and the marker that gives it up
    if not read_before:
        consumer = scene.consumer()
    consumer.says("reading")
    eventually(lambda: scene.ends()[0] == end, "the broker gives the transaction up", 60)
    eventually(lambda: scene.audit().total("in_flight") == 0, "what is left of it is passed over", 30)
    assert scene.audit().holds
    assert scene.audit().total("consumed") == end
    assert "reading them anew" not in consumer.log


def test_rebalances_under_load(make_scene: MakeScene) -> None:
    """Consumers that join, leave in good order and are killed while events come in lose and double nothing."""
    scene = make_scene(partitions=4)
    with pumping(scene):
        first = scene.consumer()
        first.says("landed")
        second, third = scene.consumer(), scene.consumer()
        second.says("landed")
        third.says("landed")
        assert first.stop() == ExitCode.OK
        third.kill()
        scene.consumer().says("landed")
    scene.wait_until_landed()
    scene.prove()
