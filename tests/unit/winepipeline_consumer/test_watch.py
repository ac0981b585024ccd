"""What is seen of a warehouse in trouble."""

import logging
import random

import pytest

from winepipeline_consumer.metrics import Metrics
from winepipeline_consumer.watch import Watch
from winepipeline_warehouse.errors import Unavailable


def test_trouble_is_counted_logged_and_shown_until_it_is_over(caplog: pytest.LogCaptureFixture) -> None:
    """An alert and the readiness probe see an outage begin and end, with its reason."""
    metrics = Metrics()
    watch = Watch(metrics, random.Random(1))
    value = metrics.registry.get_sample_value
    with caplog.at_level(logging.INFO):
        watch.trouble(Unavailable("LockTimeout", "the table is locked"), 1.25)
    assert value("winepipeline_warehouse_errors_total", {"reason": "LockTimeout"}) == 1
    assert value("winepipeline_warehouse_retrying") == 1
    assert watch.trouble_reason == "LockTimeout: the table is locked"
    assert "LockTimeout: the table is locked; next try in 1.2 s" in caplog.text
    with caplog.at_level(logging.INFO):
        watch.recovered()
    assert (value("winepipeline_warehouse_retrying"), watch.trouble_reason) == (0, "")
    assert "takes it again" in caplog.text


def test_nobody_waits_on_once_the_process_is_to_end() -> None:
    """A stop is not held up by the pause between two tries."""
    watch = Watch(Metrics(), random.Random(1))
    assert watch.wait(0.001) is False
    watch.give_up()
    assert watch.wait(3600) is True
