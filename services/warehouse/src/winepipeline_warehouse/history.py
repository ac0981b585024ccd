"""What the tables hold of a history: a past that was loaded beside the stream, out of a database instead of a topic.

A history stands in the ledger as a topic does. Its topic is `backfill/NAME`, which no topic of Kafka can be called;
its topic id says which history it is; its partitions are tables, its offsets are their keys. So whatever holds for the
stream (the epoch that fences, the ledger in the load's transaction, the audit) holds for a history.
"""

import hashlib
from dataclasses import dataclass

from winepipeline_warehouse.ledger import Origin
from winepipeline_warehouse.names import Names
from winepipeline_warehouse.session import Session

CLUSTER = "winepipeline-backfill"
PREFIX = "backfill/"


def origin_of(name: str, identity: str) -> Origin:
    """A history's place in ledger and metadata.

    Args:
        name: the history's name.
        identity: what tells it from another history of that name.
    """
    return Origin(CLUSTER, f"{PREFIX}{name}", identity)


def mark_of(origin: Origin) -> str:
    """Sixteen letters that tell one history from any other, for names of files and events."""
    return hashlib.sha256(f"{origin.topic} {origin.topic_id}".encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Standing:
    """What the ledger has of a history.

    Attributes:
        next_keys: from each partition to the first key that is not loaded.
        loaded: events in the target.
        rejected: events that were turned away.
    """

    next_keys: dict[int, int]
    loaded: int
    rejected: int


@dataclass(frozen=True, slots=True)
class HistorySums:
    """What the tables themselves add up to, for one history; keys are counted apart, so that doubles show."""

    order_lines: int
    order_line_keys: int
    orders: int
    bottles_sold: int
    total_cents: int
    movements: int
    movement_keys: int
    bottles_moved: int
    customers: int
    customer_keys: int
    products: int
    product_keys: int


def identities(session: Session, names: Names, topic: str) -> set[str]:
    """Which histories the ledger has under a topic."""
    rows = session.query(f"SELECT DISTINCT TOPIC_ID FROM {names.ledger} WHERE TOPIC = %s", (topic,))
    return {str(row[0]) for row in rows}


def standing(session: Session, names: Names, origin: Origin) -> Standing:
    """How far a history is loaded."""
    rows = session.query(
        f"SELECT PARTITION, NEXT_OFFSET, ROWS_LOADED, ROWS_REJECTED FROM {names.ledger} "
        "WHERE TOPIC = %s AND TOPIC_ID = %s",
        (origin.topic, origin.topic_id),
    )
    return Standing(
        {int(row[0]): int(row[1]) for row in rows}, sum(int(row[2]) for row in rows), sum(int(row[3]) for row in rows)
    )


def withdraw(session: Session, names: Names, origin: Origin) -> int:
    """Take a history out of the ledger again of which nothing is loaded; how many rows went."""
    return session.change(
        f"DELETE FROM {names.ledger} WHERE TOPIC = %s AND TOPIC_ID = %s AND NEXT_OFFSET = FIRST_OFFSET",
        (origin.topic, origin.topic_id),
    )


def sweep(session: Session, names: Names, origin: Origin) -> None:
    """Remove the files that killed runs left in the stage; for when all of the history is loaded."""
    session.query(f"REMOVE @{names.stage}/{file_prefix(origin)}")


def file_prefix(origin: Origin) -> str:
    """How the names of a history's staged files begin."""
    return f"history-{mark_of(origin)}-"


def sums(session: Session, names: Names, origin: Origin) -> HistorySums:
    """Count a history in the tables; reads all of its rows."""
    orders = session.query(
        "SELECT COUNT(*), COUNT(DISTINCT EVENT_METADATA:offset::INTEGER), "
        "COUNT(DISTINCT EVENT_CONTENT:order_id::VARCHAR), COALESCE(SUM(EVENT_CONTENT:quantity::INTEGER), 0), "
        f"COALESCE(SUM(ROUND(EVENT_CONTENT:total::NUMBER(18, 2) * 100)), 0) {_of_history(names)} = 'ORDER_CREATED'",
        (origin.topic, origin.topic_id),
        scans=True,
    )[0]
    moved = session.query(
        "SELECT COUNT(*), COUNT(DISTINCT EVENT_METADATA:offset::INTEGER), "
        f"COALESCE(SUM(EVENT_CONTENT:quantity_change::INTEGER), 0) {_of_history(names)} = 'INVENTORY_ADJUSTED'",
        (origin.topic, origin.topic_id),
        scans=True,
    )[0]
    dimensions = [
        session.query(
            f"SELECT COUNT(*), COUNT(DISTINCT {key}) FROM {table} WHERE HISTORY = %s", (origin.topic,), scans=True
        )[0]
        for table, key in ((names.customers, "CUSTOMER_ID"), (names.products, "PRODUCT_ID"))
    ]
    numbers = [int(value) for row in (orders, moved, *dimensions) for value in row]
    return HistorySums(*numbers)


def _of_history(names: Names) -> str:
    return (
        f"FROM {names.target} WHERE EVENT_METADATA:topic::VARCHAR = %s AND EVENT_METADATA:topic_id::VARCHAR = %s "
        "AND EVENT_TYPE"
    )
