"""The tables of a history in SQLite, as data: what we make, and what a database of one's own must have. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Attributes:
        name: its name.
        key: the whole number that its rows are told apart by, from 1.
        columns: from each column that we read to its definition, the key first.
        rules: further parts of its definition.
    """

    name: str
    key: str
    columns: Mapping[str, str]
    rules: tuple[str, ...] = ()

    @property
    def definition(self) -> str:
        """CREATE TABLE."""
        parts = [*(f"{name} {kind}" for name, kind in self.columns.items()), *self.rules]
        return f"CREATE TABLE {self.name} ({', '.join(parts)}) STRICT"


CUSTOMERS = Table(
    "customers",
    "customer_id",
    {
        "customer_id": "INTEGER PRIMARY KEY",
        "first_name": "TEXT NOT NULL",
        "last_name": "TEXT NOT NULL",
        "email": "TEXT NOT NULL",
        "street": "TEXT NOT NULL",
        "postcode": "TEXT NOT NULL",
        "city": "TEXT NOT NULL",
        "segment": "TEXT NOT NULL",
        "since": "TEXT NOT NULL",
    },
)
PRODUCTS = Table(
    "products",
    "product_id",
    {
        "product_id": "INTEGER PRIMARY KEY",
        "name": "TEXT NOT NULL",
        "category": "TEXT NOT NULL",
        "region": "TEXT NOT NULL",
        "appellation": "TEXT NOT NULL",
        "vintage": "INTEGER NOT NULL",
        "price_cents": "INTEGER NOT NULL CHECK (price_cents > 0)",
        "supplier": "TEXT NOT NULL",
    },
)
ORDERS = Table(
    "orders",
    "order_id",
    {
        "order_id": "INTEGER PRIMARY KEY",
        "order_number": "TEXT NOT NULL UNIQUE",
        "customer_id": "INTEGER NOT NULL REFERENCES customers",
        "ordered_at": "TEXT NOT NULL",
        "channel": "TEXT NOT NULL",
        "currency": "TEXT NOT NULL",
    },
)
ORDER_LINES = Table(
    "order_lines",
    "line_id",
    {
        "line_id": "INTEGER PRIMARY KEY",
        "order_id": "INTEGER NOT NULL REFERENCES orders",
        "product_id": "INTEGER NOT NULL REFERENCES products",
        "quantity": "INTEGER NOT NULL CHECK (quantity > 0)",
        "unit_price_cents": "INTEGER NOT NULL CHECK (unit_price_cents > 0)",
        "discount_percent": "INTEGER NOT NULL CHECK (discount_percent BETWEEN 0 AND 99)",
        "total_cents": "INTEGER NOT NULL",
    },
    ("CHECK (total_cents = (quantity * unit_price_cents * (100 - discount_percent) + 50) / 100)",),
)
MOVEMENTS = Table(
    "inventory_movements",
    "movement_id",
    {
        "movement_id": "INTEGER PRIMARY KEY",
        "product_id": "INTEGER NOT NULL REFERENCES products",
        "moved_at": "TEXT NOT NULL",
        "adjustment_type": "TEXT NOT NULL",
        "quantity_change": "INTEGER NOT NULL CHECK (quantity_change <> 0)",
        "warehouse": "TEXT NOT NULL",
        "batch_id": "TEXT NOT NULL",
        "supplier": "TEXT NOT NULL",
        "received_on": "TEXT NOT NULL",
        "reason": "TEXT NOT NULL",
    },
)
TABLES = (CUSTOMERS, PRODUCTS, ORDERS, ORDER_LINES, MOVEMENTS)
"""In the order in which they refer to each other. Times are RFC 3339 with a zone, days ISO 8601."""

HISTORY = "CREATE TABLE history (identity TEXT NOT NULL) STRICT"
"""One row: the recipe's identity. It is written last, and only a made history has it."""

INDEXES = (
    "CREATE INDEX orders_by_customer ON orders (customer_id)",
    "CREATE INDEX orders_by_time ON orders (ordered_at)",
    "CREATE INDEX order_lines_by_order ON order_lines (order_id)",
    "CREATE INDEX order_lines_by_product ON order_lines (product_id)",
    "CREATE INDEX inventory_movements_by_product ON inventory_movements (product_id, moved_at)",
)


def lacks(standing: Mapping[str, Iterable[str]]) -> list[str]:
    """What a database lacks of what we read, in words; empty when it will do.

    Args:
        standing: from the name of each table, or view, to its columns.
    """
    found = {name.lower(): {column.lower() for column in columns} for name, columns in standing.items()}
    words = []
    for table in TABLES:
        if table.name not in found:
            words.append(f"there is no table {table.name} ({', '.join(table.columns)})")
            continue
        missing = [column for column in table.columns if column not in found[table.name]]
        if missing:
            words.append(f"table {table.name} lacks {', '.join(missing)}")
    return words
