"""A database of one's own: what is said of one that will not do."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from winepipeline_backfill.errors import SourceUnfit
from winepipeline_backfill.reading import Database

from .shop import CUSTOMER, LINE, MOVEMENT, ORDER, PRODUCT, shop


def test_a_fit_one_will_do(tmp_path: Path) -> None:
    """A database with the right tables is taken, whatever its column types and rules are."""
    with closing(Database(shop(tmp_path / "shop.sqlite"))) as database:
        database.check()
        assert database.identity() is None
        assert database.sums() == (1, 1, 1, 1, 3, 2_700, 1, -2)


def test_all_that_is_missing_is_said_at_once(tmp_path: Path) -> None:
    """Whoever brings a database of his own learns every table and column that it lacks."""
    file = tmp_path / "shop.sqlite"
    with closing(sqlite3.connect(shop(file))) as raw:
        raw.execute("DROP TABLE inventory_movements")
        raw.execute("ALTER TABLE orders DROP COLUMN channel")
        raw.execute("ALTER TABLE order_lines DROP COLUMN total_cents")
        raw.commit()
    with pytest.raises(SourceUnfit) as failure:
        Database(file)
    assert "table orders lacks channel; table order_lines lacks total_cents" in failure.value.message
    assert "there is no table inventory_movements (movement_id, product_id" in failure.value.message


def test_views_will_do(tmp_path: Path) -> None:
    """A database with other names is loaded through views, without being changed otherwise."""
    file = shop(tmp_path / "shop.sqlite")
    with closing(sqlite3.connect(file)) as raw:
        raw.execute("ALTER TABLE customers RENAME TO clients")
        raw.execute("CREATE VIEW customers AS SELECT * FROM clients")
        raw.commit()
    with closing(Database(file)) as database:
        database.check()
        assert database.sums().customers == 1


BAD = [
    ("order_lines", (11, 5, 8, 3, 10.5, 0, 32), "order_lines has 1 rows whose unit_price_cents is no whole number"),
    ("order_lines", (11, 5, 8, "3", 10, 0, 30), "whose quantity is no whole number (one of them: line_id 11)"),
    ("order_lines", (11, 5, 8, 3, 10, None, 30), "whose discount_percent is no whole number"),
    ("order_lines", (11, 5, 8, 3, 10, 100, 0), "whose discount_percent is not 0 to 99"),
    ("order_lines", (11, 5, 8, 3, -10, 0, -30), "order_lines has 1 rows with an amount below 0"),
    ("order_lines", (11, 99, 8, 3, 10, 0, 30), "whose order_id is not in orders (one of them: line_id 11)"),
    ("order_lines", (11, 5, 99, 3, 10, 0, 30), "whose product_id is not in products"),
    ("order_lines", LINE, "order_lines has 1 rows whose line_id another one has too"),
    ("order_lines", (0, 5, 8, 3, 10, 0, 30), "whose line_id is below 1"),
    ("orders", (6, "A-6", 4, "2026-02-03T10:00:00Z", "E-com", "EUR"), "whose customer_id is not in customers"),
    ("orders", (2**60, "A-6", 3, "2026-02-03T10:00:00Z", "E-com", "EUR"), "whose order_id is no whole number"),
    ("inventory_movements", (21, 9, *MOVEMENT[2:]), "inventory_movements has 1 rows whose product_id is not"),
    ("products", ("x", *PRODUCT[1:]), "products has 1 rows whose product_id is no whole number"),
    ("customers", (None, *CUSTOMER[1:]), "customers has 1 rows whose customer_id is no whole number"),
]


@pytest.mark.parametrize(("table", "row", "words"), BAD, ids=[words for _, _, words in BAD])
def test_a_row_that_no_event_could_say_is_found_before(
    tmp_path: Path, table: str, row: tuple[object, ...], words: str
) -> None:
    """Broken references, fractions of cents and doubled keys are told before anything is loaded, with an example."""
    with closing(Database(shop(tmp_path / "shop.sqlite", (table, row)))) as database:
        with pytest.raises(SourceUnfit) as failure:
            database.check()
        assert words in failure.value.message


def test_no_database_is_no_traceback(tmp_path: Path) -> None:
    """A file that is no SQLite database is refused in words."""
    file = tmp_path / "shop.csv"
    file.write_text("order;total\n" * 100)
    with pytest.raises(SourceUnfit, match="cannot be read"):
        Database(file)


def test_the_fingerprint_follows_the_content(tmp_path: Path) -> None:
    """A database that was packed anew is the same, and one with a cent more is another."""
    file = shop(tmp_path / "shop.sqlite")

    def fingerprint() -> str:
        with closing(Database(file)) as database:
            return database.fingerprint()

    before = fingerprint()
    with closing(sqlite3.connect(file)) as raw:
        raw.execute("PRAGMA page_size = 1024")
        raw.execute("VACUUM")
    assert fingerprint() == before
    with closing(sqlite3.connect(file)) as raw:
        raw.execute("UPDATE order_lines SET total_cents = 2701")
        raw.commit()
    assert fingerprint() != before
    assert ORDER[0] == 5
