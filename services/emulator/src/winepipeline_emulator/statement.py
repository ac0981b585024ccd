"""One SQL statement: what it does to a transaction, and to which table. Pure."""

import itertools
import re
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

import sqlglot
from sqlglot import Expr, exp
from sqlglot.errors import SqlglotError

from winepipeline_emulator.errors import StatementError
from winepipeline_emulator.table_definition import as_snowflake_enforces_it

# A COPY's path is different every time, and so are the numbers of an UPDATE's VALUES, with everything else the same:
# statements are kept parsed, and rewritten for DuckDB, with placeholders for those. Parsing and rewriting a COPY costs
# more than loading a hundred rows.
PATH_PLACEHOLDER = "_the_path_of_this_copy"
FIRST_NUMBER_PLACEHOLDER = 8_100_000_000_000_000_000
_STAGED_FILE = re.compile(r"(\bFROM\s+@[\w.\"]+/)([\w./=-]+)(?=[\s)])", re.IGNORECASE)
_ROWS_OF_NUMBERS = re.compile(r"\bVALUES\s*(\(\s*-?\d+(\s*,\s*-?\d+)*\s*\)\s*,?\s*)+(?=\))", re.IGNORECASE)
_NUMBER = re.compile(r"\d+")
# Longer texts are INSERTs of many values, each of them different: keeping them would cost memory for nothing.
_MAX_KEPT_CHARACTERS = 4096


class Kind(StrEnum):
    """What a statement is to a transaction."""

    READ = "read"
    INSERT = "insert"  # INSERT and COPY: change a table, take no lock
    UPDATE = "update"
    MERGE = "merge"
    DELETE = "delete"
    DDL = "ddl"  # commits the transaction that is open


LOCKING = frozenset({Kind.UPDATE, Kind.MERGE, Kind.DELETE})
WRITING = LOCKING | {Kind.INSERT}

_KINDS: dict[type[Expr], Kind] = {
    exp.Insert: Kind.INSERT,
    exp.Copy: Kind.INSERT,
    exp.Update: Kind.UPDATE,
    exp.Merge: Kind.MERGE,
    exp.Delete: Kind.DELETE,
    exp.Create: Kind.DDL,
    exp.Alter: Kind.DDL,
    exp.Drop: Kind.DDL,
    exp.TruncateTable: Kind.DDL,
    exp.Comment: Kind.DDL,
}


@dataclass(frozen=True)
class Statement:
    """A parsed statement. The expression is shared: copy it before changing it.

    Attributes:
        text: the SQL, with placeholders for what is different each time.
        expression: sqlglot's tree of the text.
        kind: what it is to a transaction.
        target: the parts of the name of the table that it changes, in order, as Snowflake stores them.
        path: the staged file of a COPY, without the stage, for `PATH_PLACEHOLDER`; None for anything else.
        numbers: those for `FIRST_NUMBER_PLACEHOLDER`, the one after it, and so on.
    """

    text: str
    expression: Expr
    kind: Kind
    target: tuple[str, ...]
    path: str | None = None
    numbers: tuple[str, ...] = ()
    places: int = 0
    """How many placeholders there are in the expression."""

    def filled(self, tree: Expr) -> Expr:
        """A copy of a tree that was made from `expression`, with path and numbers in their places."""
        copied = tree.copy()
        if self.path is not None:
            for variable in copied.find_all(exp.Var):
                if variable.name.endswith(PATH_PLACEHOLDER):
                    variable.set("this", variable.name.removesuffix(PATH_PLACEHOLDER) + self.path)
        if self.numbers:
            numbers = {str(FIRST_NUMBER_PLACEHOLDER + n): number for n, number in enumerate(self.numbers)}
            for literal in copied.find_all(exp.Literal):
                literal.set("this", numbers.get(literal.name, literal.name))
        return copied

    def table(self, database: str | None, schema: str | None) -> str:
        """The full name of the table that it changes, in a session with this database and schema."""
        current = [database or "", schema or ""]
        missing = max(0, 3 - len(self.target))
        return ".".join((*current[:missing], *self.target))

    def rows_meant(self) -> "Statement | None":
        """A query for the rows that an UPDATE changes, whole; None where they depend on other tables besides."""
        update = self.expression
        if not isinstance(update, exp.Update) or len(list(update.find_all(exp.Table))) != 1:
            return None
        target = update.this
        alias = target.args.get("alias")
        name = (alias.this if alias else target.this).copy()
        query = exp.select(exp.column("rowid", table=name), exp.column(exp.Star(), table=name)).from_(target.copy())
        if source := update.args.get("from_"):
            query = query.join(source.this.copy(), join_type="cross")
        if condition := update.args.get("where"):
            query = query.where(condition.this.copy())
        return Statement("", query.order_by("1"), Kind.READ, (), numbers=self.numbers)


def parse(sql: str) -> Statement:
    """Read one statement of Snowflake's SQL.

    Raises:
        StatementError: 001003 for a syntax error, 000008 for more than one statement.
    """
    text, path, numbers = _with_placeholders(sql)
    if path is not None or numbers:
        statement = replace(_kept(text), path=path, numbers=numbers)
        if statement.places == len(numbers) + (path is not None):
            return statement
    # What looked like a place for a value was something else, such as a part of a string.
    return _kept(sql) if len(sql) <= _MAX_KEPT_CHARACTERS else _parse(sql)


def _with_placeholders(sql: str) -> tuple[str, str | None, tuple[str, ...]]:
    """The text with placeholders, and the path and the numbers that they stand for."""
    verb = sql[:6].upper()
    if verb.startswith("COPY ") and (found := _STAGED_FILE.search(sql)):
        return f"{sql[: found.start(2)]}{PATH_PLACEHOLDER}{sql[found.end(2) :]}", found[2], ()
    if verb in {"UPDATE", "MERGE "} and len(sql) <= _MAX_KEPT_CHARACTERS and (found := _ROWS_OF_NUMBERS.search(sql)):
        placeholders = itertools.count(FIRST_NUMBER_PLACEHOLDER)
        rows = _NUMBER.sub(lambda _: str(next(placeholders)), found[0])
        return f"{sql[: found.start()]}{rows}{sql[found.end() :]}", None, tuple(_NUMBER.findall(found[0]))
    return sql, None, ()


def _parse(sql: str) -> Statement:
    try:
        parsed = [tree for tree in sqlglot.parse(sql, read="snowflake") if tree and not isinstance(tree, exp.Semicolon)]
    except SqlglotError as error:
        # without sqlglot's colours for terminals
        words = re.sub(r"\x1b\[\d+m", "", str(error))
        raise StatementError(1003, "42000", f"SQL compilation error:\n{words}") from None
    if len(parsed) != 1:
        raise StatementError(
            8, "0A000", f"Actual statement count {len(parsed)} did not match the desired statement count 1."
        )
    expression = _with_column_names(as_snowflake_enforces_it(parsed[0]))
    if isinstance(expression, exp.Copy):
        expression = expression.transform(_validating_only, copy=False)
    kind = _KINDS.get(type(expression), Kind.READ)
    return Statement(sql, expression, kind, _target(expression), places=sum(map(_is_place, expression.walk())))


_kept = lru_cache(maxsize=256)(_parse)


def _target(expression: Expr) -> tuple[str, ...]:
    table = expression.this
    if isinstance(table, exp.Schema):
        table = table.this
    if isinstance(expression, exp.TruncateTable):
        table = expression.expressions[0]
    if not isinstance(table, exp.Table):
        return ()
    return tuple(part.name if part.args.get("quoted") else part.name.upper() for part in table.parts)


def _is_place(node: Expr) -> bool:
    if isinstance(node, exp.Var):
        return node.name.endswith(PATH_PLACEHOLDER)
    return isinstance(node, exp.Literal) and node.is_int and int(node.name) >= FIRST_NUMBER_PLACEHOLDER


def _with_column_names(expression: Expr) -> Expr:
    """SELECT $1 FROM VALUES … as SELECT COLUMN1 FROM VALUES …: to DuckDB, $1 is a parameter."""
    for values in expression.find_all(exp.Values):
        select = values.find_ancestor(exp.Select)
        source = select and select.args.get("from_")
        if select and source and source.find(exp.Values) is values:
            for parameter in [p for part in select.expressions for p in part.find_all(exp.Parameter)]:
                if parameter.name.isdecimal():
                    parameter.replace(exp.column(f"COLUMN{parameter.name}"))
    return expression


def _validating_only(node: Expr) -> Expr:
    """PARSE_JSON(x) as a cast: DuckDB's JSON(x) writes the text anew besides, for a fifth of the COPY's time."""
    return exp.cast(node.this, exp.DataType.Type.JSON) if isinstance(node, exp.ParseJSON) else node
