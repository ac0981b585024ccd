"""Statements that the pipeline uses, with the answers that it counts on."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from snowflake.connector import SnowflakeConnection

from .conftest import run

Connect = Callable[..., SnowflakeConnection]


@pytest.fixture
def session(connect: Connect) -> SnowflakeConnection:
    """A session, with a new table LEDGER of three partitions."""
    connection = connect()
    run(connection, "CREATE OR REPLACE TABLE LEDGER (P INTEGER, N INTEGER, E INTEGER)")
    run(connection, "INSERT INTO LEDGER VALUES (0, 10, 1), (1, 20, 1), (2, 30, 1)")
    return connection


@pytest.mark.parametrize("columns", ["column1 AS P, column2 AS OLD, column3 AS N", "$1 AS P, $2 AS OLD, $3 AS N"])
def test_an_update_from_values_counts_its_rows(session: SnowflakeConnection, columns: str) -> None:
    """Several partitions move in one statement, and the count says how many would."""
    with session.cursor() as cursor:
        cursor.execute(
            f"UPDATE LEDGER l SET N = v.N FROM (SELECT {columns} FROM VALUES (0, 10, 11), (1, 20, 22), (2, 0, 33)) v "  # noqa: S608
            "WHERE l.P = v.P AND l.N = v.OLD"
        )
        assert cursor.rowcount == 2
        assert cursor.fetchall() == [(2, 0)]
    assert run(session, "SELECT N FROM LEDGER ORDER BY P") == [(11,), (22,), (30,)]


def test_a_merge_inserts_and_updates(session: SnowflakeConnection) -> None:
    """MERGE from values counts both, in Snowflake's order, and the cursor their sum."""
    with session.cursor() as cursor:
        cursor.execute(
            "MERGE INTO WINE.RAW.LEDGER l USING (SELECT column1 AS P, column2 AS N FROM VALUES (2, 99), (3, 40)) v "
            "ON l.P = v.P WHEN MATCHED THEN UPDATE SET E = l.E + 1, N = GREATEST(l.N, v.N) "
            "WHEN NOT MATCHED THEN INSERT (P, N, E) VALUES (v.P, v.N, 1)"
        )
        assert (cursor.rowcount, cursor.fetchall()) == (2, [(1, 1)])
    assert run(session, "SELECT P, N, E FROM LEDGER WHERE P >= 2 ORDER BY P") == [(2, 99, 2), (3, 40, 1)]


def test_values_are_bound_on_the_client_and_on_the_server(session: SnowflakeConnection, connect: Connect) -> None:
    """Both of the connector's ways to bind values work, one row or many."""
    with session.cursor() as cursor:
        cursor.execute("SELECT %s, %s", ("L'Étoile", 5))
        assert cursor.fetchall() == [("L'Étoile", 5)]
    server_side = connect(paramstyle="qmark")
    with server_side.cursor() as cursor:
        cursor.execute("UPDATE LEDGER SET N = ? WHERE P = ?", (77, 1))
        assert cursor.rowcount == 1
        cursor.executemany("INSERT INTO LEDGER (P, N, E) VALUES (?, ?, ?)", [(5, 1, 1), (6, 2, 1)])
        assert cursor.rowcount == 2
    assert run(session, "SELECT N FROM LEDGER WHERE P IN (1, 5, 6) ORDER BY P") == [(77,), (1,), (2,)]


def test_sums_of_integers_are_whole(session: SnowflakeConnection) -> None:
    """An audit's sums are exact, beyond what a double holds."""
    run(session, "INSERT INTO LEDGER VALUES (9, 9007199254740993, 0)")
    ((total, count, mean),) = run(session, "SELECT SUM(N), COUNT_IF(P < 3), AVG(E::NUMBER(10, 2)) FROM LEDGER")
    assert total == 9007199254741053
    assert count == 3
    assert mean == pytest.approx(Decimal("0.75"))


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE WAREHOUSE IF NOT EXISTS COMPUTE_WH WAREHOUSE_SIZE = XSMALL AUTO_SUSPEND = 60",
        "CREATE ROLE IF NOT EXISTS LOADER",
        "GRANT ALL ON SCHEMA WINE.RAW TO ROLE LOADER",
        "ALTER SESSION SET QUERY_TAG = 'it''s', TIMEZONE = 'UTC', STATEMENT_TIMEOUT_IN_SECONDS = 60",
        "ALTER SESSION UNSET QUERY_TAG",
        "USE SECONDARY ROLES NONE",
        "CREATE STAGE IF NOT EXISTS LOADS FILE_FORMAT = (TYPE = PARQUET) COMMENT = 'batches'",
        "CREATE DATABASE IF NOT EXISTS WINE",
        "CREATE SCHEMA IF NOT EXISTS WINE.RAW",
        "  -- with a comment\n  /* or two */ COMMIT ; ",
    ],
)
def test_what_prepares_an_account_is_accepted(session: SnowflakeConnection, statement: str) -> None:
    """The statements of a set-up run twice without harm."""
    for _ in range(2):
        assert len(run(session, statement)) == 1


def test_a_check_finds_what_is_there(session: SnowflakeConnection) -> None:
    """SHOW and DESCRIBE answer what a check of an account asks."""
    assert [row[1] for row in run(session, "SHOW DATABASES LIKE 'WINE'")] == ["WINE"]
    assert "RAW" in [row[1] for row in run(session, "SHOW SCHEMAS LIKE 'RAW' IN DATABASE WINE")]
    assert [row[1] for row in run(session, "SHOW TABLES LIKE 'LEDGER' IN SCHEMA WINE.RAW")] == ["LEDGER"]
    assert run(session, "DESCRIBE TABLE WINE.RAW.LEDGER")[0][:2] == ("P", "NUMBER(38,0)")
    assert run(session, "SHOW GRANTS TO ROLE SYSADMIN")[0][:2] == ("OWNERSHIP", "ACCOUNT")
    assert [column.name for column in session.cursor().describe("SELECT P, N AS M FROM LEDGER")] == ["P", "M"]


def test_a_new_database_is_the_current_one_until_it_is_dropped(connect: Connect) -> None:
    """CREATE DATABASE goes there, to its schema PUBLIC; DROP DATABASE leaves the session without one."""
    session = connect(database=None, schema=None)
    run(session, "CREATE DATABASE CELLAR")
    assert run(session, "SELECT CURRENT_SCHEMA()") == [("PUBLIC",)]
    run(session, "CREATE TABLE T (A INTEGER)")
    assert run(session, "SELECT COUNT(*) FROM CELLAR.PUBLIC.T") == [(0,)]
    run(session, "DROP DATABASE CELLAR")
    assert [row[1] for row in run(session, "SHOW DATABASES")] == ["WINE"]
    run(session, "CREATE DATABASE CELLAR")
    assert run(session, "SHOW TABLES IN SCHEMA CELLAR.PUBLIC") == []
    run(session, "DROP DATABASE IF EXISTS CELLAR")
    run(session, "DROP DATABASE IF EXISTS CELLAR")
