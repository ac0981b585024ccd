"""A history in pieces."""

import io
import sqlite3
from contextlib import closing
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from winepipeline_backfill.chunk import CUSTOMERS_PARTITION, PARTITIONS, PRODUCTS_PARTITION, Chunk, Extraction
from winepipeline_backfill.errors import SourceUnfit
from winepipeline_backfill.reading import Database
from winepipeline_backfill.refusal import Refusals, without_the_refused
from winepipeline_backfill.rendering import ORDER_LINES_PARTITION
from winepipeline_events.reason import Reason
from winepipeline_warehouse.errors import DataRefused, Misconfigured
from winepipeline_warehouse.history import origin_of
from winepipeline_warehouse.names import Names

from .shop import LINE, MOVEMENT, insert, shop

NAMES = Names("DB", "S", "T")
ORIGIN = origin_of("albert", "some-history")
REFUSED = DataRefused("RefusedByWarehouse", "100069: not JSON")


def pieces(database: Database, size: int) -> dict[int, list[Chunk]]:
    """All chunks of all tables."""
    work = Extraction(database, NAMES, ORIGIN, size)
    found: dict[int, list[Chunk]] = {}
    for partition, extent in work.extents.items():
        found[partition] = []
        key = extent.first
        while key < extent.end:
            found[partition].append(work.chunk(partition, key))
            key = found[partition][-1].end
    return found


@settings(max_examples=50, deadline=None)
@given(
    keys=st.sets(st.integers(1, 60), max_size=40),
    moves=st.sets(st.integers(1, 60), max_size=5),
    size=st.integers(1, 50),
)
def test_chunks_part_the_keys_exactly(
    tmp_path_factory: pytest.TempPathFactory, keys: set[int], moves: set[int], size: int
) -> None:
    """However large chunks are and whatever holes the keys have, each row is in one chunk, and no key between two."""
    file = shop(tmp_path_factory.mktemp("shop") / "shop.sqlite")
    with closing(sqlite3.connect(file)) as raw, raw:
        raw.execute("DELETE FROM order_lines")
        raw.execute("DELETE FROM inventory_movements")
        for key in keys:
            insert(raw, "order_lines", (key, *LINE[1:]))
        for key in moves:
            insert(raw, "inventory_movements", (key, *MOVEMENT[1:]))
    with closing(Database(file)) as database:
        found = pieces(database, size)
    for partition, wanted in ((0, keys), (1, moves)):
        chunks = found[partition]
        assert [each.end for each in chunks[:-1]] == [each.start for each in chunks[1:]]
        offsets = [offset for each in chunks for offset in each.rendered.rows.offsets.tolist()]
        assert offsets == sorted(wanted)
        for each in chunks:
            assert each.count == len(each.rendered.rows) <= size
            assert all(each.start <= offset < each.end for offset in each.rendered.rows.offsets)
            (advance,) = each.load(ORIGIN, 3).advances
            assert (advance.start, advance.end, advance.epoch) == (each.start, each.end, 3)
            assert advance.loaded + advance.skipped == each.end - each.start


def test_customers_and_products_go_into_their_own_tables(database: Database) -> None:
    """The dimensions are loaded whole, each row with the history that it came with, and count as no events."""
    found = pieces(database, 40)
    for partition, table, count in (
        (CUSTOMERS_PARTITION, "DB.S.T_CUSTOMERS", 150),
        (PRODUCTS_PARTITION, "DB.S.T_PRODUCTS", 50),
    ):
        loads = [each.load(ORIGIN, 1) for each in found[partition]]
        assert len(loads) == -(-count // 40)
        rows = [
            row for load in loads if load.beside for row in pq.read_table(io.BytesIO(load.beside.content)).to_pylist()
        ]
        assert {load.beside.table for load in loads if load.beside} == {table}
        assert len(rows) == count
        assert {row["HISTORY"] for row in rows} == {"backfill/albert"}
        assert all((load.rows, load.loaded_count) == (b"", 0) for load in loads)
    assert list(PARTITIONS) == [3, 2, 0, 1]


@given(wrong=st.integers(0, 11))
@settings(max_examples=12, deadline=None)
def test_a_row_that_the_warehouse_refuses_is_found_by_halving(
    tmp_path_factory: pytest.TempPathFactory, wrong: int
) -> None:
    """A single row that the warehouse will not have is turned away alone, and all others go in, in order of keys."""
    file = shop(tmp_path_factory.mktemp("shop") / "shop.sqlite")
    with closing(sqlite3.connect(file)) as raw, raw:
        for key in range(11, 22):
            insert(raw, "order_lines", (key, *LINE[1:]))
    with closing(Database(file)) as database:
        (chunk,) = pieces(database, 100)[ORDER_LINES_PARTITION]
    bad = 10 + wrong
    todo, loaded, rejected, at = [chunk], [], [], chunk.start
    while todo:
        piece = todo.pop()
        if bad in piece.rendered.rows.offsets:
            todo.extend(reversed(without_the_refused(piece, REFUSED)))
            continue
        assert piece.start == at
        at = piece.end
        loaded += piece.rendered.rows.offsets.tolist()
        rejected += [(each.offset, each.reason) for each in piece.rendered.rejected]
        assert piece.load(ORIGIN, 1).advances
    assert at == chunk.end
    assert loaded == [key for key in range(10, 22) if key != bad]
    assert rejected == [(bad, Reason.REFUSED_BY_WAREHOUSE)]


def test_a_table_that_refuses_every_row_stops_the_backfill(tmp_path: Path) -> None:
    """A table that takes nothing does not send a year of history to the rejects: it is told, and mended first."""
    file = shop(tmp_path / "shop.sqlite")
    with closing(sqlite3.connect(file)) as raw, raw:
        for key in range(11, 22):
            insert(raw, "order_lines", (key, *LINE[1:]))
    with closing(Database(file)) as database:
        (chunk,) = pieces(database, 100)[ORDER_LINES_PARTITION]

    def rejected_of(most: int, good: int) -> int:
        refusals, todo, rejected = Refusals(most), [chunk], 0
        while todo:
            piece = todo.pop()
            keys = piece.rendered.rows.offsets.tolist()
            if keys and keys != [good]:
                todo.extend(reversed(refusals.smaller(piece, REFUSED)))
                continue
            refusals.taken(piece)
            rejected += len(piece.rendered.rejected)
        return rejected

    with pytest.raises(Misconfigured, match="TableRefusesRows: the last 4 rows were all refused"):
        rejected_of(3, good=10)
    assert rejected_of(6, good=15) == rejected_of(0, good=-1) - 1 == 11


def test_a_refused_customer_is_for_a_person(database: Database) -> None:
    """A dimension table with other columns is told as such: customers cannot be turned away like events."""
    (chunk, *_) = pieces(database, 200)[CUSTOMERS_PARTITION]
    with pytest.raises(Misconfigured, match="DimensionRefused"):
        without_the_refused(chunk, REFUSED)


def test_a_database_without_one_event_is_refused_before_anything_is_loaded(tmp_path: Path) -> None:
    """A column of the wrong form is told once, with its fault, and does not send every row to the rejects."""
    file = shop(tmp_path / "shop.sqlite")
    with closing(Database(file)) as database:
        Extraction(database, NAMES, ORIGIN, 10).look()
    with closing(sqlite3.connect(file)) as raw, raw:
        raw.execute("UPDATE orders SET ordered_at = 1770109200")
    with closing(Database(file)) as database, pytest.raises(SourceUnfit) as failure:
        Extraction(database, NAMES, ORIGIN, 10).look()
    assert "none of the first 1 rows of order_lines is an event; line_id 10: WrongType, $.timestamp" in str(
        failure.value
    )
