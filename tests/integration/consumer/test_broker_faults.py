"""The broker goes away under load and comes back: nothing is lost, and nobody has to do anything."""

from collections.abc import Callable

import pytest

from winepipeline_local.broker import Broker
from winepipeline_process.exits import ExitCode

from .pump import pumping
from .scene import Scene


@pytest.mark.parametrize("end", [Broker.stop, Broker.kill])
def test_broker_restart_under_load(scene: Scene, end: Callable[[Broker], None]) -> None:
    """The broker stops, or crashes, and comes back: the consumer goes on by itself, and stays alive all the while."""
    consumer = scene.consumer()
    with pumping(scene):
        consumer.says("landed")
        end(scene.broker)
        assert consumer.get("/healthz")[0] == 200
        scene.broker.start()
        consumer.lands()
    scene.wait_until_landed()
    assert consumer.stop() == ExitCode.OK
    scene.prove()


def test_stop_while_the_broker_is_away(scene: Scene) -> None:
    """A stop is a stop, even when nobody is there to leave a group to, or to write dead letters to."""
    consumer = scene.consumer()
    scene.produce(40)
    scene.wait_until_landed()
    scene.broker.stop()
    try:
        assert consumer.stop(seconds=15) == ExitCode.OK
    finally:
        scene.broker.start()
    scene.prove()
