"""fakesnow and DuckDB: the account with its databases, and one session's connection to them.

A database is one DuckDB file, attached under the database's name; the account's own file holds what spans databases
(stages, lengths of columns). Only this module and `patches` know fakesnow.
"""

import threading
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from fakesnow import info_schema, macros
from fakesnow.arrow import to_sf
from fakesnow.conn import FakeSnowflakeConnection
from fakesnow.cursor import FakeSnowflakeCursor
from fakesnow.rowtype import ColumnInfo, describe_as_rowtype
from fakesnow.statement_type import statement_type_id
from fakesnow.transforms import show
from sqlglot import Expr, exp

from winepipeline_emulator import patches
from winepipeline_emulator.errors import StatementError
from winepipeline_emulator.statement import PATH_PLACEHOLDER, WRITING, Statement, parse

# Measured with 50,000 events of 350 bytes a COPY: DuckDB's defaults take 176 ms of CPU (most of it in trying every
# compression at each checkpoint) and 147 bytes an event; these take 94 ms and 47 bytes.
_ROW_GROUP_ROWS = 16384
_COMPRESSION = "zstd"

_MAX_KEPT_COPIES = 64
_KEPT_COPIES: dict[tuple[Any, ...], Expr] = {}


@dataclass(frozen=True)
class Outcome:
    """What a statement answers: a table in Snowflake's Arrow dialect, its columns, and where the session is now."""

    table: pa.Table
    rowtype: list[ColumnInfo]
    statement_type: int
    query_id: str
    counts: list[dict[str, Any]]
    """The rows of a writing statement's answer (how many rows, which files); empty for a reading one."""


class Account:
    """Every database of the folder, opened by one DuckDB."""

    def __init__(self, directory: Path | None, stages: Path, threads: int, memory_limit: str) -> None:
        """Open (or begin) the databases of `directory`; None keeps them in memory.

        Raises:
            duckdb.IOException: another process has them open.
        """
        patches.apply(stages)
        self._databases = None if directory is None else directory / "databases"
        self._ddl = threading.RLock()
        options = {
            # sqlglot still writes the arrow form of lambdas
            "lambda_syntax": "ENABLE_SINGLE_ARROW",
            "threads": threads,
            "memory_limit": memory_limit,
            "autoinstall_known_extensions": False,
        }
        self._root = duckdb.connect(":memory:", config=options)
        self._root.execute(f"SET GLOBAL force_compression = '{_COMPRESSION}'")
        self._root.execute("SET GLOBAL TimeZone = 'UTC'")
        account = ":memory:" if directory is None else _quoted(directory / "account.db")
        if self._databases is not None:
            self._databases.mkdir(parents=True, exist_ok=True)
        self._root.execute(f"ATTACH '{account}' AS _fs_global")
        self._root.execute("BEGIN")
        self._root.execute(info_schema.fs_global_creation_sql())
        self._root.execute(show.fs_global_creation_sql())
        self._root.execute("COMMIT")
        for file in sorted(self._databases.glob("*.db")) if self._databases else ():
            self._attach(self._root, file.stem)

    def connect(self, database: str | None, schema: str | None) -> "Connection":
        """Open a session's connection; a database or schema that does not exist leaves the session without one."""
        return Connection(self._root.cursor(), database, schema)

    def create_database(self, name: str, *, replace: bool, if_not_exists: bool) -> str:
        """CREATE DATABASE; returns what Snowflake says.

        Raises:
            StatementError: 002002 when it exists, 001003 for a name that is no plain one.
        """
        if not name.isidentifier() or not name.isascii():
            raise StatementError(
                1003, "42000", f"SQL compilation error:\nthis emulator takes plain database names only, not '{name}'."
            )
        with self._ddl:
            if name in self._names():
                if if_not_exists:
                    return f"{name} already exists, statement succeeded."
                if not replace:
                    raise StatementError(2002, "42710", f"SQL compilation error:\nObject '{name}' already exists.")
                self.drop_database(name, if_exists=True)
            self._attach(self._root.cursor(), name)
            return f"Database {name} successfully created."

    def drop_database(self, name: str, *, if_exists: bool) -> str:
        """DROP DATABASE, with its file; returns what Snowflake says.

        Raises:
            StatementError: 002003 when there is none.
        """
        with self._ddl:
            if name not in self._names():
                if if_exists:
                    return "Drop statement executed successfully."
                raise StatementError(
                    2003, "02000", f"SQL compilation error:\nDatabase '{name}' does not exist or not authorized."
                )
            self._root.cursor().execute(f"DETACH {name}")
            if self._databases is not None:
                for file in self._databases.glob(f"{name}.db*"):
                    file.unlink()
            return f"{name} successfully dropped."

    def exclusive(self) -> threading.RLock:
        """The lock for one definition at a time: DuckDB lets the second of two fail."""
        return self._ddl

    def check(self) -> None:
        """Run a query; raises what DuckDB raises."""
        self._root.cursor().execute("SELECT 1").fetchall()

    def close(self) -> None:
        """Write everything into the databases' files and let go of them."""
        for name in [*self._names(), "_fs_global"]:
            self._root.execute(f"FORCE CHECKPOINT {name}")
        self._root.close()

    def _names(self) -> list[str]:
        sql = "SELECT database_name FROM duckdb_databases() WHERE NOT internal AND database_name NOT IN (?, ?)"
        return [name for (name,) in self._root.cursor().execute(sql, ["memory", "_fs_global"]).fetchall()]

    def _attach(self, duck: duckdb.DuckDBPyConnection, name: str) -> None:
        file = ":memory:" if self._databases is None else _quoted(self._databases / f"{name}.db")
        duck.execute(f"ATTACH '{file}' AS {name} (ROW_GROUP_SIZE {_ROW_GROUP_ROWS})")
        sql = "SELECT 1 FROM duckdb_functions() WHERE database_name = ? AND function_name = '_fs_to_timestamp'"
        if not duck.execute(sql, [name]).fetchall():
            duck.execute("BEGIN")  # all of fakesnow's own tables or none, should the process be killed here
            duck.execute(info_schema.per_db_creation_sql(name))
            duck.execute(macros.creation_sql(name))
            duck.execute("COMMIT")


class Connection:
    """One session's connection: its current database and schema, and one DuckDB transaction at a time."""

    def __init__(self, duck: duckdb.DuckDBPyConnection, database: str | None, schema: str | None) -> None:
        self._duck = duck
        self._fake = FakeSnowflakeConnection(
            duck, patches.RecentResults(), database, schema, create_database=False, create_schema=False
        )
        self.values: dict[type[Expr], str] = {}
        """What CURRENT_ROLE() and its like answer."""

    @property
    def database(self) -> str | None:
        """The current database."""
        return self._fake.database

    @property
    def schema(self) -> str | None:
        """The current schema."""
        return self._fake.schema

    def statement(self, sql: str) -> Statement:
        """Read one statement, with the session's variables put in."""
        return parse(self._fake.variables.inline_variables(sql))

    def run(self, statement: Statement, parameters: Any = None) -> Outcome:
        """Run a statement; raises what fakesnow and DuckDB raise."""
        cursor = _Cursor(self._fake, self._duck)
        cursor.run(statement, parameters, self.values)
        return cursor.outcome(statement)

    def describe(self, statement: Statement) -> tuple[list[ColumnInfo], int] | None:
        """The columns that a statement would answer with, and its type; None where only running it tells."""
        cursor = _Cursor(self._fake, self._duck)
        described = cursor._describe_only(statement.text)  # noqa: SLF001
        return described and (describe_as_rowtype(described), statement_type_id(statement.expression))

    def use(self, database: str) -> None:
        """Make a database the current one, without a schema."""
        self.run(parse(f'USE DATABASE "{database}"'))

    def stage_exists(self, stage: tuple[str, str, str]) -> bool:
        """Whether a stage was created."""
        sql = (
            "SELECT 1 FROM _fs_global._fs_information_schema._fs_stages "
            "WHERE database_name = ? AND schema_name = ? AND name = ?"
        )
        return bool(self._duck.execute(sql, list(stage)).fetchall())

    def begin(self) -> None:
        """Begin a DuckDB transaction: its snapshot is that of its first statement."""
        self._duck.begin()

    def commit(self) -> None:
        """Commit the DuckDB transaction; it is over even if this fails."""
        self._duck.commit()

    def rollback(self) -> None:
        """Roll the DuckDB transaction back; it is over whatever happens."""
        try:
            self._duck.rollback()
        except duckdb.TransactionException:
            pass  # DuckDB ended it by itself

    def interrupt(self) -> None:
        """Stop the statement that runs."""
        self._duck.interrupt()

    def close(self) -> None:
        """Let go of the connection; an open transaction is rolled back."""
        self._duck.close()


class _Cursor(FakeSnowflakeCursor):
    """fakesnow's cursor, told to run a statement that is parsed already."""

    def run(self, statement: Statement, parameters: Any, values: dict[type[Expr], str]) -> None:
        parameters = list(parameters) if isinstance(parameters, tuple) else parameters
        if statement.path is not None and parameters is None:
            self._execute(_with_path(self._rewritten(statement, values), statement.path))
            return
        for part in self._parts(statement, values):
            transformed = self._transform(part, parameters)
            if statement.path is not None:
                transformed = _with_path(transformed, statement.path)
            self._execute(transformed, parameters if transformed.find(exp.Placeholder) else None)

    def _parts(self, statement: Statement, values: dict[type[Expr], str]) -> list[Expr]:
        expression = statement.expression.copy()
        if "CURRENT_" in statement.text.upper():
            expression = expression.transform(lambda node: _answered(node, values), copy=False)
        self.check_db_and_schema(expression)
        return list(self._transform_explode(expression))

    def _rewritten(self, statement: Statement, values: dict[type[Expr], str]) -> Expr:
        """A COPY as DuckDB takes it, kept: rewriting it costs more than loading a hundred rows."""
        at = (self._conn.database, self._conn.schema, self._conn.database_set, self._conn.schema_set)
        key = (statement.text, *at)
        if (kept := _KEPT_COPIES.get(key)) is None:
            (part,) = self._parts(statement, values)
            if len(_KEPT_COPIES) >= _MAX_KEPT_COPIES:
                _KEPT_COPIES.clear()
            kept = _KEPT_COPIES[key] = self._transform(part, None)
        return kept

    def outcome(self, statement: Statement) -> Outcome:
        if self._last_transformed is not None and self._last_transformed.args.get("result_scan_sfqid"):
            described = self._describe_last_sql()
        else:
            # What fakesnow finds out by describing the last statement once more, DuckDB has at hand.
            described = [(name, str(kind), *["" for _ in range(4)]) for name, kind, *_ in self._duck_conn.description]
        rowtype = describe_as_rowtype(described)
        return Outcome(
            table=to_sf(self._arrow_table, rowtype),
            rowtype=rowtype,
            statement_type=statement_type_id(statement.expression),
            query_id=self._sfqid or str(uuid.uuid4()),
            counts=self._arrow_table.to_pylist() if statement.kind in WRITING else [],
        )


def _answered(node: Expr, values: dict[type[Expr], str]) -> Expr:
    value = values.get(type(node))
    return node if value is None else exp.Literal.string(value)


def _with_path(kept: Expr, path: str) -> Expr:
    copied = kept.copy()
    for variable in copied.find_all(exp.Var):
        if variable.name.endswith(PATH_PLACEHOLDER):
            variable.set("this", variable.name.removesuffix(PATH_PLACEHOLDER) + path)
    return copied


def _quoted(file: Path) -> str:
    return str(file).replace("'", "''")
