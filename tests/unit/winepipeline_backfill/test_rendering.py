"""Rows as events."""

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from winepipeline_backfill.reading import Database
from winepipeline_backfill.rendering import Rendered, labels, render_lines, render_movements
from winepipeline_events.fault import Rejection
from winepipeline_events.inventory import AdjustmentType
from winepipeline_events.order import Channel, Currency
from winepipeline_events.reason import Reason
from winepipeline_events.validation import Limits, validate

from .shop import CUSTOMER, LINE, MOVEMENT, ORDER, PRODUCT, ROWS, shop

MARK = b"0123456789abcdef"


def texts(rendered: Rendered) -> list[bytes]:
    """Each event that goes into the table."""
    whole, at, found = b"".join(rendered.rows.contents), 0, []
    for length in rendered.rows.lengths.tolist():
        found.append(whole[at : at + length])
        at += length
    return found


def test_every_made_row_is_an_event(database: Database) -> None:
    """A made history passes the consumers' own validation, row by row, and its cents are SQLite's to the last."""
    known = labels(list(database.products()))
    lines = render_lines(database.lines(1, 10**6), MARK, known)
    movements = render_movements(database.movements(1, 10**6), MARK, known)
    sums = database.sums()
    for rendered, count in ((lines, sums.order_lines), (movements, sums.movements)):
        assert rendered.rejected == ()
        events = texts(rendered)
        assert len(events) == count
        assert not any(isinstance(validate(each, Limits()), Rejection) for each in events)
        assert len({json.loads(each)["event_id"] for each in events}) == count
    assert sum(round(json.loads(each)["total"] * 100) for each in texts(lines)) == sums.total_cents
    assert sum(json.loads(each)["quantity_change"] for each in texts(movements)) == sums.bottles_moved


def test_an_order_of_several_lines_is_as_many_events(database: Database) -> None:
    """The lines of an order share number, customer, moment and channel, and each has a product of its own."""
    rendered = render_lines(database.lines(1, 10**6), MARK, labels(list(database.products())))
    events = [json.loads(each) for each in texts(rendered)]
    orders: dict[str, list[dict[str, Any]]] = {}
    for event in events:
        orders.setdefault(event["order_id"], []).append(event)
    assert len(orders) == database.sums().orders
    assert max(map(len, orders.values())) > 1
    for lines in orders.values():
        assert len({(line["customer_id"], line["timestamp"], line["channel"]) for line in lines}) == 1
        assert len({line["product"]["id"] for line in lines}) == len(lines)


def test_a_row_keeps_its_place_and_its_time(tmp_path: Path) -> None:
    """The table says of each event which row of the database it came from, and when it happened."""
    with closing(Database(shop(tmp_path / "shop.sqlite"))) as database:
        known = labels(list(database.products()))
        rows = render_lines(database.lines(1, 10), MARK, known).rows
        assert (rows.partitions.tolist(), rows.offsets.tolist()) == ([0], [10])
        assert rows.timestamps_ms.tolist() == [1770109200000]
        (event,) = map(json.loads, texts(render_lines(database.lines(1, 10), MARK, known)))
        moved = render_movements(database.movements(1, 10), MARK, known).rows
    assert (event["product"]["name"], event["order_id"], event["total"]) == (PRODUCT[1], "A-5", 27.0)
    assert (moved.partitions.tolist(), moved.offsets.tolist()) == ([1], [20])


BAD: list[tuple[int, tuple[object, ...], Reason]] = [
    (2, (*ORDER[:4], "Marché", "EUR"), Reason.OUT_OF_RANGE),
    (2, (*ORDER[:3], "yesterday", "E-com", "EUR"), Reason.WRONG_TYPE),
    (2, (*ORDER[:3], "2026-02-03T10:00:00", "E-com", "EUR"), Reason.WRONG_TYPE),
    (2, (*ORDER[:3], None, "E-com", "EUR"), Reason.WRONG_TYPE),
    (3, (*LINE[:6], 2_701), Reason.INCONSISTENT),
    (3, (*LINE[:3], 10_001, 1, 0, 10_001), Reason.OUT_OF_RANGE),
    (4, (*MOVEMENT[:4], 2, *MOVEMENT[5:]), Reason.INCONSISTENT),
    (4, (*MOVEMENT[:9], b"\xff\xfe"), Reason.NOT_UTF8),
]


@pytest.mark.parametrize(("table", "row", "reason"), BAD, ids=str)
def test_what_is_no_event_is_turned_away_with_a_reason(
    tmp_path: Path, table: int, row: tuple[object, ...], reason: Reason
) -> None:
    """A row of one's own that says what no event may say goes to the rejects, under its key, and stops nothing."""
    rows: list[tuple[object, ...]] = [*ROWS]
    rows[table] = row
    with closing(Database(shop(tmp_path / "shop.sqlite", rows=tuple(rows)))) as database:
        database.check()
        known = labels(list(database.products()))
        lines = render_lines(database.lines(1, 10), MARK, known)
        movements = render_movements(database.movements(1, 10), MARK, known)
    (letter,) = (*lines.rejected, *movements.rejected)
    assert (letter.reason, letter.offset) == (reason, 20 if table == 4 else 10)
    assert len(lines.rows) + len(movements.rows) == 1


TEXTS = st.text(st.characters(exclude_characters="\0", codec="utf-8"), min_size=1, max_size=20)


@settings(max_examples=60, deadline=None)
@given(number=TEXTS, cellar=TEXTS, reason=TEXTS, name=TEXTS)
def test_texts_arrive_as_they_are(
    tmp_path_factory: pytest.TempPathFactory, number: str, cellar: str, reason: str, name: str
) -> None:
    """Quotes, backslashes, line feeds and emoji in a database of one's own arrive unchanged and change nothing else."""
    order = (ORDER[0], number, *ORDER[2:])
    movement = (*MOVEMENT[:5], cellar, *MOVEMENT[6:9], reason)
    file = tmp_path_factory.mktemp("shop") / "shop.sqlite"
    product = (PRODUCT[0], name, *PRODUCT[2:])
    with closing(Database(shop(file, rows=(CUSTOMER, product, order, LINE, movement)))) as database:
        known = labels(list(database.products()))
        (line,) = map(json.loads, texts(render_lines(database.lines(1, 9), MARK, known)))
        (moved,) = map(json.loads, texts(render_movements(database.movements(1, 9), MARK, known)))
    assert (line["order_id"], line["product"]["name"], line["total"]) == (number, name, 27.0)
    assert (moved["warehouse"], moved["reason"], moved["quantity_change"]) == (cellar, reason, -2)
    assert line["channel"] in set(Channel)
    assert line["currency"] in set(Currency)
    assert moved["adjustment_type"] in set(AdjustmentType)


@settings(max_examples=200)
@given(
    price=st.integers(1, 100_000_000),
    quantity=st.integers(1, 10_000),
    percent=st.integers(0, 99),
    key=st.integers(1, 2**50),
)
def test_exact_cents_pass_the_check_of_the_total(price: int, quantity: int, percent: int, key: int) -> None:
    """No amount in whole cents, however large, is turned away for a rounding of binary fractions."""
    total = (quantity * price * (100 - percent) + 50) // 100
    row = (key, 0, 8, b'"2026-02-03T10:00:00Z"', b'"A-5"', 3, quantity, price, percent, total, b'"EUR"', b'"E-com"')
    found = render_lines([row], MARK, labels([(8, "X", "Rouge 🍷", "Loire", 2020)]))
    if total > 10**12:
        assert [letter.reason for letter in found.rejected] == [Reason.OUT_OF_RANGE]
    else:
        assert found.rejected == ()
        assert round(json.loads(texts(found)[0])["total"] * 100) == total
