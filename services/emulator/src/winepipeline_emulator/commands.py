"""Statements that the emulator answers by itself, recognised by their text.

Transaction control, because Snowflake's transactions are made out of DuckDB's (`transaction.py`); stages' files and
databases, because they lie in the emulator's folder; and what has no meaning here (warehouses, grants), which is
accepted. Everything else goes to fakesnow.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from winepipeline_emulator.errors import StatementError


@dataclass(frozen=True)
class Begin:
    """BEGIN [WORK | TRANSACTION]."""


@dataclass(frozen=True)
class Commit:
    """COMMIT."""


@dataclass(frozen=True)
class Rollback:
    """ROLLBACK."""


@dataclass(frozen=True)
class SetParameters:
    """ALTER SESSION SET …: upper-case names, unquoted values; a value of None unsets."""

    parameters: Mapping[str, str | None]


@dataclass(frozen=True)
class StageReference:
    """@[database.][schema.]stage[/path]: parts in order, as written; the path without the leading slash."""

    parts: tuple[str, ...]
    path: str


@dataclass(frozen=True)
class Put:
    """PUT file://source @stage/path: the source's file name decides the staged one's.

    The client acts on the last two: it looks into a file to learn its compression only where it is told to.
    """

    source: str
    stage: StageReference
    auto_compress: bool
    overwrite: bool
    source_compression: str = "auto_detect"
    parallel: int = 4


@dataclass(frozen=True)
class Remove:
    """REMOVE @stage/path: the path is a prefix."""

    stage: StageReference


@dataclass(frozen=True)
class ListFiles:
    """LIST @stage/path: the path is a prefix."""

    stage: StageReference


@dataclass(frozen=True)
class CreateDatabase:
    """CREATE [OR REPLACE] DATABASE [IF NOT EXISTS] name."""

    name: str
    replace: bool
    if_not_exists: bool


@dataclass(frozen=True)
class DropDatabase:
    """DROP DATABASE [IF EXISTS] name."""

    name: str
    if_exists: bool


@dataclass(frozen=True)
class Use:
    """USE ROLE | WAREHOUSE | DATABASE name: `what` is upper-case."""

    what: str
    name: str


@dataclass(frozen=True)
class ShowGrants:
    """SHOW GRANTS …."""


@dataclass(frozen=True)
class Accepted:
    """A statement without a meaning here."""


Command = (
    Begin
    | Commit
    | Rollback
    | SetParameters
    | Put
    | Remove
    | ListFiles
    | CreateDatabase
    | DropDatabase
    | Use
    | ShowGrants
    | Accepted
)

_NAME = r'(?P<name>"[^"]+"|\w+)'
_STAGE = r"(?P<stage>'@[^']+'|@\S+?)"
_COMMENTS = re.compile(r"\A(\s+|--[^\n]*(\n|\Z)|//[^\n]*(\n|\Z)|/\*.*?\*/)+", re.DOTALL)


def _name(written: str) -> str:
    return written[1:-1] if written.startswith('"') else written.upper()


def stage_reference(written: str) -> StageReference:
    """Read a reference such as @stage/dir/file or '@db.schema.stage/dir/file'."""
    location, _, path = written.strip("'").removeprefix("@").partition("/")
    parts = re.findall(r'"[^"]+"|[^."]+', location)
    if not 1 <= len(parts) <= 3 or location[:1] in {"~", "%", ""}:  # noqa: PLR2004 - database, schema, stage
        raise StatementError(
            2003, "02000", f"SQL compilation error:\nStage '{location}': only named stages exist in this emulator."
        )
    return StageReference(tuple(_name(part) for part in parts), path)


def _parameters(found: re.Match[str]) -> SetParameters:
    pairs = re.findall(r"(\w+)\s*=\s*('(?:[^']|'')*'|[^\s,;]+)", found["rest"])
    if not pairs:
        raise StatementError(1003, "42000", f"SQL compilation error:\nALTER SESSION SET {found['rest']}: no parameter.")
    return SetParameters({name.upper(): value.strip("'").replace("''", "'") for name, value in pairs})


def _unset(found: re.Match[str]) -> SetParameters:
    return SetParameters({name.upper(): None for name in re.findall(r"\w+", found["rest"])})


def _put(found: re.Match[str]) -> Put:
    options = {name.upper(): value.upper() for name, value in re.findall(r"(\w+)\s*=\s*(\w+)", found["rest"] or "")}
    return Put(
        source=found["source"].strip("'").removeprefix("file://"),
        stage=stage_reference(found["stage"]),
        auto_compress=options.get("AUTO_COMPRESS", "TRUE") == "TRUE",
        overwrite=options.get("OVERWRITE", "FALSE") == "TRUE",
        source_compression=options.get("SOURCE_COMPRESSION", "AUTO_DETECT").lower(),
        parallel=int(parallel) if (parallel := options.get("PARALLEL", "4")).isdecimal() else 4,
    )


_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Command]], ...] = tuple(
    (re.compile(rf"{pattern}\s*;?\s*\Z", re.IGNORECASE | re.DOTALL), make)
    for pattern, make in (
        (r"(BEGIN(\s+(WORK|TRANSACTION))?|START\s+TRANSACTION)(\s+NAME\s+\S+)?", lambda _: Begin()),
        (r"COMMIT(\s+WORK)?", lambda _: Commit()),
        (r"ROLLBACK(\s+WORK)?", lambda _: Rollback()),
        (r"ALTER\s+SESSION\s+SET\s+(?P<rest>.+?)", _parameters),
        (r"ALTER\s+SESSION\s+UNSET\s+(?P<rest>.+?)", _unset),
        (rf"PUT\s+(?P<source>'file://[^']+'|file://\S+)\s+{_STAGE}(?P<rest>\s+.*?)?", _put),
        (rf"(REMOVE|RM)\s+{_STAGE}", lambda m: Remove(stage_reference(m["stage"]))),
        (rf"(LIST|LS)\s+{_STAGE}", lambda m: ListFiles(stage_reference(m["stage"]))),
        (
            rf"CREATE\s+(?P<replace>OR\s+REPLACE\s+)?(TRANSIENT\s+)?DATABASE\s+(?P<exists>IF\s+NOT\s+EXISTS\s+)?{_NAME}(\s.*)?",
            lambda m: CreateDatabase(_name(m["name"]), bool(m["replace"]), bool(m["exists"])),
        ),
        (
            rf"DROP\s+DATABASE\s+(?P<exists>IF\s+EXISTS\s+)?{_NAME}(\s+(CASCADE|RESTRICT))?",
            lambda m: DropDatabase(_name(m["name"]), bool(m["exists"])),
        ),
        (rf"USE\s+(?P<what>ROLE|WAREHOUSE|DATABASE)\s+{_NAME}", lambda m: Use(m["what"].upper(), _name(m["name"]))),
        (r"SHOW\s+GRANTS(\s.*)?", lambda _: ShowGrants()),
        (r"USE\s+SECONDARY\s+ROLES\s+\w+", lambda _: Accepted()),
        (r"(CREATE(\s+OR\s+REPLACE)?|ALTER|DROP)\s+(WAREHOUSE|ROLE)\s.+", lambda _: Accepted()),
        (r"(GRANT|REVOKE)\s.+", lambda _: Accepted()),
    )
)


def recognise(sql: str) -> Command | None:
    """The command that a statement's text is, or None where it is fakesnow's to run.

    Raises:
        StatementError: the command is one of these, with something that cannot be read.
    """
    text = _COMMENTS.sub("", sql)
    for pattern, make in _FORMS:
        if found := pattern.match(text):
            return make(found)
    return None
