"""Audits our own partitions every now and then, in a thread and a session of its own: loading never waits for it.

It also sweeps the stage, once a day.
"""

import datetime as dt
import logging
import random
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping

from winepipeline_consumer.metrics import Metrics
from winepipeline_warehouse.errors import WarehouseError
from winepipeline_warehouse.ledger import Origin
from winepipeline_warehouse.names import Names
from winepipeline_warehouse.recent import Mark, Recent, recent_audit
from winepipeline_warehouse.session import Session
from winepipeline_warehouse.settings import WarehouseSettings
from winepipeline_warehouse.sweep import sweep

_LOG = logging.getLogger(__name__)

MOST_OFFSETS = 5_000_000
"""How far back an audit looks in each partition: what it costs is bounded, however long the consumer runs."""

_FIRST_SECONDS = 10.0
"""The first look only marks where the ledger stands, so it comes soon."""

_SWEEP_SECONDS = 24 * 3600.0

MOST_AGE = dt.timedelta(days=1)
"""How far back it looks in time: all partitions share one look at the tables, from the oldest of their marks on."""

Standing = tuple[Origin, Mapping[int, int]]
"""The topic, and how far each partition of ours is committed."""


class Auditor:
    """Looks at what was loaded since the partitions became ours."""

    def __init__(
        self,
        settings: WarehouseSettings,
        interval_seconds: float,
        metrics: Metrics,
        standing: Callable[[], Standing | None],
        rng: random.Random,
    ) -> None:
        """`standing` is asked from the auditor's thread; None while there is nothing to audit."""
        self._settings = settings
        self._names = Names(settings.database, settings.schema_name, settings.table)
        self._interval_seconds = interval_seconds
        self._metrics = metrics
        metrics.audits_begin(interval_seconds)
        self._standing = standing
        self._rng = rng
        self._ended = threading.Event()
        self._origin: Origin | None = None
        self._marks: dict[int, deque[Mark]] = {}
        self._seen: Mapping[int, int] = {}
        self._held = False
        self._sweep_at = 0.0

    def start(self) -> None:
        """Begin, unless the interval is 0."""
        if self._interval_seconds > 0:
            threading.Thread(target=self._go_on, name="audit", daemon=True).start()

    def end(self) -> None:
        """Make no further audit; one that is being made ends with the process."""
        self._ended.set()

    def look(self) -> None:
        """One audit. What goes wrong with it is logged, and the next one comes all the same."""
        standing = self._standing()
        if standing is None:
            return
        origin, committed = standing
        if self._held and origin == self._origin and committed == self._seen:
            self._tell_success()  # nothing was loaded since: what held then holds now, and costs nothing to say
            return
        try:
            with Session(self._settings) as session:
                found = recent_audit(session, self._names, origin, self._marks_of(origin, committed))
                self._sweep(session)
        except WarehouseError as error:
            _LOG.warning("the audit was not made: %s; the next one comes in %.0f s", error, self._interval_seconds)
            return
        judged = {partition: each for partition, each in found.items() if self._marks[partition]}
        self._remember(found)
        if judged:
            self._tell(judged)
            self._seen = dict(committed)

    def _go_on(self) -> None:
        delay = min(_FIRST_SECONDS, self._interval_seconds)
        while not self._ended.wait(delay * self._rng.uniform(0.8, 1.2)):
            delay = self._interval_seconds
            try:
                self.look()
            except Exception:  # noqa: BLE001 - an audit that fails must not end what it audits
                _LOG.exception("a fault of ours kept the audit from being made")

    def _sweep(self, session: Session) -> None:
        if time.monotonic() < self._sweep_at:
            return
        self._sweep_at = time.monotonic() + _SWEEP_SECONDS
        count = sweep(session, self._names, dt.datetime.now(dt.UTC))
        if count:
            _LOG.info("%d files that killed consumers had left in @%s are gone", count, self._names.stage)

    def _marks_of(self, origin: Origin, partitions: Mapping[int, int]) -> dict[int, Mark | None]:
        """The oldest mark of each partition of ours; those of partitions that went are forgotten."""
        if origin != self._origin:
            self._origin, self._marks = origin, {}
        self._marks = {partition: self._marks.get(partition, deque()) for partition in partitions}
        return {partition: marks[0] if marks else None for partition, marks in self._marks.items()}

    def _remember(self, found: Mapping[int, Recent]) -> None:
        for partition, marks in self._marks.items():
            if partition not in found:  # rewound, or gone from the ledger: begin anew
                marks.clear()
                continue
            marks.append(found[partition].mark)
            while len(marks) > 1 and _is_old(marks[0], marks[-1]):
                marks.popleft()

    def _tell(self, judged: Mapping[int, Recent]) -> None:
        missing = sum(abs(each.missing) for each in judged.values())
        surplus = sum(each.surplus for each in judged.values())
        self._metrics.audit_missing.set(missing)
        self._metrics.audit_duplicates.set(surplus)
        self._held = all(each.holds for each in judged.values())
        if self._held:
            self._tell_success()
            return
        wrong = {partition: each for partition, each in judged.items() if not each.holds}
        words = "; ".join(
            f"partition {p}: {each.missing} missing, {each.surplus} too many" for p, each in sorted(wrong.items())
        )
        _LOG.error("the audit does not hold: %s. What to do: `winepipeline audit --repair` explains each", words)

    def _tell_success(self) -> None:
        self._metrics.audit_held()


def _is_old(mark: Mark, newest: Mark) -> bool:
    return newest.next_offset - mark.next_offset > MOST_OFFSETS or newest.at - mark.at > MOST_AGE
