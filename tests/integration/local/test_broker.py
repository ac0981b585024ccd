"""The embedded broker: a real Kafka that comes back with its data."""

import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from winepipeline_local.broker import Broker
from winepipeline_local.emulator import Emulator
from winepipeline_local.errors import BrokerError
from winepipeline_local.kafka import Cluster, Topic

pytestmark = pytest.mark.long


def cluster(broker: Broker) -> Cluster:
    """A client of this broker."""
    return Cluster({"bootstrap.servers": broker.bootstrap})


def test_a_topic_has_the_partitions_that_were_asked_for(broker: Broker, topic: Callable[..., str]) -> None:
    """A topic of the resource gets exactly its number of partitions, each ready to be read."""
    name = topic(partitions=6)
    assert cluster(broker).partition_counts()[name] == 6
    assert cluster(broker).end_offsets(name, range(6)) == dict.fromkeys(range(6), 0)


def test_a_topic_that_stands_is_left_as_it_is(broker: Broker, topic: Callable[..., str]) -> None:
    """A second run on the same state finds its topic and its events again."""
    name = topic(partitions=2)
    assert cluster(broker).create([Topic(name, 5)]) == ()
    assert cluster(broker).partition_counts()[name] == 2


@pytest.mark.parametrize("end", [Broker.stop, Broker.kill])
def test_the_broker_comes_back_where_it_was(
    broker: Broker, topic: Callable[..., str], end: Callable[[Broker], None]
) -> None:
    """After an orderly stop and after a crash, the same address serves the same topics."""
    name, address = topic(partitions=3), broker.bootstrap
    end(broker)
    assert not broker.running
    assert broker.start() == address
    assert cluster(broker).end_offsets(name, range(3)) == dict.fromkeys(range(3), 0)


def test_a_broken_data_folder_is_said_with_the_brokers_own_words(tmp_path: Path) -> None:
    """A broker that cannot start ends in an error with its last log lines, the log's place and what to try."""
    data = tmp_path / "kafka"
    data.mkdir()
    (data / "meta.properties").write_text("version=1\nnode.id=7\ncluster.id=x\ndirectory.id=y\n")
    with pytest.raises(BrokerError, match="did not come up") as failure:
        Broker(data).start()
    assert "--fresh" in failure.value.hint
    assert "meta.properties" in failure.value.message


def test_the_children_of_a_killed_process_die_with_it(tmp_path: Path) -> None:
    """SIGKILL of the command leaves no broker behind."""
    program = textwrap.dedent(f"""
        import sys, time
        from pathlib import Path
        from winepipeline_local.emulator import Emulator
        emulator = Emulator(Path({str(tmp_path)!r}) / "warehouse")
        emulator.launch()
        print(emulator.pid, flush=True)
        time.sleep(60)
    """)
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
    deadline = time.monotonic() + 5
    while child.is_running() and child.status() != psutil.STATUS_ZOMBIE and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


def test_the_emulator_comes_back_where_it_was(emulator: Emulator) -> None:
    """After a crash, the emulator serves at the same port again."""
    port = emulator.port
    emulator.kill()
    assert emulator.start() == port
    assert emulator.answers()
