"""Our consumer: the product's own loop, threads and files, with the warehouse call left out or with the emulator."""

import random
from collections.abc import Mapping

from benchmarks.contest.figures import Figures, Stopwatch
from winepipeline_consumer.desk import Desk
from winepipeline_consumer.garbage import settle_down
from winepipeline_consumer.kafka import Sink
from winepipeline_consumer.metrics import Metrics
from winepipeline_consumer.reader import Reader
from winepipeline_consumer.settings import ConsumerSettings
from winepipeline_consumer.watch import Watch
from winepipeline_consumer.worker import Worker
from winepipeline_warehouse.ledger import Claim, Origin
from winepipeline_warehouse.load import Load
from winepipeline_warehouse.loader import Loader
from winepipeline_warehouse.lost_end import Ends
from winepipeline_warehouse.names import Names


class NoWarehouse(Loader):
    """Takes every load: what is left is all that our client does."""

    def prepare(self, *, dimensions: bool = False) -> None:
        """Nothing to prepare."""

    def claim(
        self,
        origin: Origin,  # noqa: ARG002 - as the parent has it
        log_starts: Mapping[int, int],
        owner: str,  # noqa: ARG002
        accepted_topic_id: str | None,  # noqa: ARG002
        ends: Ends | None = None,  # noqa: ARG002
    ) -> dict[int, Claim]:
        """Every partition is ours, from its start."""
        return {partition: Claim(partition, start, 1) for partition, start in log_starts.items()}

    def load(self, work: Load) -> None:
        """Loaded."""


def client_alone(settings: ConsumerSettings, count: int) -> Figures:
    """All but the warehouse call."""
    return _run(settings, count, "client", NoWarehouse)


def with_emulator(settings: ConsumerSettings, count: int) -> Figures:
    """Everything; the emulator's own CPU is another process's."""
    return _run(settings, count, "client and emulator", Loader)


def _run(settings: ConsumerSettings, count: int, name: str, kind: type[Loader]) -> Figures:
    metrics = Metrics()
    watch = Watch(metrics, random.Random(1))
    reader = Reader(settings, metrics)
    loader = kind(settings, Names(settings.database, settings.schema_name, settings.table), watch, watch.rng)
    desk = Desk(reader.source, Sink(settings), settings.group_id, watch)
    reader.attach(Worker(loader, desk, metrics, settings.instance_name, None))
    settle_down()
    while not reader.ownership.places:
        reader.turn()
    stopwatch = Stopwatch()
    while _landed(metrics) < count:
        reader.turn()
    figures = stopwatch.figures(name, count)
    reader.stop(settings.stop_seconds)
    return figures


def _landed(metrics: Metrics) -> float:
    return float(metrics.inserted._value.get())  # noqa: SLF001 - prometheus_client has no reader of its own
