"""Table locks: one holder each, first come first served, and no waiting for nothing."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from winepipeline_emulator.errors import StatementError
from winepipeline_emulator.locks import MAX_WAITERS, TableChanges, TableLocks


def wait_until_waiting(locks: TableLocks, count: int) -> None:
    """Return once so many owners wait."""
    while len(locks._waiting_for) < count:
        time.sleep(0)


def test_a_lock_is_held_by_one_owner_until_it_lets_go() -> None:
    """The second waits for the first; other tables are free meanwhile."""
    locks = TableLocks()
    locks.acquire("T", "first", 0)
    locks.acquire("T", "first", 0)
    locks.acquire("U", "second", 0)
    with pytest.raises(StatementError, match="LOCK_TIMEOUT"):
        locks.acquire("T", "second", 0)
    locks.release_all("first")
    locks.acquire("T", "second", 0)


def test_waiters_are_served_in_their_order() -> None:
    """Nobody who came later overtakes."""
    locks = TableLocks()
    locks.acquire("T", 0, 0)
    served: list[int] = []

    def take(owner: int) -> None:
        locks.acquire("T", owner, 10)
        served.append(owner)
        locks.release_all(owner)

    with ThreadPoolExecutor() as pool:
        for owner in range(1, 6):
            pool.submit(take, owner)
            wait_until_waiting(locks, owner)
        locks.release_all(0)
    assert served == [1, 2, 3, 4, 5]


def test_a_deadlock_is_refused_to_the_last() -> None:
    """A wait in a circle, over however many owners, fails at once instead of at the time-out."""
    locks = TableLocks()
    for n in range(3):
        locks.acquire(f"T{n}", n, 0)
    with ThreadPoolExecutor() as pool:
        waiting = [pool.submit(locks.acquire, f"T{n + 1}", n, 10) for n in range(2)]
        wait_until_waiting(locks, 2)
        with pytest.raises(StatementError, match="deadlock"):
            locks.acquire("T0", 2, 10)
        locks.release_all(2)
        waiting[1].result()
        locks.release_all(1)
        waiting[0].result()


def test_the_twenty_first_waiter_is_refused() -> None:
    """As Snowflake does it, so that a design that needs more fails here too."""
    locks = TableLocks()
    locks.acquire("T", "holder", 0)
    with ThreadPoolExecutor(MAX_WAITERS) as pool:
        waiting = [pool.submit(locks.acquire, "T", owner, 10) for owner in range(MAX_WAITERS)]
        wait_until_waiting(locks, MAX_WAITERS)
        with pytest.raises(StatementError, match="20 statements limit"):
            locks.acquire("T", "one more", 10)
        locks.release_all("holder")
        while not all(future.done() for future in waiting):
            for owner in range(MAX_WAITERS):
                if waiting[owner].done():
                    locks.release_all(owner)


def test_a_cancelled_waiter_gives_up() -> None:
    """A statement that its client cancelled stops waiting, and leaves the queue to the others."""
    locks = TableLocks()
    locks.acquire("T", "holder", 0)
    cancelled = threading.Event()
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(locks.acquire, "T", "waiter", 10, cancelled.is_set)
        wait_until_waiting(locks, 1)
        cancelled.set()
        locks.wake()
        with pytest.raises(StatementError, match="canceled"):
            waiting.result()
    locks.release_all("holder")
    locks.acquire("T", "another", 0)


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from("TU"), st.booleans()), max_size=30))
def test_no_table_ever_has_two_holders(steps: list[tuple[int, str, bool]]) -> None:
    """Whoever takes and lets go in whatever order, a lock is had exactly when nobody else has it."""
    locks = TableLocks()
    holders: dict[str, int] = {}
    for owner, table, takes in steps:
        if not takes:
            locks.release_all(owner)
            holders = {name: holder for name, holder in holders.items() if holder != owner}
        elif holders.get(table, owner) == owner:
            locks.acquire(table, owner, 0)
            holders[table] = owner
        else:
            with pytest.raises(StatementError):
                locks.acquire(table, owner, 0)


@given(st.lists(st.sets(st.sampled_from("TUV"), min_size=1), max_size=10), st.data())
def test_a_change_is_since_a_snapshot_exactly_when_it_came_later(commits: list[set[str]], data: st.DataObject) -> None:
    """A transaction is told of a table's change if and only if it was committed after its snapshot."""
    changes = TableChanges()
    taken_after = data.draw(st.integers(0, len(commits)))
    snapshot = 0
    for number, tables in enumerate(commits):
        if number == taken_after:
            snapshot = changes.now()
        changes.record(tables)
    if taken_after == len(commits):
        snapshot = changes.now()
    later = set().union(*commits[taken_after:])
    assert {table for table in "TUV" if changes.since(snapshot, table)} == later
