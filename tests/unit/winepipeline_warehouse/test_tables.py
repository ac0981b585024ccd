"""The tables: what is made, and what a table that stands already must look like."""

import pytest

from winepipeline_warehouse.names import Names
from winepipeline_warehouse.tables import (
    LEDGER,
    REJECTED,
    TARGET,
    Column,
    StandingColumn,
    create_statements,
    differences,
    expected,
)

NAMES = Names("WINE_SALES_DB", "RAW_DATA", "RAW_EVENTS_STREAM")
DESCRIBED = {"INTEGER": "NUMBER(38,0)", "VARCHAR": "VARCHAR(16777216)", "TIMESTAMP_LTZ": "TIMESTAMP_LTZ(9)"}


def described(columns: tuple[Column, ...]) -> list[StandingColumn]:
    """What DESCRIBE TABLE says of a table made with these columns."""
    return [StandingColumn(column.name, DESCRIBED.get(column.type, column.type)) for column in columns]


def changed(name: str, kind: str | None) -> list[StandingColumn]:
    """The target with one column of another type, or without it."""
    others = [each for each in described(TARGET) if each.name != name.upper()]
    return [*others, *([StandingColumn(name, kind)] if kind else [])]


def test_the_target_has_the_columns_that_were_promised() -> None:
    """Queries that people have written against the table go on working."""
    assert create_statements(NAMES)[NAMES.target] == (
        "CREATE TABLE IF NOT EXISTS WINE_SALES_DB.RAW_DATA.RAW_EVENTS_STREAM (EVENT_TYPE VARCHAR(50), "
        "PRODUCT_ID INTEGER, CUSTOMER_ID INTEGER, EVENT_METADATA OBJECT, EVENT_CONTENT VARIANT, "
        "INGESTION_TIME TIMESTAMP_LTZ)"
    )


def test_everything_stands_beside_the_target() -> None:
    """Two pipelines with two tables in one schema do not meet."""
    assert list(create_statements(NAMES)) == [
        f"WINE_SALES_DB.RAW_DATA.RAW_EVENTS_STREAM{suffix}" for suffix in ("", "_LEDGER", "_REJECTED", "_STAGE")
    ]
    assert all(statement.startswith("CREATE ") for statement in create_statements(NAMES).values())
    assert all(" IF NOT EXISTS " in statement for statement in create_statements(NAMES).values())


@pytest.mark.parametrize("columns", [TARGET, LEDGER, REJECTED])
def test_a_table_of_our_own_making_will_do(columns: tuple[Column, ...]) -> None:
    """The second start finds nothing to complain of."""
    assert differences(columns, described(columns)) == []
    assert set(expected(NAMES).values()) == {TARGET, LEDGER, REJECTED}


def test_further_columns_and_another_order_do_no_harm() -> None:
    """People may add columns of their own."""
    assert differences(TARGET, [StandingColumn("NOTE", "VARCHAR(10)"), *reversed(described(TARGET))]) == []


@pytest.mark.parametrize(
    ("name", "kind", "said"),
    [
        ("EVENT_CONTENT", "VARCHAR(16777216)", "column EVENT_CONTENT is VARCHAR(16777216), allowed: VARIANT"),
        ("PRODUCT_ID", "FLOAT", "column PRODUCT_ID is FLOAT, allowed: INTEGER"),
        ("EVENT_TYPE", "VARCHAR(10)", "column EVENT_TYPE is VARCHAR(10), allowed: VARCHAR(50)"),
        ("INGESTION_TIME", "TIMESTAMP_NTZ(9)", "column INGESTION_TIME is TIMESTAMP_NTZ(9), allowed: TIMESTAMP_LTZ"),
        ("CUSTOMER_ID", None, "column CUSTOMER_ID INTEGER is missing"),
    ],
)
def test_a_column_that_will_not_do_is_named(name: str, kind: str | None, said: str) -> None:
    """Before anything is loaded, a person reads which column is otherwise, and how it should be."""
    assert differences(TARGET, changed(name, kind)) == [said]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("EVENT_TYPE", "VARCHAR(16777216)"),
        ("EVENT_METADATA", "VARIANT"),
        ("INGESTION_TIME", "TIMESTAMP_TZ(9)"),
        ("event_type", "varchar(50)"),
    ],
)
def test_a_column_that_takes_all_that_we_write_will_do(name: str, kind: str) -> None:
    """A table that was made by other hands is not refused for nothing."""
    assert differences(TARGET, changed(name, kind)) == []
