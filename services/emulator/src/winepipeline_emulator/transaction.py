"""Snowflake's transactions, made out of DuckDB's.

What differs between the two, and what is done about it:

- **Locks.** Snowflake's UPDATE, MERGE and DELETE wait for the table's lock; DuckDB fails at once when another open
  transaction changed the same row. Here they take the lock of `locks.TableLocks` first and hold it to the end.
- **Snapshots.** Snowflake reads what was committed when the *statement* began, DuckDB when the *transaction* did. When
  that makes a difference to a statement that had to wait, the DuckDB transaction is rolled back, begun again, and its
  earlier statements are repeated: a transaction keeps a log of them. If one of them answers otherwise than it did the
  first time, the statement fails instead, because its client has already seen the first answer.
- **Errors.** A failed statement leaves Snowflake's transaction open with all before it intact; DuckDB's is lost (and
  its COMMIT says nothing). It is rolled back at once, and repeated when the client goes on instead of rolling back.
"""

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from winepipeline_emulator.connection import Connection, Outcome
from winepipeline_emulator.errors import cancelled, is_conflict, lock_not_had
from winepipeline_emulator.locks import TableChanges, TableLocks
from winepipeline_emulator.statement import LOCKING, Statement

_PAUSE_SECONDS = 0.01
_numbers = itertools.count(1)


@dataclass(frozen=True)
class _Entry:
    """A statement of the open transaction, and what it answered."""

    statement: Statement
    parameters: Any
    counts: list[dict[str, Any]]


class Transaction:
    """The transactions of one session, one after the other."""

    def __init__(
        self, connection: Connection, locks: TableLocks, changes: TableChanges, is_cancelled: Callable[[], bool]
    ) -> None:
        self.is_open = False
        """Whether the client has begun one and not ended it."""
        self.name: str | None = None
        """What CURRENT_TRANSACTION() answers in the open one."""
        self._connection = connection
        self._locks = locks
        self._changes = changes
        self._is_cancelled = is_cancelled
        self._log: list[_Entry] = []
        self._duck_is_open = False
        self._snapshot = 0
        self._changed: set[str] = set()

    def begin(self) -> None:
        """BEGIN: a second one changes nothing."""
        if not self.is_open:
            self.is_open = True
            self.name = str(next(_numbers))

    def commit(self) -> None:
        """COMMIT; without an open transaction it does nothing. Whatever it raises, the transaction is over."""
        try:
            if self._log and not self._duck_is_open:
                self._open()
            if self._duck_is_open:
                self._duck_is_open = False
                self._connection.commit()
                self._changes.record(self._changed)
        finally:
            self.rollback()

    def rollback(self) -> None:
        """ROLLBACK; without an open transaction it does nothing."""
        self._abandon()
        self.is_open = False
        self.name = None
        self._log.clear()
        self._changed.clear()
        self._locks.release_all(self)

    def read(self, statement: Statement, parameters: Any) -> Outcome:
        """Run a statement that changes nothing; it sees what the open transaction has changed."""
        if self._log and not self._duck_is_open:
            self._open()
        try:
            return self._connection.run(statement, parameters)
        except BaseException:
            self._abandon()
            raise

    def write(self, statement: Statement, parameters: Any, lock_timeout_seconds: float) -> Outcome:
        """Run a statement that changes a table: all of it or nothing, in the open transaction or in one of its own.

        Raises:
            StatementError: 000625 for a lock that could not be had; and whatever running it raises.
        """
        table = statement.table(self._connection.database, self._connection.schema)
        if statement.kind in LOCKING:
            self._locks.acquire(table, self, lock_timeout_seconds, self._is_cancelled)
        try:
            outcome = self._attempt(statement, parameters, table, lock_timeout_seconds)
            self._changed.add(table)
            if self.is_open:
                self._log.append(_Entry(statement, parameters, outcome.counts))
        except BaseException:
            self._abandon()
            if not self.is_open:
                self.rollback()
            raise
        if not self.is_open:
            self.commit()
        return outcome

    def _attempt(self, statement: Statement, parameters: Any, table: str, timeout_seconds: float) -> Outcome:
        deadline = time.monotonic() + timeout_seconds
        if self._duck_is_open and self._must_see_the_newest(statement, parameters, table):
            self._abandon()
        while True:
            is_fresh = not self._duck_is_open
            if is_fresh:
                self._open()
            try:
                return self._connection.run(statement, parameters)
            except Exception as error:
                self._abandon()
                if not is_conflict(error) or (is_fresh and time.monotonic() >= deadline):
                    raise
                if self._is_cancelled():
                    raise cancelled() from error
                time.sleep(_PAUSE_SECONDS if is_fresh else 0)

    def _must_see_the_newest(self, statement: Statement, parameters: Any, table: str) -> bool:
        """Whether the snapshot is too old for a statement that has its table's lock.

        DuckDB's own word is not enough: it finds no conflict between updates of two columns of one row, nor between an
        update and a deletion. But most often others have changed other rows, such as other partitions of a ledger, and
        then the statements before (a COPY) need not be repeated: the rows that an UPDATE means are compared.
        """
        if statement.kind not in LOCKING or not self._changes.since(self._snapshot, table):
            return False
        rows = statement.rows_meant() if parameters is None and self._log else None
        if rows is None:
            return True
        return not self._connection.run(rows).table.equals(self._connection.run_in_newest_snapshot(rows).table)

    def _open(self) -> None:
        self._snapshot = self._changes.now()
        self._connection.begin()
        self._duck_is_open = True
        for entry in self._log:
            try:
                repeated = self._connection.run(entry.statement, entry.parameters)
            except BaseException:
                self._abandon()
                raise
            if repeated.counts != entry.counts:
                self._abandon()
                table = entry.statement.table(self._connection.database, self._connection.schema)
                raise lock_not_had(table, "an earlier statement of its transaction would answer otherwise by now")

    def _abandon(self) -> None:
        if self._duck_is_open:
            self._duck_is_open = False
            self._connection.rollback()
