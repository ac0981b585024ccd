"""One session's connection to the databases: fakesnow turns Snowflake's SQL into DuckDB's and runs it."""

import contextlib
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, cast

import duckdb
import pyarrow as pa
import snowflake.connector.errors
from fakesnow.arrow import to_sf
from fakesnow.conn import FakeSnowflakeConnection
from fakesnow.cursor import FakeSnowflakeCursor
from fakesnow.rowtype import ColumnInfo, describe_as_rowtype
from fakesnow.statement_type import statement_type_id
from sqlglot import Expr, exp

from winepipeline_emulator.errors import StatementError
from winepipeline_emulator.patches import RecentResults
from winepipeline_emulator.statement import WRITING, Kind, Statement, parse

# Every database of Snowflake's is made with it, and USE DATABASE goes there.
DEFAULT_SCHEMA = "PUBLIC"

_WITH_DATABASE = 3  # parts of a name: database, schema, object
_WITH_SCHEMA = 2

_MAX_KEPT = 64
_KEPT: dict[tuple[Any, ...], list[Expr]] = {}

Values = dict[type[Expr], str | None]


@dataclass(frozen=True)
class Outcome:
    """What a statement answers: a table in Snowflake's Arrow dialect, its columns, and where the session is now."""

    table: pa.Table
    rowtype: list[ColumnInfo]
    statement_type: int
    query_id: str
    counts: list[dict[str, Any]]
    """The rows of a writing statement's answer (how many rows, which files); empty for a reading one."""


class Connection:
    """One session's connection: its current database and schema, and one DuckDB transaction at a time."""

    def __init__(self, duck: duckdb.DuckDBPyConnection, database: str | None, schema: str | None) -> None:
        self._duck = duck
        self._fake = FakeSnowflakeConnection(
            duck, RecentResults(), database, schema, create_database=False, create_schema=False
        )
        self._is_away = False
        self.values: Values = {}
        """What CURRENT_ROLE() and its like answer."""

    @property
    def database(self) -> str | None:
        """The current database."""
        return cast("str | None", self._fake.database)

    @property
    def schema(self) -> str | None:
        """The current schema."""
        return cast("str | None", self._fake.schema)

    def statement(self, sql: str) -> Statement:
        """Read one statement, with the session's variables put in."""
        return parse(self._fake.variables.inline_variables(sql))

    def run(self, statement: Statement, parameters: Any = None) -> Outcome:
        """Run a statement; raises what fakesnow and DuckDB raise."""
        cursor = _Cursor(self._fake, self._duck)
        self._go_to_the_target_of(statement)
        cursor.run(statement, parameters, self.values)
        return cursor.outcome(statement)

    def _go_to_the_target_of(self, statement: Statement) -> None:
        """Be in the database of a COPY's target, where fakesnow keeps the names of the files that were loaded.

        The way back is left to the next statement: after an error DuckDB takes no SET until the ROLLBACK.
        """
        database = statement.table(self.database, self.schema).partition(".")[0]
        if isinstance(statement.expression, exp.Copy) and database not in {"", self.database}:
            self._duck.execute(f"SET schema = '{database}.main'")
            self._is_away = True
        elif self._is_away:
            current = f"{self.database}.{self.schema or 'main'}" if self._fake.database_set else "memory.main"
            self._duck.execute(f"SET schema = '{current}'")
            self._is_away = False

    def run_in_newest_snapshot(self, statement: Statement) -> Outcome:
        """Run a query outside the transaction that is open: it sees what everybody else has committed."""
        with contextlib.closing(Connection(self._duck.cursor(), self.database, self.schema)) as beside:
            return beside.run(statement)

    def describe(self, statement: Statement) -> tuple[list[ColumnInfo], int] | None:
        """The columns that a statement would answer with, and its type; None where only running it tells."""
        cursor = _Cursor(self._fake, self._duck)
        described = cursor._describe_only(statement.text)  # noqa: SLF001
        return described and (describe_as_rowtype(described), statement_type_id(statement.expression))

    def use_database(self, database: str) -> None:
        """Make a database the current one, and its schema PUBLIC, if it has that one still.

        Raises:
            duckdb.CatalogException: there is no such database.
        """
        self.run(parse(f'USE DATABASE "{database}"'))
        with contextlib.suppress(snowflake.connector.errors.ProgrammingError):
            self.run(parse(f'USE SCHEMA "{database}"."{DEFAULT_SCHEMA}"'))

    def leave_database(self) -> None:
        """Have no current database any more."""
        self._duck.execute("SET schema = 'memory.main'")
        self._fake.database, self._fake._schema = None, None  # noqa: SLF001 - fakesnow has no method for it
        self._fake.database_set = self._fake.schema_set = False

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
        with contextlib.suppress(duckdb.TransactionException):  # DuckDB ended it by itself
            self._duck.rollback()

    def interrupt(self) -> None:
        """Stop the statement that runs."""
        self._duck.interrupt()

    def close(self) -> None:
        """Let go of the connection; an open transaction is rolled back."""
        self._duck.close()


class _Cursor(FakeSnowflakeCursor):  # type: ignore[misc]  # fakesnow ships no types that mypy may follow
    """fakesnow's cursor, told to run a statement that is parsed already."""

    def run(self, statement: Statement, parameters: Any, values: Values) -> None:
        parameters = list(parameters) if isinstance(parameters, tuple) else parameters
        comes_again = bool(statement.text and statement.places) and parameters is None
        if comes_again and not (values and statement.expression.find(*values)):
            parts: Iterable[Expr] = self._kept(statement)
        else:
            parts = self._rewritten(statement, parameters, values)
        for part in parts:
            transformed = statement.filled(part)
            self._execute(transformed, parameters if transformed.find(exp.Placeholder) else None)

    def _rewritten(self, statement: Statement, parameters: Any, values: Values) -> Iterator[Expr]:
        """The statement as DuckDB takes it, in one part or several, each to be run before the next is made."""
        expression = statement.expression.copy()
        if values and expression.find(*values):
            expression = expression.transform(lambda node: _answered(node, values), copy=False)
        self._check_names(statement, expression)
        for part in self._transform_explode(expression):
            transformed = self._transform(part, parameters)
            if statement.kind is Kind.MERGE:
                # fakesnow notes its own temporary table's comment and lengths, in a database that the transaction
                # must not write to besides the target's
                transformed.args.pop("text_lengths", None)
                transformed.args.pop("table_comment", None)
            yield transformed

    def _kept(self, statement: Statement) -> list[Expr]:
        """The same, from the last time, for a statement that comes again with another path or other numbers."""
        at = (self._conn.database, self._conn.schema, self._conn.database_set, self._conn.schema_set)
        key = (statement.text, *at)
        if (kept := _KEPT.get(key)) is None:
            if len(_KEPT) >= _MAX_KEPT:
                _KEPT.clear()
            kept = _KEPT[key] = list(self._rewritten(statement, None, {}))
        return kept

    def _check_names(self, statement: Statement, expression: Expr) -> None:
        """Refuse names that nothing completes. fakesnow takes a COPY's stage for a table that must be complete."""
        if not isinstance(expression, exp.Copy):
            self.check_db_and_schema(expression)
            return
        stages = [variable.name for variable in expression.find_all(exp.Var) if variable.name.startswith("@")]
        parts = [len(stage.partition("/")[0].split(".")) for stage in stages]
        fewest = min([len(statement.target), *parts])
        if (fewest < _WITH_DATABASE and not self._conn.database_set) or (
            fewest < _WITH_SCHEMA and not self._conn.schema_set
        ):
            raise StatementError(
                90105,
                "22000",
                "Cannot perform COPY. This session does not have a current database and schema. "
                "Call 'USE SCHEMA', or use qualified names.",
            )

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


def _answered(node: Expr, values: Values) -> Expr:
    if type(node) not in values:
        return node
    value = values[type(node)]
    return exp.Null() if value is None else exp.Literal.string(value)
