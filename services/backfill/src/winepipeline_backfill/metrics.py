"""What the backfill tells Prometheus."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from winepipeline_backfill.progress import Phase, Progress

DURATION_BUCKETS = (
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0,
)  # fmt: skip


class Metrics:
    """All of them, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self.rows = Gauge("winepipeline_backfill_rows", "Rows that the history has.", registry=registry)
        self.rows_done = Gauge(
            "winepipeline_backfill_rows_done", "Rows that are in the warehouse, of all runs.", registry=registry
        )
        self.loaded = Counter("winepipeline_backfill_events_loaded", "Events committed in this run.", registry=registry)
        self.rejected = Counter(
            "winepipeline_backfill_events_rejected", "Events turned away in this run.", ["reason"], registry=registry
        )
        self.phase = Gauge("winepipeline_backfill_phase", "1 for what it does now.", ["phase"], registry=registry)
        self.seconds_left = Gauge(
            "winepipeline_backfill_seconds_left", "Until all is loaded, as it goes now; -1: unknown.", registry=registry
        )
        self.stage = Histogram(
            "winepipeline_stage_duration_seconds",
            "Seconds that each stage of a load took.",
            ["stage"],
            buckets=DURATION_BUCKETS,
            registry=registry,
        )
        self.warehouse_errors = Counter(
            "winepipeline_warehouse_errors", "Tries that failed, by reason.", ["reason"], registry=registry
        )
        self.retrying = Gauge(
            "winepipeline_warehouse_retrying", "1 while the warehouse is tried again, else 0.", registry=registry
        )

    def tell(self, progress: Progress) -> None:
        """How far it is."""
        for phase in Phase:
            self.phase.labels(phase.value).set(phase is progress.phase)
        if progress.phase is Phase.LOADING:
            self.rows.set(progress.total)
            self.rows_done.set(progress.done)
            left = progress.seconds_left
            self.seconds_left.set(-1 if left is None else left)

    @contextmanager
    def step(self, stage: str) -> Iterator[None]:
        """Time a stage; what fails is timed too."""
        begun = time.perf_counter()
        try:
            yield
        finally:
            self.stage.labels(stage).observe(time.perf_counter() - begun)
