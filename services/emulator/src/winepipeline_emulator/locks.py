"""Table locks, as Snowflake takes them for UPDATE, MERGE and DELETE: held until the transaction's end.

Source: https://docs.snowflake.com/en/sql-reference/transactions#resource-locking. INSERT and COPY take none.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from winepipeline_emulator.errors import cancelled, lock_not_had

# Snowflake's own limit: "the number of waiters for this lock exceeds the 20 statements limit".
MAX_WAITERS = 20


@dataclass
class _Lock:
    """One table's lock: who holds it, and who waits, first come first served."""

    holder: Hashable | None = None
    waiters: deque[Hashable] = field(default_factory=deque)


class TableLocks:
    """The locks of all tables. An owner is a session's transaction; it may hold many and waits for one at a time."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._locks: dict[str, _Lock] = {}
        self._waiting_for: dict[Hashable, str] = {}

    def acquire(
        self, table: str, owner: Hashable, timeout_seconds: float, is_cancelled: Callable[[], bool] = lambda: False
    ) -> None:
        """Hold the table's lock, waiting for its holder if there is one; a lock already held is held on.

        Raises:
            StatementError: 000625 after `timeout_seconds`, at the twenty-first waiter, or when waiting would be a
                deadlock; 000604 when `is_cancelled` says so (call `wake` after it changed).
        """
        with self._changed:
            lock = self._locks.setdefault(table, _Lock())
            if lock.holder == owner:
                return
            if lock.holder is None and not lock.waiters:
                lock.holder = owner
                return
            self._refuse_to_wait(table, lock, owner)
            lock.waiters.append(owner)
            self._waiting_for[owner] = table
            try:
                self._wait(table, lock, owner, timeout_seconds, is_cancelled)
            finally:
                del self._waiting_for[owner]
                lock.waiters.remove(owner)
                self._changed.notify_all()
            lock.holder = owner

    def release_all(self, owner: Hashable) -> None:
        """Let go of every lock of the owner's: its transaction is over."""
        with self._changed:
            for table, lock in list(self._locks.items()):
                if lock.holder == owner:
                    lock.holder = None
                    if not lock.waiters:
                        del self._locks[table]
            self._changed.notify_all()

    def wake(self) -> None:
        """Have every waiter look again at whether it is cancelled."""
        with self._changed:
            self._changed.notify_all()

    def _refuse_to_wait(self, table: str, lock: _Lock, owner: Hashable) -> None:
        if len(lock.waiters) >= MAX_WAITERS:
            raise lock_not_had(table, f"the number of waiters for this lock exceeds the {MAX_WAITERS} statements limit")
        blocker = lock.holder
        while blocker is not None and blocker in self._waiting_for:
            blocker = self._locks[self._waiting_for[blocker]].holder
            if blocker == owner:
                raise lock_not_had(table, "its transaction and the lock's holder wait for each other (a deadlock)")

    def _wait(
        self, table: str, lock: _Lock, owner: Hashable, timeout_seconds: float, is_cancelled: Callable[[], bool]
    ) -> None:
        deadline = time.monotonic() + timeout_seconds
        while lock.holder is not None or lock.waiters[0] != owner:
            if is_cancelled():
                raise cancelled()
            remaining_seconds = deadline - time.monotonic()
            if remaining_seconds <= 0:
                raise lock_not_had(table, f"it waited longer than LOCK_TIMEOUT ({timeout_seconds:g} s) for it")
            self._changed.wait(remaining_seconds)


class TableChanges:
    """When each table was last changed by a committed transaction, counted in commits.

    DuckDB reads in the snapshot of a transaction's start, Snowflake in that of each statement's start: this tells
    whether the two differ for a table.
    """

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._commits = 0
        self._changed: dict[str, int] = {}

    def now(self) -> int:
        """The count of commits: take it before a snapshot begins."""
        with self._mutex:
            return self._commits

    def record(self, tables: set[str]) -> None:
        """A transaction that changed these tables has committed."""
        with self._mutex:
            self._commits += 1
            self._changed.update(dict.fromkeys(tables, self._commits))

    def since(self, snapshot: int, table: str) -> bool:
        """Whether anything was committed to the table after the count was `snapshot`."""
        with self._mutex:
            return self._changed.get(table, 0) > snapshot
