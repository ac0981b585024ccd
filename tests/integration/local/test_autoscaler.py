"""The law on this machine: a backlog on a real broker makes the consumers more, quiet makes them fewer."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

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


def carried_out_until(autoscaler: Autoscaler, members: Members, condition: Callable[[int], Any]) -> list[int]:
    """All numbers that were asked for and carried out, until it is so."""
    asked, end = [len(members.consumers)], time.monotonic() + 90
    while not condition(asked[-1]):
        assert time.monotonic() < end, f"{asked}; {autoscaler.headline}"
        number = autoscaler.take()
        if number is not None:
            asked.append(number)
            members.scale(number)
        time.sleep(0.1)
    return asked


def test_a_backlog_brings_consumers_and_quiet_sends_them_to_sleep(start: Start, decisions: Decisions) -> None:
    """More consumers than one drain what waits; when nothing comes any more they go, and each change has its reason."""
    autoscaler, members = start("Builtin")
    up = carried_out_until(autoscaler, members, lambda now: now > 1)
    assert up == sorted(up), "never down while events wait"
    carried_out_until(autoscaler, members, lambda now: now == 0)
    autoscaler.stop()
    ledger = Ledger.from_status(decisions.read())
    changes = [(each.replicas_before, each.replicas) for each in ledger.decisions if each.changes]
    assert changes[0][0] == 1
    assert changes[-1][1] == 0
    assert all(each.inputs is not None and each.detail for each in ledger.decisions)


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
