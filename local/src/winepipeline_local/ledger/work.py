"""Rewinds and mends ledgers: looks at topic and warehouse, decides, and carries it out in one transaction."""

import datetime as dt
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeAlias

from winepipeline_local.errors import UsageError, WarehouseError
from winepipeline_local.ledger.kafka import TopicLog
from winepipeline_local.place import Place
from winepipeline_warehouse.correct import Statement, correct, prelude, removes_replayed, statements
from winepipeline_warehouse.correction import Correction, Refusal, mended, rewound
from winepipeline_warehouse.errors import WarehouseError as VendorError
from winepipeline_warehouse.ledger import Origin
from winepipeline_warehouse.names import Names
from winepipeline_warehouse.session import Session, Step, no_step
from winepipeline_warehouse.settings import WarehouseSettings
from winepipeline_warehouse.standing import Standing, ledger_stands, standing

IDLE_SECONDS = 10.0
"""A ledger that moved so lately has a consumer somewhere, though the group may not know it any more."""

LEAVING_SECONDS = 10.0
"""A consumer that has stopped may be in its group's books that long: a laptop's keep their place for a restart."""

Verdict: TypeAlias = Correction | Refusal


@dataclass(frozen=True, slots=True)
class Target:
    """To where a rewind goes: a time, or an offset of one partition; `partition` None means all."""

    moment: dt.datetime | None = None
    offset: int | None = None
    partition: int | None = None


class Ledger:
    """The ledger of one place's topic."""

    def __init__(self, place: Place, idle_seconds: float = IDLE_SECONDS) -> None:
        """`idle_seconds` is how long the ledger must have stood still."""
        self._place = place
        self._idle_seconds = idle_seconds
        self._log = TopicLog(place.client_config, place.topic)
        self._settings = WarehouseSettings.from_environment(place.warehouse_login)
        self._names = Names(self._settings.database, self._settings.schema_name, self._settings.table)
        self.origin: Origin = self._log.origin()

    def rewinding(self, target: Target, *, allow_gap: bool) -> list[Verdict]:
        """What a rewind would do, a verdict for each partition that it concerns.

        Raises:
            LocalError: broker or warehouse do not answer; or there is no such partition.
        """
        targets = self._targets(target)
        spans = self._log.spans()
        cuts = {p: max(to, spans[p][0]) if allow_gap else to for p, to in targets.items()}
        found = self._standing(cuts)
        concerned = {
            p: to for p, to in targets.items() if p in found and any(r.next_offset > to for r in found[p].ledger)
        }
        logs = self._log.logs({p: (to, found[p].end) for p, to in concerned.items()})
        verdicts = [rewound(p, found[p], logs[p], to, allow_gap=allow_gap) for p, to in sorted(concerned.items())]
        return [each for each in verdicts if each is not None]

    def repairs(self) -> list[Verdict]:
        """What a repair would do, a verdict for each partition that is damaged.

        Raises:
            LocalError: broker or warehouse do not answer.
        """
        found = self._standing({})
        wanted = {p: (_first(each), each.end) for p, each in found.items()}
        logs = self._log.logs(wanted)
        verdicts = [mended(p, each, logs[p]) for p, each in found.items()]
        return [each for each in verdicts if each is not None]

    def statements(self, corrections: list[Correction], who: str) -> list[Statement]:
        """What would be carried out."""
        with self._session() as session:
            there = ledger_stands(session, self._names)
            keeps = removes_replayed(session, self._names, self.origin, corrections)
        return [
            *prelude(self._names, self.origin, corrections, ledger_is_there=there, keeps_replayed=keeps),
            *statements(self._names, self.origin, corrections, f"{who}/…", keeps_replayed=keeps),
        ]

    def refuse_while_it_runs(self) -> None:
        """A pipeline must be paused.

        Raises:
            UsageError: somebody consumes, or has done so a moment ago.
        """
        hint = "Stop it first: Ctrl-C on a laptop, `spec.paused: true` in a cluster; then try again."
        deadline = time.monotonic() + LEAVING_SECONDS
        while (members := self._log.members(self._place.group)) and time.monotonic() < deadline:
            time.sleep(LEAVING_SECONDS / 20)
        if members:
            raise UsageError(f"The pipeline runs: {', '.join(members)} in the group {self._place.group}.", hint)
        for partition, each in self._standing({}).items():
            for row in each.ledger:
                if row.idle_seconds < self._idle_seconds and not row.owner.startswith(("rewind/", "repair/")):
                    raise UsageError(
                        f"The ledger of partition {partition} moved {row.idle_seconds:.0f} s ago, by {row.owner}.", hint
                    )

    def carry_out(self, corrections: list[Correction], who: str, step: Step = no_step) -> str:
        """Do it, in one transaction; then have Kafka's committed offsets follow; why they did not, else empty.

        Raises:
            WarehouseError: it was not done, or nobody knows whether it was: look again.
        """
        with self._session() as session:
            correct(session, self._names, self.origin, corrections, who, step)
        return self._log.commit(self._place.group, {each.partition: each.row.next_offset for each in corrections})

    def _targets(self, target: Target) -> dict[int, int]:
        if target.moment is not None:
            offsets: Mapping[int, int] = self._log.offsets_at(target.moment)
        else:
            offsets = dict.fromkeys(self._log.spans(), target.offset or 0)
        if target.partition is None:
            return dict(offsets)
        if target.partition not in offsets:
            raise UsageError(
                f"{self._place.topic} has no partition {target.partition}.", f"It has 0 to {len(offsets) - 1}."
            )
        return {target.partition: offsets[target.partition]}

    def _standing(self, cuts: Mapping[int, int]) -> dict[int, Standing]:
        with self._session() as session:
            return standing(session, self._names, self.origin, cuts)

    @contextmanager
    def _session(self) -> Iterator[Session]:
        try:
            with Session(self._settings) as session:
                yield session
        except VendorError as failure:
            raise WarehouseError(
                f"The warehouse says: {failure.message} [{failure.reason}].",
                failure.hint or "`winepipeline check -f FILE` looks at the account, the role and its grants.",
            ) from failure


def _first(each: Standing) -> int:
    return min([row.first_offset for row in each.ledger] + [island.start for island in each.islands])
