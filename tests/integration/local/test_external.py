"""A broker that the resource names: used as it is, nothing deleted there."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from winepipeline_local.broker import Broker
from winepipeline_local.kafka import Cluster

pytestmark = pytest.mark.long

RESOURCE = """\
apiVersion: caves-albert.io/v1alpha1
kind: WinePipeline
metadata: {{name: outside}}
spec:
  topic: {{name: {topic}, partitions: 4}}
  deadLetterTopic: {{name: {topic}_dlq}}
  broker:
    external: {{bootstrapServers: "{bootstrap}"}}
  producer: {{eventsPerSecond: 100}}
  warehouse: {{emulator: {{}}}}
"""


def winepipeline(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """Run the command to its end."""
    command = [sys.executable, "-m", "winepipeline_local", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=100, check=False)


def test_a_broker_of_the_resource_is_used_and_kept(broker: Broker, topic: Callable[..., str], tmp_path: Path) -> None:
    """Events go through that broker; its topic stays as it was, and stands when all is over."""
    name = topic(partitions=2)
    (tmp_path / "outside.yaml").write_text(RESOURCE.format(topic=name, bootstrap=broker.bootstrap))

    checked = winepipeline(tmp_path, "check", "-f", "outside.yaml")
    assert checked.returncode == 1
    assert f"√ the broker at {broker.bootstrap} answers" in checked.stdout
    assert f"× the topic {name} has 2 partitions, wanted are 4" in checked.stdout
    assert f"√ the topic {name}_dlq is not there" in checked.stdout

    run = winepipeline(tmp_path, "up", "-f", "outside.yaml", "--for", "2s", "--fresh", "--output", "json")
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout.splitlines()[-1])
    assert found["produced"] == found["loaded"] + found["rejected"] + found["in_flight"] > 0
    assert not (tmp_path / ".winepipeline" / "outside" / "kafka").exists()

    cluster = Cluster({"bootstrap.servers": broker.bootstrap})
    assert cluster.partition_counts()[name] == 2
    assert sum(cluster.end_offsets(name, range(2)).values()) == found["produced"]


def test_a_broker_that_does_not_answer_is_status_3(tmp_path: Path) -> None:
    """Scripts can tell the broker's absence from any other failure, and a person reads the address that was tried."""
    (tmp_path / "outside.yaml").write_text(RESOURCE.format(topic="t", bootstrap="127.0.0.1:9"))
    run = winepipeline(tmp_path, "up", "-f", "outside.yaml", "--for", "1s")
    assert run.returncode == 3
    assert "127.0.0.1:9" in run.stderr
    assert "→" in run.stderr
