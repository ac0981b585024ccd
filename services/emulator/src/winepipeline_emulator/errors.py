"""What went wrong, in Snowflake's numbers: one table from DuckDB's complaints to Snowflake's errors.

    StatementError            any error a statement answers with: errno, sqlstate, message
    ├── LoginRefused          390100: the password is not the one
    └── SessionGone           390111: the session was closed, or rolled back for idleness, or is from before a restart

The connector raises `ProgrammingError` for every one of them (`IntegrityError` for 100072), because they travel as
HTTP 200 with `success: false`. HTTP 5xx would make it retry without end (snowflake-connector-python, network.py,
`is_retryable_http_code`), so no error here ever becomes one.
"""

import re
from dataclasses import dataclass

LOCK_NOT_HAD = 625
CANCELLED = 604
INTERNAL = 603


class StatementError(Exception):
    """An error as Snowflake would answer it.

    Attributes:
        errno: Snowflake's number, such as 100069.
        sqlstate: the five characters of the SQL standard, such as 22P02.
        message: Snowflake's words where they are known.
    """

    def __init__(self, errno: int, sqlstate: str, message: str) -> None:
        super().__init__(f"{errno:06d} ({sqlstate}): {message}")
        self.errno = errno
        self.sqlstate = sqlstate
        self.message = message


class LoginRefused(StatementError):
    """The user or the password is wrong."""

    def __init__(self) -> None:
        super().__init__(390100, "08001", "Incorrect username or password was specified.")


class SessionGone(StatementError):
    """The session is not known (any more): the client must log in again."""

    def __init__(self) -> None:
        super().__init__(390111, "08001", "Session no longer exists. New login required to access the service.")


def lock_not_had(table: str, why: str) -> StatementError:
    """The error of a statement that could not have a table's lock.

    Source: https://community.snowflake.com (000625, 57014), where the first sentence is Snowflake's own.
    """
    return StatementError(
        LOCK_NOT_HAD,
        "57014",
        f"Another statement has locked table '{table}' in a transaction and this lock has not yet been released.\n"
        f"Your statement was aborted because {why}.",
    )


def cancelled() -> StatementError:
    """The error of a statement that the client (or the emulator's end) cancelled."""
    return StatementError(CANCELLED, "57014", "SQL execution canceled")


@dataclass(frozen=True)
class Rule:
    """One line of the table: which complaint of DuckDB's, and what Snowflake says instead.

    `text` may use the pattern's groups as {0}, {1}; without a text DuckDB's first line is passed on.
    """

    kind: str
    pattern: str
    errno: int
    sqlstate: str
    text: str = "{message}"


_VALUE = r"""["'](.*)["']"""

# The first rule whose kind and pattern fit wins. Numbers and states: Snowflake's documentation of COPY errors and the
# reports of its users; where Snowflake has several for one case the one that COPY INTO gives is taken.
RULES = (
    Rule("*", r"Malformed JSON at byte (\d+) of input: ([^.]*)\.", 100069, "22P02", "Error parsing JSON: {1}, pos {0}"),
    Rule("ConstraintException", r"CHECK constraint failed .*length\(\"?(\w+)\"?\) <= (\d+)",
         100078, "22000", "String is too long and would be truncated: column {0} takes {1} characters"),
    Rule("ConstraintException", r"NOT NULL constraint failed: (\S+)",
         100072, "22000", "NULL result in a non-nullable column: {0}"),
    Rule("ConversionException", rf"Could not convert string {_VALUE} to BOOL",
         100037, "22018", "Boolean value '{0}' is not recognized"),
    Rule("ConversionException", rf"Could not convert string {_VALUE} to",
         100038, "22018", "Numeric value '{0}' is not recognized"),
    Rule("ConversionException", rf"timestamp field .*?: {_VALUE}, expected",
         100035, "22007", "Timestamp '{0}' is not recognized"),
    Rule("ConversionException", rf"date field .*?: {_VALUE}, expected",
         100040, "22007", "Date '{0}' is not recognized"),
    Rule("ConversionException", rf"time field .*?: {_VALUE}, expected",
         100108, "22007", "Time '{0}' is not recognized"),
    Rule("ConversionException", r"out of range", 100039, "22003", "Numeric value is out of range: {message}"),
    Rule("OutOfRangeException", r"", 100039, "22003", "Numeric value is out of range: {message}"),
    Rule("ConversionException", r"", 100038, "22018"),
    Rule("CatalogException", r"Function with name (\S+) does not exist",
         2140, "42601", "SQL compilation error:\nUnknown function {0}"),
    Rule("CatalogException", r"with name \"?([^\s\"]+)\"? already exists",
         2002, "42710", "SQL compilation error:\nObject '{0}' already exists."),
    Rule("CatalogException", r"with name \"?([^\s\"]+)\"? does not exist",
         2003, "42S02", "SQL compilation error:\nObject '{0}' does not exist or not authorized."),
    Rule("CatalogException", r"No catalog \+ schema named \"([^\"]*)\" found",
         2043, "02000", "SQL compilation error:\nObject does not exist, or operation cannot be performed: {0}"),
    Rule("BinderException", r"Referenced column \"([^\"]*)\" not found",
         904, "42000", "SQL compilation error:\ninvalid identifier '{0}'"),
    Rule("BinderException", r"columns? but \d+ values were supplied",
         2057, "42601", "SQL compilation error:\nInsert value list does not match column list: {message}"),
    Rule("TransactionException", r"onflict", LOCK_NOT_HAD, "57014",
         "Your statement was aborted because another transaction changed the same rows: {message}"),
    Rule("InterruptException", r"", CANCELLED, "57014", "SQL execution canceled"),
)  # fmt: skip


def duckdb_error(error: BaseException) -> BaseException | None:
    """The complaint of DuckDB's behind an error, if there is one: fakesnow wraps some of them."""
    seen: BaseException | None = error
    while seen is not None:
        if type(seen).__module__ in {"duckdb", "_duckdb"}:
            return seen
        seen = seen.__cause__ or seen.__context__
    return None


def is_conflict(error: BaseException) -> bool:
    """Whether DuckDB refused because another transaction changed the same thing: worth another attempt."""
    cause = duckdb_error(error)
    return cause is not None and type(cause).__name__ == "TransactionException" and "onflict" in str(cause)


def translate(error: BaseException) -> StatementError:
    """Any exception as the error that Snowflake would answer: never None, never another exception."""
    if isinstance(error, StatementError):
        return error
    if (cause := duckdb_error(error)) is not None:
        text = str(cause)
        message = text.split("\n", maxsplit=1)[0]
        for rule in RULES:
            if rule.kind in {"*", type(cause).__name__} and (found := re.search(rule.pattern, text, re.DOTALL)):
                return StatementError(rule.errno, rule.sqlstate, rule.text.format(*found.groups(), message=message))
    errno = getattr(error, "errno", None)
    if isinstance(errno, int) and errno > 0:  # an error of the connector's, which fakesnow raises by itself
        message = getattr(error, "raw_msg", None) or getattr(error, "msg", None) or str(error)
        return StatementError(errno, getattr(error, "sqlstate", None) or "42000", message)
    return StatementError(
        INTERNAL, "XX000", f"SQL execution internal error:\nthe emulator failed at {type(error).__name__}: {error}"
    )
