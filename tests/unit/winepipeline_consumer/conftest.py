"""The main loop with a topic and loading threads that do what a test says."""

from typing import Any, cast

import pytest

from winepipeline_consumer import gather
from winepipeline_consumer import reader as reader_module
from winepipeline_consumer.metrics import Metrics
from winepipeline_consumer.reader import Reader
from winepipeline_consumer.settings import ConsumerSettings

from .stand_ins import Bench, Clock, FakeSource, FakeWorker
from .test_settings import LOGIN

SMALL = {"BATCH_SIZE": "2", "MAX_BATCH_SIZE": "4", "CONSUMER_TIMEOUT_MS": "1000"}


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    """A member of the group without partitions."""
    clock = Clock()
    monkeypatch.setattr(reader_module, "time", clock)
    monkeypatch.setattr(gather, "time", clock)
    monkeypatch.setattr(reader_module, "Source", FakeSource)
    metrics = Metrics()
    reader = Reader(ConsumerSettings.from_environment(LOGIN | SMALL), metrics)
    worker = FakeWorker(clock)
    reader.attach(cast(Any, worker))
    return Bench(reader, cast(Any, reader.source), worker, clock, metrics)
