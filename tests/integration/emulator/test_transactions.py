"""Transactions as Snowflake has them: read committed, table locks that are waited for, errors that undo one statement.

Sources: https://docs.snowflake.com/en/sql-reference/transactions and the documentation of LOCK_TIMEOUT.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from snowflake.connector import SnowflakeConnection
from snowflake.connector.errors import ProgrammingError

from .conftest import EVENTS, Emulator, copy_statement, parquet, put, run
from .test_process import health

Connect = Callable[..., SnowflakeConnection]


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    """A thread for a statement that waits."""
    with ThreadPoolExecutor() as executor:
        yield executor


@pytest.fixture
def ledger(connect: Connect) -> SnowflakeConnection:
    """A session, with a new ledger of partitions 0 and 1, at offset 0, epoch 1."""
    session = connect()
    run(session, "CREATE OR REPLACE TABLE LEDGER (PARTITION INTEGER, NEXT_OFFSET INTEGER, EPOCH INTEGER)")
    run(session, "INSERT INTO LEDGER VALUES (0, 0, 1), (1, 0, 1)")
    return session


@pytest.fixture
def loads(connect: Connect) -> SnowflakeConnection:
    """A session, with a new table EVENTS and a stage LOADS that holds one.parquet and two.parquet, a row each."""
    session = connect()
    run(session, f"CREATE OR REPLACE TABLE EVENTS {EVENTS}")
    run(session, "CREATE OR REPLACE STAGE LOADS")
    put(session, "LOADS", "one.parquet", parquet(("ONE", 1, "{}")))
    put(session, "LOADS", "two.parquet", parquet(("TWO", 2, "{}")))
    return session


def move(partition: int, start: int, end: int, epoch: int = 1) -> str:
    """The statement that moves the ledger."""
    rows = f"PARTITION = {partition} AND NEXT_OFFSET = {start} AND EPOCH = {epoch}"
    return f"UPDATE LEDGER SET NEXT_OFFSET = {end} WHERE {rows}"  # noqa: S608


def changed(session: SnowflakeConnection, sql: str) -> int:
    """How many rows a statement changed."""
    with session.cursor() as cursor:
        cursor.execute(sql)
        return int(cursor.rowcount or 0)


def until_waiting(emulator: Emulator, future: Future[Any]) -> None:
    """Return once the statement of the future has reached the emulator and waits there."""
    while not health(emulator)["running"]:
        assert not future.done()


def test_a_rollback_undoes_every_statement(ledger: SnowflakeConnection, loads: SnowflakeConnection) -> None:
    """COPY, INSERT, UPDATE and MERGE of one transaction go together, and a rolled-back COPY may load its file again."""
    for end, rows in (("ROLLBACK", 0), ("COMMIT", 3)):
        run(loads, "BEGIN")
        assert run(loads, copy_statement("EVENTS", "LOADS/one.parquet"))[0][1] == "LOADED"
        assert run(loads, copy_statement("EVENTS", "LOADS/two.parquet"))[0][1] == "LOADED"
        assert changed(loads, "INSERT INTO EVENTS (EVENT_TYPE) VALUES ('THREE')") == 1
        assert changed(loads, move(0, 0, 10)) == 1
        assert run(loads, "SELECT COUNT(*) FROM EVENTS") == [(3,)]
        run(loads, end)
        assert run(ledger, "SELECT COUNT(*) FROM EVENTS") == [(rows,)]
    assert run(ledger, "SELECT NEXT_OFFSET FROM LEDGER ORDER BY PARTITION") == [(10,), (0,)]


def test_transaction_control_without_a_transaction_is_no_error(ledger: SnowflakeConnection) -> None:
    """ROLLBACK and COMMIT outside a transaction do nothing; a second BEGIN begins nothing new."""
    run(ledger, "ROLLBACK")
    run(ledger, "COMMIT")
    run(ledger, "BEGIN")
    changed(ledger, move(0, 0, 5))
    run(ledger, "BEGIN TRANSACTION")
    run(ledger, "ROLLBACK")
    assert run(ledger, "SELECT NEXT_OFFSET FROM LEDGER WHERE PARTITION = 0") == [(0,)]


def test_a_definition_commits_the_open_transaction(ledger: SnowflakeConnection) -> None:
    """CREATE TABLE in a transaction commits what was before it, as a program must expect of Snowflake."""
    run(ledger, "BEGIN")
    changed(ledger, move(0, 0, 5))
    run(ledger, "CREATE OR REPLACE TABLE OTHER (A INTEGER)")
    run(ledger, "ROLLBACK")
    assert run(ledger, "SELECT NEXT_OFFSET FROM LEDGER WHERE PARTITION = 0") == [(5,)]


def test_a_failed_statement_leaves_the_transaction_as_it_was(
    ledger: SnowflakeConnection, loads: SnowflakeConnection
) -> None:
    """After an error the transaction goes on with all before it, and commits it."""
    run(loads, "BEGIN")
    run(loads, copy_statement("EVENTS", "LOADS/one.parquet"))
    with pytest.raises(ProgrammingError):
        run(loads, "INSERT INTO EVENTS (PRODUCT_ID) SELECT 'x'::INTEGER")
    assert run(loads, "SELECT COUNT(*) FROM EVENTS") == [(1,)]
    with pytest.raises(ProgrammingError):
        run(loads, "SELECT * FROM NO_SUCH_TABLE")
    assert changed(loads, move(0, 0, 5)) == 1
    run(loads, "COMMIT")
    assert run(ledger, "SELECT EVENT_TYPE FROM EVENTS") == [("ONE",)]
    assert run(ledger, "SELECT NEXT_OFFSET FROM LEDGER WHERE PARTITION = 0") == [(5,)]


def test_without_autocommit_changes_wait_for_commit(ledger: SnowflakeConnection, connect: Connect) -> None:
    """A session with autocommit off begins a transaction with its first change."""
    session = connect(autocommit=False)
    changed(session, move(0, 0, 5))
    session.rollback()
    assert run(ledger, "SELECT NEXT_OFFSET FROM LEDGER WHERE PARTITION = 0") == [(0,)]
    changed(session, move(0, 0, 6))
    session.commit()
    assert run(ledger, "SELECT NEXT_OFFSET FROM LEDGER WHERE PARTITION = 0") == [(6,)]


@pytest.mark.parametrize(("end", "rows"), [("COMMIT", 0), ("ROLLBACK", 1)])
def test_a_blocked_update_waits_and_sees_the_newest_value(
    emulator: Emulator,
    ledger: SnowflakeConnection,
    loads: SnowflakeConnection,
    pool: ThreadPoolExecutor,
    end: str,
    rows: int,
) -> None:
    """Of two loads that both believe they own a partition, the second waits for the first, and then moves nothing."""
    run(ledger, "BEGIN")
    run(ledger, copy_statement("EVENTS", "LOADS/one.parquet"))
    run(loads, "BEGIN")
    run(loads, copy_statement("EVENTS", "LOADS/two.parquet"))
    assert changed(ledger, move(0, 0, 10)) == 1
    second = pool.submit(changed, loads, move(0, 0, 10))
    until_waiting(emulator, second)
    run(ledger, end)
    assert second.result() == rows
    assert [row[0] for row in run(loads, "SELECT EVENT_TYPE FROM EVENTS ORDER BY 1")] == ["ONE", "TWO"][rows:]
    run(loads, "ROLLBACK")


def test_the_fence_holds_when_the_other_committed_before(
    ledger: SnowflakeConnection, loads: SnowflakeConnection
) -> None:
    """A load that began before another raised the epoch cannot move the ledger afterwards."""
    run(loads, "BEGIN")
    run(loads, copy_statement("EVENTS", "LOADS/one.parquet"))
    assert changed(ledger, "UPDATE LEDGER SET EPOCH = EPOCH + 1 WHERE PARTITION = 0") == 1
    assert changed(loads, move(0, 0, 10)) == 0
    assert changed(loads, move(0, 0, 10, epoch=2)) == 1
    run(loads, "ROLLBACK")


def test_changes_of_other_rows_repeat_nothing(ledger: SnowflakeConnection, loads: SnowflakeConnection) -> None:
    """A load is not run a second time because another consumer moved another partition meanwhile."""
    run(loads, "BEGIN")
    run(loads, "INSERT INTO EVENTS (EVENT_TYPE) SELECT UUID_STRING()")
    before = run(loads, "SELECT EVENT_TYPE FROM EVENTS")
    assert changed(ledger, move(1, 0, 20)) == 1
    assert changed(loads, move(0, 0, 10)) == 1
    assert run(loads, "SELECT EVENT_TYPE FROM EVENTS") == before
    run(loads, "COMMIT")


def test_updates_of_other_rows_wait_too_and_both_succeed(
    emulator: Emulator, ledger: SnowflakeConnection, loads: SnowflakeConnection, pool: ThreadPoolExecutor
) -> None:
    """The lock is the table's: a load of another partition waits for it, and then goes through."""
    run(ledger, "BEGIN")
    changed(ledger, move(0, 0, 10))
    run(loads, "BEGIN")
    run(loads, copy_statement("EVENTS", "LOADS/one.parquet"))
    second = pool.submit(changed, loads, move(1, 0, 20))
    until_waiting(emulator, second)
    run(ledger, "COMMIT")
    assert second.result() == 1
    run(loads, "COMMIT")
    assert run(ledger, "SELECT NEXT_OFFSET FROM LEDGER ORDER BY PARTITION") == [(10,), (20,)]


def test_a_merge_sees_what_another_merge_has_inserted(ledger: SnowflakeConnection, loads: SnowflakeConnection) -> None:
    """Two claims of a partition that the ledger does not know yet make one row, not two."""
    claim = (
        "MERGE INTO LEDGER USING (SELECT column1 AS P, column2 AS N FROM VALUES (7, 100)) v ON PARTITION = v.P "
        "WHEN MATCHED THEN UPDATE SET EPOCH = EPOCH + 1 "
        "WHEN NOT MATCHED THEN INSERT (PARTITION, NEXT_OFFSET, EPOCH) VALUES (v.P, v.N, 1)"
    )
    run(loads, "BEGIN")
    run(loads, copy_statement("EVENTS", "LOADS/one.parquet"))
    assert run(ledger, claim) == [(1, 0)]
    assert run(loads, claim) == [(0, 1)]
    run(loads, "COMMIT")
    assert run(ledger, "SELECT NEXT_OFFSET, EPOCH FROM LEDGER WHERE PARTITION = 7") == [(100, 2)]


def test_a_row_deleted_meanwhile_is_not_updated(ledger: SnowflakeConnection, loads: SnowflakeConnection) -> None:
    """A row that another session has deleted is not there for an UPDATE of an older transaction."""
    run(loads, "BEGIN")
    run(loads, copy_statement("EVENTS", "LOADS/one.parquet"))
    assert changed(ledger, "DELETE FROM LEDGER WHERE PARTITION = 0") == 1
    assert changed(loads, move(0, 0, 10)) == 0
    run(loads, "ROLLBACK")


def test_an_answer_already_given_is_never_taken_back(ledger: SnowflakeConnection, loads: SnowflakeConnection) -> None:
    """Where a repeated statement would answer otherwise than its client has seen, the later one fails instead."""
    run(loads, "BEGIN")
    assert changed(loads, "INSERT INTO EVENTS (PRODUCT_ID) SELECT PARTITION FROM LEDGER WHERE NEXT_OFFSET = 0") == 2
    assert changed(ledger, move(0, 0, 10)) == 1
    with pytest.raises(ProgrammingError, match="000625"):
        changed(loads, move(0, 0, 10))
    run(loads, "ROLLBACK")
    assert run(ledger, "SELECT COUNT(*) FROM EVENTS") == [(0,)]


def test_waiting_ends_at_the_lock_timeout(ledger: SnowflakeConnection, connect: Connect) -> None:
    """A lock that is not had in LOCK_TIMEOUT seconds is Snowflake's error 000625, and ROLLBACK works after it."""
    run(ledger, "BEGIN")
    changed(ledger, move(0, 0, 10))
    for session in (connect(session_parameters={"LOCK_TIMEOUT": 0}), connect()):
        run(session, "ALTER SESSION SET LOCK_TIMEOUT = 0")
        run(session, "BEGIN")
        with pytest.raises(ProgrammingError) as raised:
            run(session, move(0, 0, 10))
        assert (raised.value.errno, raised.value.sqlstate) == (625, "57014")
        assert "has locked table 'WINE.RAW.LEDGER'" in str(raised.value)
        run(session, "ROLLBACK")
    run(ledger, "COMMIT")
    assert changed(session, move(0, 10, 11)) == 1


def test_a_deadlock_fails_at_once(
    emulator: Emulator, ledger: SnowflakeConnection, connect: Connect, pool: ThreadPoolExecutor
) -> None:
    """Of two transactions that wait for each other one gets an error, and the other goes on."""
    run(ledger, "CREATE OR REPLACE TABLE OTHER (A INTEGER)")
    run(ledger, "INSERT INTO OTHER VALUES (1)")
    session = connect()
    for each, statement in ((ledger, move(0, 0, 10)), (session, "UPDATE OTHER SET A = 2")):
        run(each, "BEGIN")
        run(each, statement)
    waiting = pool.submit(changed, ledger, "UPDATE OTHER SET A = 3")
    until_waiting(emulator, waiting)
    with pytest.raises(ProgrammingError, match="deadlock"):
        run(session, move(0, 0, 20))
    run(session, "ROLLBACK")
    assert waiting.result() == 1
    run(ledger, "COMMIT")


def test_many_loads_at_once_lose_nothing(ledger: SnowflakeConnection, connect: Connect) -> None:
    """Four clients that add to the same row, each in transactions with a COPY's insert, all count."""
    run(ledger, "CREATE OR REPLACE TABLE ROWS_LOADED (CLIENT INTEGER, N INTEGER)")
    sessions = [connect() for _ in range(4)]
    barrier = threading.Barrier(len(sessions))

    def load(client: int) -> None:
        barrier.wait()
        for n in range(10):
            run(sessions[client], "BEGIN")
            run(sessions[client], f"INSERT INTO ROWS_LOADED VALUES ({client}, {n})")  # noqa: S608
            assert changed(sessions[client], "UPDATE LEDGER SET NEXT_OFFSET = NEXT_OFFSET + 1 WHERE PARTITION = 0") == 1
            run(sessions[client], "COMMIT")

    with ThreadPoolExecutor() as executor:
        list(executor.map(load, range(len(sessions))))
    assert run(ledger, "SELECT NEXT_OFFSET FROM LEDGER WHERE PARTITION = 0") == [(40,)]
    assert run(ledger, "SELECT COUNT(*), COUNT(DISTINCT CLIENT * 10 + N) FROM ROWS_LOADED") == [(40, 40)]


def test_definitions_at_the_same_time_all_succeed(connect: Connect) -> None:
    """Consumers that start together may all create the same tables if they are missing."""
    sessions = [connect() for _ in range(4)]

    def define(session: SnowflakeConnection) -> None:
        for n in range(5):
            run(session, f"CREATE TABLE IF NOT EXISTS T{n} (A VARCHAR(10))")
            run(session, f"CREATE STAGE IF NOT EXISTS S{n}")

    with ThreadPoolExecutor() as executor:
        list(executor.map(define, sessions))
