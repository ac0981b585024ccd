"""A warehouse in memory that obeys the statements of `claim`, `load` and `settle`, clause by clause.

A clause that is not in a statement has no effect here: take a condition out of the product's SQL, and the laws fail.
What it believes of Snowflake: a statement sees what was committed before it; UPDATE and MERGE lock the table until the
transaction's end; COPY remembers every name, even of a file whose load was rolled back.
"""

import io
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow.parquet as pq

from winepipeline_warehouse.errors import Unavailable
from winepipeline_warehouse.session import Row, Session

Key = tuple[str, str, str, int]
"""Cluster, topic, topic id and partition."""


@dataclass(frozen=True)
class Landed:
    """A row of the target or of the rejects; `file` is what it was copied from."""

    key: Key
    offset: int
    rejected: bool
    file: str


@dataclass(frozen=True)
class LedgerRow:
    """A row of the ledger."""

    first: int
    next: int
    epoch: int
    owner: str
    loaded: int = 0
    rejected: int = 0
    skipped: int = 0
    expired: int = 0


@dataclass
class Pending:
    """What a transaction has done so far."""

    rows: list[Landed] = field(default_factory=list)
    ledger: dict[Key, LedgerRow] = field(default_factory=dict)


@dataclass
class Store:
    """What is committed, staged and locked."""

    rows: list[Landed] = field(default_factory=list)
    ledger: dict[Key, LedgerRow] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    copied: set[str] = field(default_factory=set)
    lock: "MemorySession | None" = None
    abandoned: list["MemorySession"] = field(default_factory=list)
    dying: list["MemorySession"] = field(default_factory=list)

    def miss(self) -> None:
        """The server notices the end of sessions that were abandoned before the one before last began."""
        for session in self.dying:
            session.close()
        self.dying, self.abandoned = self.abandoned, []


class MemorySession(Session):
    """A session with a `Store`; its transactions are those of the real class."""

    def __init__(self, store: Store) -> None:
        store.miss()
        self._store = store
        self._open: Pending | None = None

    def put(self, content: bytes, file_name: str, stage: str) -> None:  # noqa: ARG002 - there is one stage
        """PUT."""
        self._store.files[file_name] = content

    def close(self) -> None:
        """The end of a session rolls back."""
        self._end(commit=False)

    def abandon(self) -> None:
        """The server keeps the transaction, and its lock, until it notices."""
        self._store.abandoned.append(self)

    def change(self, statement: str, parameters: Sequence[Any] = (), *, scans: bool = False) -> int:  # noqa: ARG002 - as a session
        """BEGIN, COMMIT, ROLLBACK, MERGE or UPDATE."""
        if statement == "BEGIN":
            assert self._open is None, "BEGIN in an open transaction commits it in Snowflake"
            self._open = Pending()
            return 0
        if statement in {"COMMIT", "ROLLBACK"}:
            self._end(commit=statement == "COMMIT")
            return 0
        self._take_lock()
        alone = self._open is None
        pending = self._open or Pending()
        self._open = pending
        merged = statement.startswith("MERGE INTO")
        assert merged or statement.startswith("UPDATE"), f"not known here: {statement}"
        changed = self._merge(statement, parameters) if merged else self._update(statement, parameters)
        if alone:
            self._end(commit=True)
        return changed

    def query(self, statement: str, parameters: Sequence[Any] = (), *, scans: bool = False) -> list[Row]:  # noqa: ARG002 - as a session
        """COPY INTO, REMOVE, or a SELECT from the ledger."""
        if statement.startswith("COPY INTO"):
            return self._copy(statement, str(parameters[0]))
        if statement.startswith("REMOVE"):
            prefix = statement.rpartition("/")[2]
            self._store.files = {name: file for name, file in self._store.files.items() if not name.startswith(prefix)}
            return []
        if unknown := re.fullmatch(
            r"SELECT P, COUNT.*P IN \(([\d, ]+)\) AND P NOT IN \(SELECT PARTITION .*", statement
        ):
            keys = [(*parameters[:3], int(each)) for each in unknown[1].split(", ")]
            counts = {
                key[3]: sum(row.key == key for row in self._store.rows) for key in keys if key not in self._ledger()
            }
            return [pair for pair in counts.items() if pair[1]]
        found = re.fullmatch(r"SELECT (DISTINCT )?([\w, ]+) FROM \S+_LEDGER WHERE (.+)", statement)
        assert found, f"not known here: {statement}"
        names = [each.removesuffix(" = %s") for each in found[3].split(" AND ")]
        wanted = dict(zip(names, parameters, strict=True))
        rows = [_columns(key, row) for key, row in self._ledger().items()]
        chosen = [row for row in rows if all(row[name] == value for name, value in wanted.items())]
        answer = [tuple(row[name] for name in found[2].split(", ")) for row in chosen]
        return list(dict.fromkeys(answer)) if found[1] else answer

    def _ledger(self) -> dict[Key, LedgerRow]:
        return self._store.ledger | (self._open.ledger if self._open else {})

    def _take_lock(self) -> None:
        if self._store.lock not in {None, self}:
            raise Unavailable("LockTimeout", "another transaction holds the lock of the ledger")
        self._store.lock = self

    def _end(self, *, commit: bool) -> None:
        if commit and self._open is not None:
            self._store.rows.extend(self._open.rows)
            self._store.ledger.update(self._open.ledger)
        self._open = None
        if self._store.lock is self:
            self._store.lock = None

    def _merge(self, statement: str, parameters: Sequence[Any]) -> int:
        assert self._open is not None
        cluster, topic, topic_id, owner = parameters[:4]
        pairs = re.findall(r"\((\d+), (\d+)\)", statement.partition("FROM VALUES ")[2].partition(") v ")[0] + ")")
        for partition, start in ((int(p), int(s)) for p, s in pairs):
            key = (cluster, topic, topic_id, partition)
            row = self._ledger().get(key)
            if row is None:
                self._open.ledger[key] = LedgerRow(first=start, next=start, epoch=1, owner=owner)
                continue
            expired = max(0, start - row.next) if "GREATEST(0, v.LOG_START - l.NEXT_OFFSET)" in statement else 0
            self._open.ledger[key] = replace(
                row,
                epoch=row.epoch + ("EPOCH = l.EPOCH + 1" in statement),
                owner=owner,
                expired=row.expired + expired,
                next=max(row.next, start) if "GREATEST(l.NEXT_OFFSET, v.LOG_START)" in statement else row.next,
            )
        return len(pairs)

    def _update(self, statement: str, parameters: Sequence[Any]) -> int:
        assert self._open is not None
        where = statement.rpartition(" WHERE ")[2].split(" AND ")
        moved = 0
        for values in re.findall(r"\((\d+(?:, \d+){6})\)", statement):
            partition, start, epoch, end, loaded, rejected, skipped = map(int, values.split(", "))
            asked: dict[str, Callable[[Key, LedgerRow], bool]] = {
                "l.CLUSTER_ID = %s": lambda key, _: key[0] == parameters[0],
                "l.TOPIC = %s": lambda key, _: key[1] == parameters[1],
                "l.TOPIC_ID = %s": lambda key, _: key[2] == parameters[2],
                "l.PARTITION = v.P": lambda key, _, partition=partition: key[3] == partition,  # type: ignore[misc]
                "l.NEXT_OFFSET = v.START_OFFSET": lambda _, row, start=start: row.next == start,  # type: ignore[misc]
                "l.EPOCH = v.EPOCH": lambda _, row, epoch=epoch: row.epoch == epoch,  # type: ignore[misc]
            }
            for key, row in self._ledger().items():
                if all(asked[condition](key, row) for condition in where):
                    moved += 1
                    self._open.ledger[key] = replace(
                        row,
                        next=end,
                        loaded=row.loaded + loaded,
                        rejected=row.rejected + rejected,
                        skipped=row.skipped + skipped,
                    )
        return moved

    def _copy(self, statement: str, metadata_prefix: str) -> list[Row]:
        assert self._open is not None, "COPY outside a transaction commits by itself"
        file_name = re.search(r"FROM @\S+/([^)]+)\)", statement)
        assert file_name, statement
        name = file_name[1]
        if name in self._store.copied:
            return [("Copy executed with 0 files processed.",)]
        self._store.copied.add(name)
        origin = json.loads(metadata_prefix + "0}")
        table = pq.read_table(io.BytesIO(self._store.files[name]))
        for partition, offset in zip(
            table["KAFKA_PARTITION"].to_pylist(), table["KAFKA_OFFSET"].to_pylist(), strict=True
        ):
            key = (origin["cluster_id"], origin["topic"], origin["topic_id"], partition)
            self._open.rows.append(Landed(key, offset, "_REJECTED " in statement, name))
        return [(name, "LOADED", table.num_rows, table.num_rows)]


def _columns(key: Key, row: LedgerRow) -> dict[str, Any]:
    return {
        "CLUSTER_ID": key[0],
        "TOPIC": key[1],
        "TOPIC_ID": key[2],
        "PARTITION": key[3],
        "NEXT_OFFSET": row.next,
        "EPOCH": row.epoch,
        "OWNER": row.owner,
    }
