"""The tables, as data: what they must look like and the statements that make them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from winepipeline_warehouse.names import Names


@dataclass(frozen=True, slots=True)
class StandingColumn:
    """A column as DESCRIBE TABLE gives it; `must_be_given` where it takes no null and has no default."""

    name: str
    type: str
    must_be_given: bool = False
    takes_null: bool = True


@dataclass(frozen=True, slots=True)
class Column:
    """A column's name and type, as in CREATE TABLE; `families` are the types, without lengths, that will do."""

    name: str
    type: str
    families: frozenset[str]


_WILL_DO = {
    "INTEGER": frozenset({"NUMBER"}),
    "OBJECT": frozenset({"OBJECT", "VARIANT"}),
    "TIMESTAMP_LTZ": frozenset({"TIMESTAMP_LTZ", "TIMESTAMP_TZ"}),
}
"""Types that take what we write, and give it back alike; DESCRIBE has a name of its own for INTEGER."""


def _column(name: str, type_: str) -> Column:
    return Column(name, type_, _WILL_DO.get(type_, frozenset({type_.partition("(")[0]})))


TARGET = (
    _column("EVENT_TYPE", "VARCHAR(50)"),
    _column("PRODUCT_ID", "INTEGER"),
    _column("CUSTOMER_ID", "INTEGER"),
    _column("EVENT_METADATA", "OBJECT"),
    _column("EVENT_CONTENT", "VARIANT"),
    _column("INGESTION_TIME", "TIMESTAMP_LTZ"),
)
"""Events. `EVENT_METADATA` holds topic, topic_id, partition, offset and timestamp (ms), so that the table alone
proves that nothing is there twice."""

TARGET_NULLS = frozenset({"CUSTOMER_ID"})
"""Columns of events that some have no value for: a movement of stock has no customer."""

LEDGER = (
    _column("CLUSTER_ID", "VARCHAR"),
    _column("TOPIC", "VARCHAR"),
    _column("TOPIC_ID", "VARCHAR"),
    _column("PARTITION", "INTEGER"),
    _column("FIRST_OFFSET", "INTEGER"),
    _column("NEXT_OFFSET", "INTEGER"),
    _column("EPOCH", "INTEGER"),
    _column("OWNER", "VARCHAR"),
    _column("ROWS_LOADED", "INTEGER"),
    _column("ROWS_REJECTED", "INTEGER"),
    _column("OFFSETS_SKIPPED", "INTEGER"),
    _column("OFFSETS_EXPIRED", "INTEGER"),
    _column("UPDATED_AT", "TIMESTAMP_LTZ"),
)
"""How far each partition is loaded. NEXT_OFFSET - FIRST_OFFSET = ROWS_LOADED + ROWS_REJECTED + OFFSETS_SKIPPED
(holes that compaction and transaction markers leave) + OFFSETS_EXPIRED (lost to retention before we came)."""

REJECTED = (
    _column("REASON", "VARCHAR(50)"),
    _column("DETAIL", "VARCHAR"),
    _column("EVENT_METADATA", "OBJECT"),
    _column("EVENT_PREVIEW", "VARCHAR"),
    _column("INGESTION_TIME", "TIMESTAMP_LTZ"),
)
"""The events that were turned away, exactly once; their whole bytes are in the dead-letter topic."""

REJECTED_NULLS = frozenset({"EVENT_PREVIEW"})
"""A tombstone has no value to show."""

REPLAYED = (
    _column("REPLAYED_AT", "TIMESTAMP_LTZ"),
    _column("REPLAYED_TO", "VARCHAR"),
    _column("REPLAY_ATTEMPT", "INTEGER"),
)
"""Further columns of the rejects: when a row's event was sent to the topic again, and to which place
(`PARTITION:OFFSET`). Loading does not know them; a table without them will do until the first replay adds them."""

KEPT_REPLAYED = (_column("EVENT_METADATA", "OBJECT"), *REPLAYED)
"""Of a reject that a rewind removes, what a later replay must know: its event was sent again already."""

CUSTOMERS = (
    _column("HISTORY", "VARCHAR"),
    _column("CUSTOMER_ID", "INTEGER"),
    _column("FIRST_NAME", "VARCHAR"),
    _column("LAST_NAME", "VARCHAR"),
    _column("EMAIL", "VARCHAR"),
    _column("STREET", "VARCHAR"),
    _column("POSTCODE", "VARCHAR"),
    _column("CITY", "VARCHAR"),
    _column("SEGMENT", "VARCHAR"),
    _column("SINCE", "VARCHAR"),
)
PRODUCTS = (
    _column("HISTORY", "VARCHAR"),
    _column("PRODUCT_ID", "INTEGER"),
    _column("NAME", "VARCHAR"),
    _column("CATEGORY", "VARCHAR"),
    _column("REGION", "VARCHAR"),
    _column("APPELLATION", "VARCHAR"),
    _column("VINTAGE", "INTEGER"),
    _column("PRICE_CENTS", "INTEGER"),
    _column("SUPPLIER", "VARCHAR"),
)
"""The dimensions beside a history's events; `HISTORY` says which history each row came with."""


def create_statements(names: Names, *, dimensions: bool = False) -> dict[str, str]:
    """From the name of each table, and of the stage, to the statement that makes it."""
    wanted = {**expected(names, dimensions=dimensions), names.rejected: REJECTED + REPLAYED}
    tables = {name: f"CREATE TABLE IF NOT EXISTS {name} ({_definition(columns)})" for name, columns in wanted.items()}
    return {**tables, names.stage: f"CREATE STAGE IF NOT EXISTS {names.stage}"}


def create_replayed(names: Names) -> str:
    """The statement that makes the table of `KEPT_REPLAYED`."""
    return f"CREATE TABLE IF NOT EXISTS {names.replayed} ({_definition(KEPT_REPLAYED)})"


def expected(names: Names, *, dimensions: bool = False) -> dict[str, tuple[Column, ...]]:
    """From a table's name to its columns; a history has the tables of its customers and products besides."""
    tables = {names.target: TARGET, names.ledger: LEDGER, names.rejected: REJECTED}
    return {**tables, names.customers: CUSTOMERS, names.products: PRODUCTS} if dimensions else tables


def differences(wanted: tuple[Column, ...], found: Sequence[StandingColumn], nulls: Collection[str] = ()) -> list[str]:
    """What a table lacks or has otherwise, in words; empty when it will do.

    Columns that we do not know do no harm, unless they must be given: every statement of ours names its columns.

    Args:
        wanted: our columns.
        found: those that stand.
        nulls: the names of ours in which we leave a null.
    """
    standing = {each.name.upper(): each for each in found}
    words = []
    for column in wanted:
        each = standing.pop(column.name, None)
        if each is None:
            words.append(f"column {column.name} {column.type} is missing")
            continue
        kind = each.type.upper()
        if kind.partition("(")[0] not in column.families or _characters(kind) < _characters(column.type):
            words.append(f"column {column.name} is {kind}, allowed: {column.type}")
        if column.name in nulls and not each.takes_null:
            words.append(f"column {column.name} is NOT NULL, allowed: nulls")
    words += [
        f"column {name} is not ours, NOT NULL and without a default, allowed: nulls, or a default"
        for name, each in standing.items()
        if each.must_be_given
    ]
    return words


def _characters(kind: str) -> int:
    """The length of `VARCHAR(50)`; 0 for types without one."""
    length = kind.partition("VARCHAR(")[2].rstrip(")")
    return int(length) if length.isdecimal() else 0


def _definition(columns: tuple[Column, ...]) -> str:
    return ", ".join(f"{column.name} {column.type}" for column in columns)
