"""Errors come out of the real connector with Snowflake's numbers, at once, and never as an endless retry."""

from collections.abc import Callable

import pytest
from snowflake.connector import SnowflakeConnection
from snowflake.connector.errors import Error, IntegrityError, ProgrammingError

from .conftest import EVENTS, copy_statement, parquet, put, run

Connect = Callable[..., SnowflakeConnection]


@pytest.fixture
def session(connect: Connect) -> SnowflakeConnection:
    """A session, with a new table T."""
    connection = connect()
    run(connection, "CREATE OR REPLACE TABLE T (A VARCHAR(5), B INTEGER NOT NULL, J VARIANT, PRIMARY KEY (B))")
    return connection


@pytest.mark.parametrize(
    ("statement", "errno", "sqlstate", "words"),
    [
        ("INSERT INTO T (A, B) VALUES ('🍷🍷🍷🍷🍷🍷', 1)", 100078, "22000", "column A takes 5 characters"),
        ("INSERT INTO T SELECT 'a', 'x'::INTEGER, NULL", 100038, "22018", "Numeric value 'x' is not recognized"),
        ("INSERT INTO T SELECT 'a', 1, PARSE_JSON('{bad')", 100069, "22P02", "Error parsing JSON"),
        ("SELECT 'x'::BOOLEAN", 100037, "22018", "Boolean value 'x' is not recognized"),
        ("SELECT 'x'::DATE", 100040, "22007", "Date 'x' is not recognized"),
        ("SELECT 'x'::TIME", 100108, "22007", "Time 'x' is not recognized"),
        ("SELECT 'x'::TIMESTAMP_LTZ", 100035, "22007", "Timestamp 'x' is not recognized"),
        ("SELECT 9223372036854775807 + 1", 100039, "22003", "out of range"),
        ("SELECT * FROM NOWHERE", 2003, "42S02", "Object 'NOWHERE' does not exist or not authorized"),
        ("INSERT INTO NOWHERE VALUES (1)", 2003, "42S02", "Object 'NOWHERE' does not exist or not authorized"),
        ("DROP TABLE NOWHERE", 2003, "42S02", "Object 'NOWHERE' does not exist or not authorized"),
        ("USE SCHEMA NOWHERE", 2043, "02000", "Object does not exist, or operation cannot be performed"),
        ("USE DATABASE NOWHERE", 2043, "02000", "Object does not exist, or operation cannot be performed"),
        ("CREATE TABLE T (A INTEGER)", 2002, "42710", "Object 'T' already exists"),
        ("CREATE DATABASE WINE", 2002, "42710", "Object 'WINE' already exists"),
        ('CREATE DATABASE "../x"', 1003, "42000", "plain database names"),
        ("SELECT NOTHING FROM T", 904, "42000", "invalid identifier 'NOTHING'"),
        ("SELECT NOTHING(1)", 2140, "42601", "Unknown function"),
        ("INSERT INTO T VALUES (1)", 2057, "42601", "Insert value list does not match column list"),
        ("SELEC 1", 1003, "42000", "Unexpected token"),
        ("SELECT 1; SELECT 2", 8, "0A000", "Actual statement count 2 did not match the desired statement count 1"),
        ("ALTER SESSION SET LOCK_TIMEOUT = soon", 1008, "22023", "invalid value [soon]"),
    ],
)
def test_an_error_has_snowflakes_number(
    session: SnowflakeConnection, statement: str, errno: int, sqlstate: str, words: str
) -> None:
    """Programs that tell errors apart by number and state do so here as they do there."""
    with pytest.raises(ProgrammingError) as raised:
        run(session, statement)
    assert (raised.value.errno, raised.value.sqlstate) == (errno, sqlstate)
    assert words in str(raised.value)
    assert run(session, "SELECT 1") == [(1,)]


def test_a_missing_value_is_an_integrity_error(session: SnowflakeConnection) -> None:
    """NOT NULL is enforced, with the one number that the connector has a class of its own for."""
    with pytest.raises(IntegrityError) as raised:
        run(session, "INSERT INTO T (A) VALUES ('a')")
    assert raised.value.errno == 100072


def test_keys_are_recorded_and_not_enforced(session: SnowflakeConnection) -> None:
    """Like Snowflake, it lets the same primary key in twice: nobody must rely on it."""
    run(session, "INSERT INTO T (B) VALUES (1), (1)")
    assert run(session, "SELECT COUNT(*) FROM T") == [(2,)]


@pytest.mark.parametrize(
    ("row", "errno", "sqlstate"),
    [
        (("x" * 51, 1, "{}"), 100078, "22000"),
        (("x", 1, '{"unfinished": '), 100069, "22P02"),
    ],
)
def test_a_load_with_one_bad_row_is_refused_whole(
    session: SnowflakeConnection, row: tuple[str, int, str], errno: int, sqlstate: str
) -> None:
    """COPY … ON_ERROR=ABORT_STATEMENT says what is wrong and loads nothing; without the row the rest goes in."""
    run(session, f"CREATE OR REPLACE TABLE EVENTS {EVENTS}")
    run(session, "CREATE OR REPLACE STAGE LOADS")
    good = ("x" * 50, 1, "{}")
    put(session, "LOADS", "bad.parquet", parquet(good, row, good))
    put(session, "LOADS", "good.parquet", parquet(good, good))
    with pytest.raises(ProgrammingError) as raised:
        run(session, copy_statement("EVENTS", "LOADS/bad.parquet"))
    assert (raised.value.errno, raised.value.sqlstate) == (errno, sqlstate)
    assert run(session, copy_statement("EVENTS", "LOADS/good.parquet"))[0][3] == 2
    assert run(session, "SELECT COUNT(*) FROM EVENTS") == [(2,)]


def test_several_files_are_loaded_all_or_none(session: SnowflakeConnection) -> None:
    """A COPY of a prefix whose second file is bad keeps nothing of the first."""
    run(session, f"CREATE OR REPLACE TABLE EVENTS {EVENTS}")
    run(session, "CREATE OR REPLACE STAGE LOADS")
    put(session, "LOADS", "1.parquet", parquet(("A", 1, "{}")))
    put(session, "LOADS", "2.parquet", parquet(("B", 1, "{bad")))
    with pytest.raises(ProgrammingError):
        run(session, copy_statement("EVENTS", "LOADS/"))
    assert run(session, "SELECT COUNT(*) FROM EVENTS") == [(0,)]


def test_a_file_that_is_no_parquet_is_an_error_and_no_crash(session: SnowflakeConnection) -> None:
    """Garbage in a staged file is told, and the emulator goes on."""
    run(session, f"CREATE OR REPLACE TABLE EVENTS {EVENTS}")
    run(session, "CREATE OR REPLACE STAGE LOADS")
    put(session, "LOADS", "x.parquet", b"no parquet at all")
    with pytest.raises(Error):
        run(session, copy_statement("EVENTS", "LOADS/x.parquet"))
    assert run(session, "SELECT 1") == [(1,)]
