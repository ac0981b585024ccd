"""The law on this machine, where it only recommends; `test_up` has it at work."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import pytest
from confluent_kafka import Producer

from tests.slow_members import Members
from winepipeline_local.autoscaler import Autoscaler, Paces
from winepipeline_local.broker import Broker
from winepipeline_local.decisions import Decisions
from winepipeline_local.fleet import Fleet
from winepipeline_local.state import State
from winepipeline_operator.lint import load
from winepipeline_operator.login import Login
from winepipeline_operator.scaling.ledger import Ledger

pytestmark = pytest.mark.long

PACES = Paces(look_seconds=0.5, settle_seconds=1.0, scale_down_after_seconds=6.0, sleep_after_seconds=6.0)
RESOURCE = """\
apiVersion: caves-albert.io/v1alpha1
kind: WinePipeline
metadata: {{name: albert}}
spec:
  topic: {{name: {topic}}}
  broker: {{redpanda: {{}}}}
  warehouse: {{emulator: {{}}}}
  consumer: {{groupId: {topic}, scaling: {{mode: {mode}, minReplicas: 0, maxReplicas: 3, catchUpSeconds: 20}}}}
"""

Start = Callable[[str], tuple[Autoscaler, Members]]


@pytest.fixture
def decisions(tmp_path: Path) -> Decisions:
    """Where they are written."""
    return Decisions(State(tmp_path))


@pytest.fixture
def start(broker: Broker, topic: Callable[..., str], decisions: Decisions) -> Iterator[Start]:
    """Starts an autoscaler over one slow member and 9,000 events."""
    running: list[tuple[Autoscaler, Members]] = []

    def make(mode: str) -> tuple[Autoscaler, Members]:
        name = topic(partitions=6)
        producer = Producer({"bootstrap.servers": broker.bootstrap})
        for number in range(9000):
            producer.produce(name, b"{}", partition=number % 6)
        assert producer.flush(20) == 0
        members = Members(broker.bootstrap, name, name, 200)
        members.scale(1)
        pipeline = load(RESOURCE.format(topic=name, mode=mode))
        autoscaler = Autoscaler(pipeline, Login(broker.bootstrap), cast("Fleet", members), decisions, PACES)
        autoscaler.start()
        running.append((autoscaler, members))
        return autoscaler, members

    yield make
    for autoscaler, members in running:
        autoscaler.stop()
        members.scale(0)


def test_advice_is_told_and_not_carried_out(start: Start, decisions: Decisions) -> None:
    """In Recommend the number stays, and the advice stands where `scaling explain` reads it."""
    autoscaler, _ = start("Recommend")
    end = time.monotonic() + 60
    while not (told := Ledger.from_status(decisions.read()).decisions):
        assert time.monotonic() < end, autoscaler.headline
        time.sleep(0.1)
    assert autoscaler.take() is None
    assert (told[0].action, told[0].replicas_before) == ("Up", 1)
    assert autoscaler.headline.startswith("Recommend: Up: 1 → ")
