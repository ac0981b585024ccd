"""Which statements the emulator answers by itself, and what it reads from them."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from winepipeline_emulator.commands import (
    Accepted,
    Begin,
    Command,
    Commit,
    CreateDatabase,
    DropDatabase,
    ListFiles,
    Put,
    Remove,
    Rollback,
    SetParameters,
    ShowGrants,
    StageReference,
    Use,
    recognise,
)
from winepipeline_emulator.errors import StatementError

LOADS = StageReference(("LOADS",), "a/b.parquet")


@pytest.mark.parametrize(
    ("sql", "command"),
    [
        ("BEGIN", Begin()),
        ("begin transaction;", Begin()),
        ("START TRANSACTION NAME t1", Begin()),
        ("-- why\n/* and\nwhat */ COMMIT WORK", Commit()),
        ("ROLLBACK ;", Rollback()),
        ("ALTER SESSION SET LOCK_TIMEOUT=5", SetParameters({"LOCK_TIMEOUT": "5"})),
        ("alter session set query_tag = 'a b', timezone='UTC'", SetParameters({"QUERY_TAG": "a b", "TIMEZONE": "UTC"})),
        ("ALTER SESSION SET QUERY_TAG = 'it''s'", SetParameters({"QUERY_TAG": "it's"})),
        ("ALTER SESSION UNSET LOCK_TIMEOUT, QUERY_TAG", SetParameters({"LOCK_TIMEOUT": None, "QUERY_TAG": None})),
        (
            "PUT file:///x @loads SOURCE_COMPRESSION=NONE PARALLEL=1",
            Put("/x", StageReference(("LOADS",), ""), True, False, "none", 1),
        ),
        ("PUT file:///data/x.csv @loads/a", Put("/data/x.csv", StageReference(("LOADS",), "a"), True, False)),
        (
            "PUT 'file:///my file' '@db.\"s\".loads/a b' AUTO_COMPRESS=FALSE OVERWRITE = true PARALLEL=4",
            Put("/my file", StageReference(("DB", "s", "LOADS"), "a b"), False, True),
        ),
        ("REMOVE @loads/a/b.parquet", Remove(LOADS)),
        ("rm @LOADS/a/b.parquet;", Remove(LOADS)),
        ("LIST @loads/a/b.parquet", ListFiles(LOADS)),
        ("ls @loads", ListFiles(StageReference(("LOADS",), ""))),
        ("CREATE DATABASE wine", CreateDatabase("WINE", False, False)),
        ("CREATE OR REPLACE TRANSIENT DATABASE wine COMMENT = 'x'", CreateDatabase("WINE", True, False)),
        ("CREATE DATABASE IF NOT EXISTS wine", CreateDatabase("WINE", False, True)),
        ('DROP DATABASE IF EXISTS "wine" CASCADE', DropDatabase("wine", True)),
        ("USE WAREHOUSE compute_wh", Use("WAREHOUSE", "COMPUTE_WH")),
        ("use role r", Use("ROLE", "R")),
        ("USE DATABASE wine", Use("DATABASE", "WINE")),
        ("SHOW GRANTS TO ROLE r", ShowGrants()),
        ("CREATE WAREHOUSE IF NOT EXISTS w WAREHOUSE_SIZE=XSMALL", Accepted()),
        ("GRANT SELECT ON TABLE t TO ROLE r", Accepted()),
    ],
)
def test_a_command_is_read_from_its_text(sql: str, command: Command) -> None:
    """However it is written, a statement of the emulator's own means what it means to Snowflake."""
    assert recognise(sql) == command


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1",
        "SELECT 'COMMIT'",
        "BEGINNING",
        "COMMIT TO SOMETHING",
        "CREATE TABLE COMMIT (A INTEGER)",
        "CREATE STAGE LOADS",
        "USE SCHEMA RAW",
        "COPY INTO T FROM @LOADS",
        "",
    ],
)
def test_everything_else_is_left_to_the_database(sql: str) -> None:
    """A statement that only looks like a command is run as a statement."""
    assert recognise(sql) is None


@pytest.mark.parametrize("sql", ["LIST @~", "LIST @%t", "REMOVE @a.b.c.d/x", "ALTER SESSION SET nothing"])
def test_what_cannot_be_read_is_told(sql: str) -> None:
    """A command with something that the emulator does not have is an error, and not silently another statement."""
    with pytest.raises(StatementError):
        recognise(sql)


@given(st.text())
def test_no_text_makes_it_stumble(text: str) -> None:
    """Whatever a client sends is a command, another statement, or an error of Snowflake's."""
    for sql in (text, f"PUT {text}", f"LIST @{text}", f"ALTER SESSION SET {text}", f"CREATE DATABASE {text}"):
        with contextlib.suppress(StatementError):
            recognise(sql)
