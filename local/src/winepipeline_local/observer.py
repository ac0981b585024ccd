"""Watches the running pipeline from threads of its own: a slow answer stops neither the screen nor the children."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from winepipeline_local.errors import LocalError
from winepipeline_local.fleet import Fleet
from winepipeline_local.kafka import Cluster
from winepipeline_local.snapshot import History, LandedRow, Partition, Snapshot, partitions
from winepipeline_operator.reading import Reading

EAGER_SECONDS = 0.1
CALM_SECONDS = 0.5
ROWS_SECONDS = 2.0
ROWS = 5

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Watched:
    """What is watched: the topic, the fleet, and who to ask for the last rows."""

    pipeline: str
    topic: str
    table: str
    cluster: Cluster
    fleet: Fleet
    last_rows: Callable[[int], tuple[LandedRow, ...]]


class Observer:
    """Keeps the newest snapshot; `started_seconds` and all times are of the monotonic clock."""

    def __init__(self, watched: Watched) -> None:
        self.first_row_seconds: float | None = None
        self._watched = watched
        self._history = History()
        self._snapshot = Snapshot(watched.pipeline, watched.topic, watched.table)
        self._rows: tuple[LandedRow, ...] = ()
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._watch_counts, name="counts", daemon=True),
            threading.Thread(target=self._watch_rows, name="rows", daemon=True),
        ]

    def start(self) -> None:
        """Begin to watch."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Watch no more; returns when nobody is asked any longer, or after two seconds."""
        self._stop.set()
        for thread in self._threads:
            thread.join(CALM_SECONDS * 4)

    def snapshot(self) -> Snapshot:
        """The newest."""
        states = tuple((service.plan.name, service.state) for service in self._watched.fleet.present)
        return replace(self._snapshot, rows=self._rows, services=states)

    def reading(self) -> Reading:
        """The sum of all services' counts."""
        return sum((service.reading for service in self._watched.fleet.services), Reading())

    def _watch_counts(self) -> None:
        next_look_seconds = 0.0
        while not self._stop.wait(CALM_SECONDS if self.first_row_seconds is not None else EAGER_SECONDS):
            for service in self._watched.fleet.present:
                service.scrape()
            now, reading = time.monotonic(), self.reading()
            if self.first_row_seconds is None and reading.loaded:
                self.first_row_seconds = now
            elif now < next_look_seconds:  # while everybody starts, look for the first row and for nothing else
                continue
            next_look_seconds = now + CALM_SECONDS / 2
            self._history.add(now, reading)
            self._snapshot = replace(
                self._snapshot,
                session=reading,
                rates=self._history.rates(),
                freshness_p50_seconds=self._history.freshness_seconds(0.5),
                freshness_p99_seconds=self._history.freshness_seconds(0.99),
                partitions=self._partitions() or self._snapshot.partitions,
            )

    def _partitions(self) -> tuple[Partition, ...]:
        watched = self._watched
        try:
            reach = watched.cluster.reach(watched.topic)
            committed = watched.cluster.committed(watched.topic, list(reach.ends))
            return partitions(reach.ends, reach.starts, committed)
        except LocalError:
            log.debug("the broker did not tell the offsets", exc_info=True)
            return ()

    def _watch_rows(self) -> None:
        while not self._stop.wait(EAGER_SECONDS if not self._rows else ROWS_SECONDS):
            if self.first_row_seconds is not None:
                self._rows = self._watched.last_rows(ROWS) or self._rows
