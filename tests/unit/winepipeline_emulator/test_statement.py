"""What a statement is to a transaction, and how Snowflake's SQL is made ready for DuckDB."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from winepipeline_emulator.errors import StatementError
from winepipeline_emulator.statement import PATH_PLACEHOLDER, Kind, parse


@pytest.mark.parametrize(
    ("sql", "kind", "table"),
    [
        ("INSERT INTO t VALUES (1)", Kind.INSERT, "D.S.T"),
        ("INSERT INTO other.t (a) SELECT 1", Kind.INSERT, "D.OTHER.T"),
        ("COPY INTO a.b.c (x) FROM (SELECT $1:X::INTEGER FROM @st/f.parquet)", Kind.INSERT, "A.B.C"),
        ('UPDATE "t" AS x SET a = 1', Kind.UPDATE, "D.S.t"),
        ("DELETE FROM t WHERE a = 1", Kind.DELETE, "D.S.T"),
        ("MERGE INTO t USING u ON t.a = u.a WHEN MATCHED THEN DELETE", Kind.MERGE, "D.S.T"),
        ("TRUNCATE TABLE t", Kind.DDL, "D.S.T"),
        ("CREATE TABLE t (a INTEGER)", Kind.DDL, "D.S.T"),
        ("CREATE STAGE IF NOT EXISTS st", Kind.DDL, "D.S.ST"),
        ("ALTER TABLE t ADD COLUMN b INTEGER", Kind.DDL, "D.S.T"),
        ("SELECT 1", Kind.READ, "D.S"),
        ("SHOW TABLES", Kind.READ, "D.S"),
    ],
)
def test_a_statement_is_known_by_what_it_changes(sql: str, kind: Kind, table: str) -> None:
    """Locks and commits follow from the kind of a statement and from the table it changes."""
    statement = parse(sql)
    assert (statement.kind, statement.table("D", "S")) == (kind, table)


def test_copies_that_differ_in_their_file_only_are_read_once() -> None:
    """The pipeline's COPY, a new file each time, does not cost a parse each time."""
    copies = [parse(f"COPY INTO t FROM (SELECT $1:A FROM @d.s.st/d/{n}-x.parquet) X=1") for n in range(2)]  # noqa: S608
    assert [copy.path for copy in copies] == ["d/0-x.parquet", "d/1-x.parquet"]
    assert copies[0].expression is copies[1].expression
    assert PATH_PLACEHOLDER in copies[0].text


def test_updates_that_differ_in_their_numbers_only_are_read_once() -> None:
    """The pipeline's move of the ledger, other offsets each time, does not cost a parse each time."""
    sql = "UPDATE t SET a = v.b FROM (SELECT column1 AS b FROM VALUES ({}, -{}), ({},{})) v WHERE t.c = 5"
    first, second = parse(sql.format(1, 2, 3, 4)), parse(sql.format(50, 60, 70, 80))
    assert first.expression is second.expression
    assert first.numbers == ("1", "2", "3", "4")
    for statement, numbers in ((first, (1, 2, 3, 4)), (second, (50, 60, 70, 80))):
        filled = statement.filled(statement.expression).sql("duckdb").replace(" ", "")
        assert "({},-{}),({},{})".format(*numbers) in filled
        assert "t.c=5" in filled


def test_numbers_in_a_string_stay_as_they_are() -> None:
    """A text that only looks like rows of numbers is stored as it was written."""
    statement = parse("UPDATE t SET a = '(VALUES (1, 2))'")
    assert statement.numbers == ()
    assert statement.expression.sql() == "UPDATE t SET a = '(VALUES (1, 2))'"


@pytest.mark.parametrize(
    "sql",
    [
        "COPY INTO t FROM @st",
        "COPY INTO t FROM '@st/a b.parquet'",
        "INSERT INTO t SELECT ' FROM @st/file.parquet '",
    ],
)
def test_a_path_is_taken_out_of_nothing_else(sql: str) -> None:
    """Only the plain path of a COPY's stage is set aside."""
    assert parse(sql).path is None


@pytest.mark.parametrize(
    ("sql", "errno"),
    [("SELEC 1", 1003), ("SELECT 'open", 1003), ("SELECT (1", 1003), ("SELECT 1; SELECT 2", 8), ("", 8), (";", 8)],
)
def test_what_is_no_single_statement_is_an_error_of_snowflakes(sql: str, errno: int) -> None:
    """A typing error gets Snowflake's number for syntax errors, several statements that for their count."""
    with pytest.raises(StatementError) as raised:
        parse(sql)
    assert raised.value.errno == errno


@given(st.text())
def test_no_text_makes_it_stumble(text: str) -> None:
    """Whatever a client sends is a statement or an error of Snowflake's."""
    for sql in (text, f"SELECT {text}", f"COPY INTO t FROM @{text}"):
        with contextlib.suppress(StatementError):
            parse(sql)


def test_columns_of_values_have_names() -> None:
    """SELECT $2 FROM VALUES names the second column, as in Snowflake, and is no parameter."""
    sql = parse("SELECT $1 AS a, x.b FROM (SELECT $2 AS b FROM VALUES (1, 2)) x").expression.sql("duckdb")
    assert "COLUMN2 AS b" in sql
    assert "$1 AS a" in sql


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("UPDATE t SET a = 1 WHERE b = 2", "SELECT t.rowid, t.* FROM t WHERE b = 2 ORDER BY 1 NULLS FIRST"),
        ('UPDATE s."t" SET a = 1', 'SELECT "t".rowid, "t".* FROM s."t" ORDER BY 1 NULLS FIRST'),
        (
            "UPDATE t l SET a = v.a FROM (SELECT 1 AS a) v WHERE l.a < v.a",
            "SELECT l.rowid, l.* FROM t AS l CROSS JOIN (SELECT 1 AS a) AS v WHERE l.a < v.a ORDER BY 1 NULLS FIRST",
        ),
    ],
)
def test_the_rows_that_an_update_means_can_be_asked_for(sql: str, rows: str) -> None:
    """Whether others have changed just these rows decides whether a transaction must see newer ones."""
    meant = parse(sql).rows_meant()
    assert meant is not None
    assert meant.expression.sql("duckdb") == rows


@pytest.mark.parametrize(
    "sql",
    ["UPDATE t SET a = u.a FROM u WHERE t.b = u.b", "UPDATE t SET a = (SELECT MAX(a) FROM u)", "DELETE FROM t"],
)
def test_rows_that_depend_on_other_tables_cannot(sql: str) -> None:
    """Where another table has a say, the whole snapshot must be new."""
    assert parse(sql).rows_meant() is None


@pytest.mark.parametrize(
    ("definition", "made"),
    [
        ("a VARCHAR(50) NOT NULL", "a TEXT(50) NOT NULL CHECK (LENGTH(a) <= 50)"),
        ('"a b" STRING(5)', '"a b" TEXT(5) CHECK (LENGTH("a b") <= 5)'),
        ("a VARCHAR", "a TEXT"),
        ("a INTEGER PRIMARY KEY", "a INT"),
        ("a INTEGER UNIQUE NOT NULL", "a INT NOT NULL"),
        ("a INTEGER REFERENCES u (b)", "a INT"),
        ("a INTEGER, PRIMARY KEY (a)", "a INT"),
        ("a INTEGER, CONSTRAINT k UNIQUE (a)", "a INT"),
        ("a INTEGER, FOREIGN KEY (a) REFERENCES u (b)", "a INT"),
        ("a INTEGER DEFAULT 5", "a INT DEFAULT 5"),
    ],
)
def test_a_table_is_held_to_what_snowflake_enforces(definition: str, made: str) -> None:
    """Lengths are enforced and keys are not: what passes here passes there."""
    sql = parse(f"CREATE TABLE t ({definition})").expression.sql("duckdb")
    assert sql == f"CREATE TABLE t ({made})"
