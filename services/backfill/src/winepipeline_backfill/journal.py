"""Tells the log and Prometheus how a backfill goes, and the kubelet whether it is well."""

import logging
import time

from winepipeline_backfill.chunk import Chunk
from winepipeline_backfill.metrics import Metrics
from winepipeline_backfill.progress import Phase, Progress, words
from winepipeline_backfill.watch import Watch
from winepipeline_process.http import Health

_LOG = logging.getLogger(__name__)

_LINE_SECONDS = 5.0
_STANDSTILL_SECONDS = 900.0
"""No chunk takes so long but in a warehouse that is down, and then `Watch` says so."""


class Journal:
    """Notes what happens; asked from other threads whether all is well."""

    def __init__(self, metrics: Metrics, watch: Watch) -> None:
        self._metrics = metrics
        self._watch = watch
        self._told_at = time.monotonic()
        self._next_line = 0.0
        self._phase: Phase | None = None

    def tell(self, progress: Progress) -> None:
        """How far it is; a line now and then."""
        self._told_at = now = time.monotonic()
        self._metrics.tell(progress)
        if progress.phase is not self._phase or now >= self._next_line or progress.done == progress.total:
            self._phase, self._next_line = progress.phase, now + _LINE_SECONDS
            _LOG.info("%s", words(progress))

    def landed(self, chunk: Chunk) -> None:
        """A commit."""
        self._metrics.loaded.inc(len(chunk.rendered.rows))
        for row in chunk.rendered.rejected:
            self._metrics.rejected.labels(row.reason.value).inc()

    def health(self) -> Health:
        """Alive: it gets on, or the warehouse is known to be away."""
        idle = time.monotonic() - self._told_at
        if idle > _STANDSTILL_SECONDS and not self._watch.trouble_reason:
            return Health(ok=False, reason="Standstill", detail=f"nothing has happened for {idle:.0f} s")
        return Health(ok=True, reason="Alive")

    def readiness(self) -> Health:
        """Ready: the warehouse takes what it is given."""
        if self._watch.trouble_reason:
            return Health(ok=False, reason="WarehouseUnavailable", detail=self._watch.trouble_reason)
        return Health(ok=True, reason="Working", detail=self._phase or "starting")
