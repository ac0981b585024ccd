"""The stage: a broker with a topic full of events, an emulator, and a process for each contestant."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from confluent_kafka import Producer

from benchmarks.contest.figures import Figures
from winepipeline_local.broker import Broker
from winepipeline_local.emulator import Emulator
from winepipeline_local.kafka import Cluster, Topic
from winepipeline_producer.stream import Recipe, Stream

PARTITIONS = 6
DEAD_LETTERS = "sales_events_dlq"
_ROOT = Path(__file__).parents[2]
_CHUNK = 5000


@dataclass(frozen=True, slots=True)
class Stage:
    """What the contestants are given.

    Attributes:
        broker: a running Kafka.
        emulator: a running warehouse.
        folder: for their figures.
    """

    broker: Broker
    emulator: Emulator
    folder: Path

    def make_topic(self, name: str) -> None:
        """An empty topic, six partitions wide."""
        Cluster({"bootstrap.servers": self.broker.bootstrap}).create([Topic(name, PARTITIONS)])

    def fill(self, topic: str, count: int) -> float:
        """Put `count` valid events into a topic of their own; returns their mean size in bytes."""
        self.make_topic(topic)
        producer = Producer(
            {
                "bootstrap.servers": self.broker.bootstrap,
                "linger.ms": 20,
                "compression.type": "lz4",
                "queue.buffering.max.messages": 1_000_000,
            }
        )
        stream, total = Stream(Recipe(), seed=1), 0
        for start in range(0, count, _CHUNK):
            for message in stream.take(min(_CHUNK, count - start), time.time_ns() // 1_000_000):
                total += len(message.value or b"")
                while not _produced(producer, topic, message.key, message.value):
                    producer.poll(0.1)
        producer.flush()
        return total / count

    def environment(self, topic: str, **more: str) -> dict[str, str]:
        """A consumer's environment."""
        return {
            **os.environ,
            "KAFKA_BOOTSTRAP_SERVERS": self.broker.bootstrap,
            "KAFKA_TOPIC": topic,
            "KAFKA_DEAD_LETTER_TOPIC": DEAD_LETTERS,
            "INSTANCE_NAME": "benchmark",
            "METRICS_HOST": "127.0.0.1",
            **self.emulator.environment,
            **more,
        }

    def run(self, contestant: str, topic: str, count: int, **more: str) -> Figures:
        """One contestant in a process of its own, with a consumer group and a table of its own."""
        file = self.folder / "figures.json"
        number = f"{contestant}_{time.monotonic_ns()}"
        names = {"CONSUMER_GROUP_ID": number, "SNOWFLAKE_TABLE": f"T_{number.upper()}"}
        command = [sys.executable, "-m", "benchmarks.contest", contestant, str(count), str(file)]
        subprocess.run(command, env=self.environment(topic, **{**names, **more}), check=True, cwd=_ROOT)
        return Figures.read(file)


@contextmanager
def stage() -> Iterator[Stage]:
    """Everything up, and everything down again."""
    with tempfile.TemporaryDirectory(prefix="winepipeline-benchmark-") as name:
        folder = Path(name)
        broker, emulator = Broker(folder / "kafka"), Emulator(folder / "warehouse")
        try:
            broker.start()
            emulator.start()
            Cluster({"bootstrap.servers": broker.bootstrap}).create([Topic(DEAD_LETTERS, 1)])
            yield Stage(broker, emulator, folder)
        finally:
            emulator.stop()
            broker.stop()


def typical(runs: list[Figures]) -> Figures:
    """The run in the middle, by its CPU time; of an even number the better one of the two."""
    ranked = sorted(runs, key=lambda run: run.cpu_seconds / run.events)
    return ranked[(len(ranked) - 1) // 2]


def _produced(producer: Producer, topic: str, key: bytes, value: bytes | None) -> bool:
    try:
        producer.produce(topic, value, key)
    except BufferError:
        return False
    return True
