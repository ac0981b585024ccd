"""When the kubelet starts the operator again: when it hangs, and not when it is only slow."""

import time

import pytest

from winepipeline_operator.metrics import Metrics

ALBERT, SECOND = ("wine", "albert"), ("wine", "second")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The monotonic clock, set by hand."""
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def test_a_slow_operator_is_not_started_again(clock: list[float]) -> None:
    """One pipeline waits its turn for an hour while the API server hangs: as long as others get theirs, all is well."""
    metrics = Metrics()
    metrics.begin(ALBERT)
    metrics.begin(SECOND)
    for _ in range(360):
        clock[0] += 10
        metrics.finished(SECOND, 10, "ApiUnreachable")
        assert metrics.silent_seconds() == 0


def test_an_operator_that_hangs_is_started_again(clock: list[float]) -> None:
    """No round of any pipeline ends any more: that is told, in seconds."""
    metrics = Metrics()
    metrics.begin(ALBERT)
    metrics.finished(ALBERT, 0.1, None)
    clock[0] += 400
    assert metrics.silent_seconds() == 400


def test_an_operator_without_pipelines_may_be_silent(clock: list[float]) -> None:
    """A night without a pipeline is no fault, and the first pipeline after it has its time."""
    metrics = Metrics()
    metrics.begin(ALBERT)
    metrics.finished(ALBERT, 0.1, None)
    metrics.end(ALBERT)
    clock[0] += 36_000
    assert metrics.silent_seconds() == 0
    metrics.begin(SECOND)
    clock[0] += 5
    assert metrics.silent_seconds() == 5
