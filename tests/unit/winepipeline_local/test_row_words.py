"""Rows of the warehouse in words."""

import json
from datetime import UTC, datetime

from winepipeline_local.row_words import dead_letter, landed_row

AT = datetime(2026, 11, 24, 1, 47, 43, tzinfo=UTC)
METADATA = '{"partition": 3, "offset": 1204}'


def test_an_order_is_told_by_its_wine_and_its_sum() -> None:
    """A row of the live view says what was sold, without JSON."""
    event = {
        "product": {"name": "Château Bellevue", "vintage": 2018},
        "quantity": 2,
        "unit_price": 24.5,
        "total": 49.0,
        "currency": "EUR",
    }
    row = landed_row("ORDER_CREATED", json.dumps(event), METADATA, AT)
    assert (row.time, row.product, row.content, row.place) == (
        "01:47:43", "Château Bellevue 2018", "2 × 24.5 = 49.0 EUR", "3:1204",
    )  # fmt: skip


def test_a_stock_movement_is_told_by_its_sign() -> None:
    """Spoilage shows as less."""
    event = {"product": {"name": "Lys"}, "quantity_change": -12, "adjustment_type": "SPOILAGE"}
    assert landed_row("INVENTORY_ADJUSTED", event, {}, AT).content == "-12 SPOILAGE"


def test_long_names_and_details_are_cut() -> None:
    """A long value does not break the table."""
    assert len(landed_row("ORDER_CREATED", {"product": {"name": "x" * 99}}, {}, AT).product) == 28
    letter = dead_letter("NotJson", "line\n" * 50, METADATA, AT)
    assert len(letter.detail) == 60
    assert "\n" not in letter.detail


def test_a_row_of_another_shape_is_shown_all_the_same() -> None:
    """Rows that somebody else put into the table do not end the view."""
    assert landed_row("ORDER_CREATED", "no json", "[1]", AT).place == "?:?"
