"""Before the first event: make what is missing, and look at what stands."""

import logging

from winepipeline_warehouse.errors import Misconfigured
from winepipeline_warehouse.missing import refuse_to_replace
from winepipeline_warehouse.names import Names
from winepipeline_warehouse.session import Row, Session
from winepipeline_warehouse.shown import stands, table_stands
from winepipeline_warehouse.tables import (
    REJECTED,
    REJECTED_NULLS,
    TARGET,
    TARGET_NULLS,
    Column,
    StandingColumn,
    create_statements,
    differences,
    expected,
)

_LOG = logging.getLogger(__name__)

_NULLS = {TARGET: TARGET_NULLS, REJECTED: REJECTED_NULLS}

_DESCRIBED = 5
"""Columns of DESCRIBE TABLE that are looked at."""


def prepare(session: Session, names: Names, *, dimensions: bool = False) -> None:
    """Create database, schema, tables and stage where they are missing; check what stands; warn of leftovers.

    `dimensions` are the tables of customers and products, which only a history needs.

    Raises:
        Misconfigured: a table has other columns (which is said), or is gone though others know of its rows; or the
            role may not create what is missing.
        Unavailable: try again later.
    """
    _create_containers(session, names)
    standing = _standing(session, names)
    for table, wanted in expected(names, dimensions=dimensions).items():
        if table.upper() in standing:
            _check(session, table, wanted)
    refuse_to_replace(session, names, standing)
    for name, statement in create_statements(names, dimensions=dimensions).items():
        if name.upper() not in standing:
            session.change(statement)
    _warn_of_leftovers(session, names)


def _standing(session: Session, names: Names) -> set[str]:
    """Those of our tables and stages that are there: full names in capitals."""
    shown = [
        row
        for what in ("TABLES", "STAGES")
        for row in session.query(f"SHOW {what} LIKE '{names.table}%' IN SCHEMA {names.schema}")
    ]
    return {f"{names.schema}.{row[1]}".upper() for row in shown}


def _check(session: Session, table: str, wanted: tuple[Column, ...]) -> None:
    found = [_column(row) for row in session.query(f"DESCRIBE TABLE {table}")]
    wrong = differences(wanted, found, _NULLS.get(wanted, ()))
    if wrong:
        raise Misconfigured(
            "TableMismatch",
            f"{table} stands with other columns: {'; '.join(wrong)}",
            "alter or rename that table, or set SNOWFLAKE_TABLE to another name; nothing was changed",
        )


def _column(row: Row) -> StandingColumn:
    """A row of DESCRIBE TABLE, which begins with name, type, kind, null? and default."""
    name, type_, _, null, default = row[:_DESCRIBED]
    takes_null = str(null).upper() != "N"
    return StandingColumn(
        str(name), str(type_), must_be_given=not takes_null and default is None, takes_null=takes_null
    )


def _create_containers(session: Session, names: Names) -> None:
    """CREATE … IF NOT EXISTS needs the right to create even where the object stands, so look first, here as below."""
    if not stands(session, f"SHOW DATABASES LIKE '{names.database}'", names.database):
        session.change(f"CREATE DATABASE IF NOT EXISTS {names.database}")
    schemas = f"SHOW SCHEMAS LIKE '{names.schema_name}' IN DATABASE {names.database}"
    if not stands(session, schemas, names.schema_name):
        session.change(f"CREATE SCHEMA IF NOT EXISTS {names.schema}")
    session.change(f"USE SCHEMA {names.schema}")


def _warn_of_leftovers(session: Session, names: Names) -> None:
    if not table_stands(session, names, names.staging_table):
        return
    try:
        count = int(session.query(f"SELECT COUNT(*) FROM {names.staging_table}")[0][0])
    except Misconfigured as error:
        _LOG.warning("%s stands, but we may not look into it: %s", names.staging_table, error.message)
        return
    if count:
        _LOG.warning(
            "%s holds %d rows that an older loader left: this pipeline neither reads nor removes them; "
            "look whether they are in %s, then truncate it",
            names.staging_table,
            count,
            names.target,
        )
