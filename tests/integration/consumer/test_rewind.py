"""A rewind under load, with crashes: the hour is loaded again, and every event is there once."""

import datetime as dt
import multiprocessing
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from winepipeline_local.errors import UsageError
from winepipeline_local.ledger.work import Ledger, Target
from winepipeline_local.place import Place
from winepipeline_warehouse.correction import Correction, Refusal

from .process import eventually
from .pump import pumping
from .scene import Scene

pytestmark = pytest.mark.long

HOUR_SECONDS = 3600
MOMENTS = ("remove_rows:before", "ledger:before", "commit:before", "commit:after")
POD = {"GROUP_INSTANCE_ID": "pod-0", "AUDIT_INTERVAL_SECONDS": "0"}
_FORKS = multiprocessing.get_context("fork")


def test_an_hour_is_loaded_again_under_load_with_crashes(scene: Scene) -> None:
    """Producers go on, the rewind is killed at every step, consumers are killed too, and nothing is lost or doubled."""
    for minutes in range(120, 0, -10):
        scene.produce(20, seconds_ago=minutes * 60)
    consumer = scene.consumer(**POD)
    scene.wait_until_landed()
    with pytest.raises(UsageError, match="The pipeline runs"):
        _ledger(scene).refuse_while_it_runs()
    with pumping(scene, events_per_second=40):
        consumer.stop()
        eventually(lambda: not _ledger(scene)._log.members(f"{scene.topic}-group"), "the consumer is out of the group")
        with pytest.raises(UsageError, match=r"moved \d+ s ago, by consumer-0"):
            Ledger(_place(scene), idle_seconds=600).refuse_while_it_runs()
        wanted = _corrections(scene)
        removed = sum(each.removed for each in wanted)
        assert 100 <= removed <= 200
        for moment in MOMENTS:
            _killed(scene, moment)
            assert scene.audit().holds
        assert _corrections(scene) == []  # the last one was killed when it was done
        assert sum(map(len, scene.landed())) == _loaded_before(wanted) - removed
        killed = scene.consumer(**POD, KILL_AT="copy_rejected:after:2")
        assert killed.ended() == -signal.SIGKILL
        scene.consumer(**POD)
    scene.wait_until_landed()
    scene.prove()


def test_what_the_topic_does_not_hold_stays(scene: Scene) -> None:
    """A rewind beyond the topic's retention is refused; with consent it goes as far as the topic reaches."""
    scene.produce(100, seconds_ago=2 * HOUR_SECONDS)
    scene.produce(100)
    consumer = scene.consumer(**POD)
    scene.wait_until_landed()
    consumer.stop()
    scene.expire({0: 10, 1: 10})
    ledger = _ledger(scene)
    refused = ledger.rewinding(Target(offset=0), allow_gap=False)
    assert refused
    assert all(isinstance(each, Refusal) and "--allow-gap" in each.hint for each in refused)
    allowed = [each for each in ledger.rewinding(Target(offset=0), allow_gap=True) if isinstance(each, Correction)]
    assert [each.row.next_offset for each in allowed] == [10, 10]
    assert ledger.carry_out(allowed, "rewind") == ""
    assert sum(map(len, scene.landed())) == 20
    scene.consumer(**POD)
    scene.wait_until_landed()
    scene.prove()


def _corrections(scene: Scene) -> list[Correction]:
    """What a rewind by an hour would do."""
    moment = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=HOUR_SECONDS)
    verdicts = _ledger(scene).rewinding(Target(moment=moment), allow_gap=False)
    assert all(isinstance(each, Correction) for each in verdicts), verdicts
    return [each for each in verdicts if isinstance(each, Correction)]


def _killed(scene: Scene, moment: str) -> None:
    """A rewind that is killed at `step:before` or `step:after`."""

    @contextmanager
    def step(name: str) -> Iterator[None]:
        if moment == f"{name}:before":
            os.kill(os.getpid(), signal.SIGKILL)
        yield
        if moment == f"{name}:after":
            os.kill(os.getpid(), signal.SIGKILL)

    def run() -> None:
        _ledger(scene).carry_out(_corrections(scene), "rewind", step)

    process = _FORKS.Process(target=run)
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL, moment


def _loaded_before(corrections: list[Correction]) -> int:
    return sum(row.loaded + row.rejected for each in corrections for row in each.expected)


def _ledger(scene: Scene) -> Ledger:
    return Ledger(_place(scene), idle_seconds=0)


def _place(scene: Scene) -> Place:
    config = {"bootstrap.servers": scene.broker.bootstrap}
    login = {**scene.login, "SNOWFLAKE_TABLE": scene.table}
    return Place(scene.topic, scene.dead_letter_topic, f"{scene.topic}-group", config, login)
