"""Whatever goes wrong becomes an error of Snowflake's."""

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from snowflake.connector.errors import ProgrammingError

from winepipeline_emulator.errors import INTERNAL, LoginRefused, SessionGone, is_conflict, translate


def complaint(sql: str) -> duckdb.Error:
    """What DuckDB really says."""
    with pytest.raises(duckdb.Error) as raised:
        duckdb.connect().execute(sql)
    return raised.value


@pytest.mark.parametrize(
    ("sql", "errno", "sqlstate", "message"),
    [
        ("SELECT '{\"a\": '::JSON", 100069, "22P02", "Error parsing JSON: unexpected end of data, pos 6"),
        ("SELECT json('{')", 100069, "22P02", "Error parsing JSON: unexpected end of data, pos 1"),
        ("SELECT 'x'::BIGINT", 100038, "22018", "Numeric value 'x' is not recognized"),
        ("SELECT 'a''b'::DECIMAL(10, 2)", 100038, "22018", "Numeric value 'a'b' is not recognized"),
        ("SELECT 300::TINYINT", 100039, "22003", None),
        ("SELECT 'x'::BOOLEAN", 100037, "22018", "Boolean value 'x' is not recognized"),
        ("SELECT 'x'::TIMESTAMPTZ", 100035, "22007", "Timestamp 'x' is not recognized"),
        ("SELECT 'x'::UUID", 100038, "22018", None),
        ("SELECT * FROM t", 2003, "42S02", "SQL compilation error:\nObject 't' does not exist or not authorized."),
    ],
)
def test_a_complaint_of_duckdbs_has_snowflakes_number(sql: str, errno: int, sqlstate: str, message: str | None) -> None:
    """The table of errors fits what this version of DuckDB says."""
    error = translate(complaint(sql))
    assert (error.errno, error.sqlstate) == (errno, sqlstate)
    assert message in {None, error.message}


def test_a_wrapped_complaint_is_found() -> None:
    """Fakesnow's own number, which is one for many causes, gives way to the cause's."""
    wrapped = ProgrammingError("whatever", errno=100035, sqlstate="22007")
    wrapped.__cause__ = complaint("SELECT '{'::JSON")
    assert translate(wrapped).errno == 100069


def test_an_error_of_the_connectors_keeps_its_number() -> None:
    """What fakesnow itself found wrong is passed on, without the number in its words twice."""
    error = translate(ProgrammingError("no such stage", errno=2003, sqlstate="02000"))
    assert (error.errno, error.sqlstate, error.message) == (2003, "02000", "no such stage")


@given(st.text())
def test_an_unknown_exception_is_an_internal_error(words: str) -> None:
    """A bug of the emulator's is told as Snowflake tells one of its own: an error at once, and no endless retry."""
    error = translate(RuntimeError(words))
    assert (error.errno, error.sqlstate) == (INTERNAL, "XX000")
    assert words in error.message


def test_errors_of_sessions_have_snowflakes_numbers() -> None:
    """A program tells a wrong password from a session that is gone."""
    assert translate(LoginRefused()).errno == 390100
    assert translate(SessionGone()).errno == 390111


def test_only_a_conflict_is_worth_another_attempt() -> None:
    """A conflict between transactions is told from every other error."""
    connection = duckdb.connect()
    connection.execute("CREATE TABLE t AS SELECT 1 a")
    first, second = connection.cursor(), connection.cursor()
    for cursor in (first, second):
        cursor.execute("BEGIN")
    first.execute("UPDATE t SET a = 2")
    with pytest.raises(duckdb.TransactionException) as raised:
        second.execute("UPDATE t SET a = 3")
    assert is_conflict(raised.value)
    assert translate(raised.value).errno == 625
    assert not is_conflict(complaint("SELECT * FROM nothing"))
    assert not is_conflict(RuntimeError("conflict"))
