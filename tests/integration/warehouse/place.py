"""A table of a test's own in the emulator, and loads for it."""

import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from winepipeline_events.reason import Reason
from winepipeline_warehouse.audit import Audit, audit
from winepipeline_warehouse.claim import claim
from winepipeline_warehouse.ledger import Advance, Claim, Origin
from winepipeline_warehouse.load import Load
from winepipeline_warehouse.names import Names
from winepipeline_warehouse.parquet import encode_rejected, encode_rows
from winepipeline_warehouse.rows import RejectedRow, Rows
from winepipeline_warehouse.session import Row, Session
from winepipeline_warehouse.settings import WarehouseSettings

ORIGIN = Origin("a-cluster", "sales_events", "id-1")
PRODUCT = {"id": 1000, "category": "Rouge 🍷"}
ORDER = {"event_type": "ORDER_CREATED", "product": PRODUCT, "customer_id": 7, "total": 66.15}
MOVEMENT = {"event_type": "INVENTORY_ADJUSTED", "product": PRODUCT, "customer_id": "a field that we do not know"}

_numbers = itertools.count(1)


@dataclass
class Place:
    """Tables that no other test knows; `session` is the test's own."""

    settings: WarehouseSettings
    opened: list[Session] = field(default_factory=list)

    @property
    def names(self) -> Names:
        """Their names."""
        return Names(self.settings.database, self.settings.schema_name, self.settings.table)

    @property
    def session(self) -> Session:
        """One session, opened when it is first asked for."""
        return self.opened[0] if self.opened else self.open()

    def open(self) -> Session:
        """A further session; closed when the test ends."""
        session = Session(self.settings)
        self.opened.append(session)
        return session

    def query(self, statement: str, *parameters: Any) -> list[Row]:
        """The rows of a statement; `{target}`, `{ledger}`, `{rejected}`, `{stage}` and `{schema}` stand for names."""
        return self.session.query(self._filled(statement), parameters)

    def change(self, statement: str, *parameters: Any) -> int:
        """How many rows a statement changes."""
        return self.session.change(self._filled(statement), parameters)

    def count(self, table: str) -> int:
        """Rows of `target`, `ledger` or `rejected`."""
        return int(self.query(f"SELECT COUNT(*) FROM {{{table}}}")[0][0])  # noqa: S608 - a test's own name

    def staged(self) -> list[str]:
        """The names of the files in the stage."""
        return [str(row[0]).rpartition("/")[2] for row in self.query("LIST @{stage}")]

    def claim(self, *partitions: int, log_start: int = 0, origin: Origin = ORIGIN) -> dict[int, Claim]:
        """Claim, in a fresh session."""
        with Session(self.settings) as fresh:
            return claim(fresh, self.names, origin, dict.fromkeys(partitions, log_start), "a-consumer")

    def audit(self, topic: str | None = None, ends: dict[tuple[str, int], int] | None = None) -> Audit:
        """The product's audit."""
        return audit(self.session, self.names, topic, ends)

    def _filled(self, statement: str) -> str:
        names = self.names
        return statement.format(
            target=names.target, ledger=names.ledger, rejected=names.rejected, stage=names.stage, schema=names.schema
        )


def work_of(
    claims: dict[int, Claim],
    rows: Sequence[tuple[int, int]],
    rejected: Sequence[tuple[int, int]] = (),
    content: str | None = None,
    origin: Origin = ORIGIN,
) -> Load:
    """A load of these (partition, offset) under these claims; it covers all offsets up to the last one."""
    advances = []
    for p in sorted({partition for partition, _ in (*rows, *rejected)}):
        end = 1 + max(offset for partition, offset in (*rows, *rejected) if partition == p)
        loaded, refused = (sum(partition == p for partition, _ in places) for places in (rows, rejected))
        advances.append(Advance(p, claims[p].epoch, claims[p].next_offset, end, loaded, refused))
    letters = [
        RejectedRow(p, offset, 1_795_000_000_000 + offset, Reason.NOT_JSON, "got é\0, allowed: JSON", b"\xff\0?")
        for p, offset in rejected
    ]
    return Load(
        name=f"batch-{next(_numbers)}-test",
        origin=origin,
        advances=tuple(advances),
        rows=encode_rows(rows_of(rows, content)) if rows else b"",
        rejected=encode_rejected(letters) if letters else b"",
    )


def rows_of(places: Sequence[tuple[int, int]], content: str | None = None) -> Rows:
    """Orders and movements by turns; each has its offset in its text, unless all have `content`."""
    texts = [
        (content or json.dumps({**(ORDER, MOVEMENT)[offset % 2], "at": offset}, ensure_ascii=False)).encode()
        for _, offset in places
    ]
    offsets = np.array([offset for _, offset in places], np.int64)
    return Rows(
        partitions=np.array([partition for partition, _ in places], np.int32),
        offsets=offsets,
        timestamps_ms=offsets + 1_795_000_000_000,
        contents=(b"".join(texts),),
        lengths=np.array(list(map(len, texts)), np.int32),
    )
