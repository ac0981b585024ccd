"""A history in pieces, each of one transaction: from a range of keys to files and a step of the ledger."""

import io
import secrets
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.parquet as pq

from winepipeline_backfill.errors import SourceUnfit
from winepipeline_backfill.reading import Database, Extent, Row
from winepipeline_backfill.rendering import (
    MOVEMENTS_PARTITION,
    ORDER_LINES_PARTITION,
    Rendered,
    labels,
    render_lines,
    render_movements,
)
from winepipeline_backfill.schema import CUSTOMERS, MOVEMENTS, ORDER_LINES, PRODUCTS, Table
from winepipeline_warehouse.history import file_prefix, mark_of
from winepipeline_warehouse.ledger import Advance, Origin
from winepipeline_warehouse.load import Beside, Load
from winepipeline_warehouse.names import Names
from winepipeline_warehouse.parquet import encode_rejected, encode_rows
from winepipeline_warehouse.rows import Rows
from winepipeline_warehouse.tables import CUSTOMERS as CUSTOMER_COLUMNS
from winepipeline_warehouse.tables import PRODUCTS as PRODUCT_COLUMNS
from winepipeline_warehouse.tables import Column

CUSTOMERS_PARTITION = 2
PRODUCTS_PARTITION = 3

PARTITIONS: dict[int, Table] = {
    PRODUCTS_PARTITION: PRODUCTS,
    CUSTOMERS_PARTITION: CUSTOMERS,
    ORDER_LINES_PARTITION: ORDER_LINES,
    MOVEMENTS_PARTITION: MOVEMENTS,
}
"""From a partition of the ledger to its table, in the order in which they are loaded."""


_FIRST_ROWS = 1_000
"""So many are looked at before anything is loaded."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows with keys from `start` to before `end`, as they go into the warehouse.

    Attributes:
        partition: which table, as `PARTITIONS` has it.
        start, end: the range of keys; it may have holes.
        count: rows in it.
        rendered: the events in it.
        beside: the rows in it that are no events.
    """

    partition: int
    start: int
    end: int
    count: int
    rendered: Rendered
    beside: Beside | None = None

    def load(self, origin: Origin, epoch: int) -> Load:
        """As one transaction; its name is used once."""
        rows, rejected = self.rendered.rows, self.rendered.rejected
        return Load(
            name=f"{file_prefix(origin)}{self.partition}-{self.start}-{secrets.token_hex(6)}",
            origin=origin,
            advances=(Advance(self.partition, epoch, self.start, self.end, len(rows), len(rejected)),),
            rows=encode_rows(rows) if len(rows) else b"",
            rejected=encode_rejected(rejected) if rejected else b"",
            beside=self.beside,
        )

    def halves(self) -> "tuple[Chunk, Chunk]":
        """Two chunks that follow each other, to find the row that the warehouse refuses."""
        first, second = self.rendered.halves()
        cut = int(second.rows.offsets[0])
        early = len(first.rows) + len(first.rejected)
        return (
            replace(self, end=cut, count=early, rendered=first),
            replace(self, start=cut, count=self.count - early, rendered=second),
        )


class Extraction:
    """Reads a database chunk by chunk. No more than one chunk is in memory."""

    def __init__(self, database: Database, names: Names, origin: Origin, chunk_rows: int) -> None:
        self._database = database
        self._names = names
        self._origin = origin
        self._limit = chunk_rows
        self._labels = labels(list(database.products()))
        self._mark = mark_of(origin).encode()
        self.extents: dict[int, Extent] = {number: database.extent(table) for number, table in PARTITIONS.items()}

    @property
    def total(self) -> int:
        """Rows of all tables that are loaded."""
        return sum(each.rows for each in self.extents.values())

    def rows_from(self, partition: int, key: int) -> int:
        """How many rows of a table are left from a key on."""
        return self._database.rows_from(PARTITIONS[partition], key)

    def chunk(self, partition: int, start: int) -> Chunk:
        """The next rows of a table, from the key `start` on; there must be some before the table's end."""
        end_of_all = self.extents[partition].end
        beside = None
        if partition in (ORDER_LINES_PARTITION, MOVEMENTS_PARTITION):
            found, rendered = self._rendered(partition, start, self._limit)
        else:
            found = self._database.rows(PARTITIONS[partition], start, self._limit)
            rendered, beside = Rendered(Rows.none()), self._beside(partition, found)
        end = int(found[-1][0]) + 1 if len(found) == self._limit else end_of_all
        return Chunk(partition, start, end, len(found), rendered, beside)

    def look(self) -> None:
        """See whether the first rows are events at all, before a whole database of one's own goes to the rejects.

        Raises:
            SourceUnfit: not one of them is, with the first one's fault.
        """
        for partition in (ORDER_LINES_PARTITION, MOVEMENTS_PARTITION):
            first = self.extents[partition].first
            rendered = self._rendered(partition, first, _FIRST_ROWS)[1] if self.extents[partition].rows else None
            if rendered is not None and not len(rendered.rows):
                table, letter = PARTITIONS[partition], rendered.rejected[0]
                raise SourceUnfit(
                    f"none of the first {len(rendered.rejected):,} rows of {table.name} is an event; "
                    f"{table.key} {letter.offset}: {letter.reason.value}, {letter.detail}",
                    "mend the column; docs/how-to/backfill.md lists what is read",
                )

    def _rendered(self, partition: int, start: int, limit: int) -> tuple[list[Row], Rendered]:
        if partition == ORDER_LINES_PARTITION:
            found = self._database.lines(start, limit)
            return found, render_lines(found, self._mark, self._labels)
        found = self._database.movements(start, limit)
        return found, render_movements(found, self._mark, self._labels)

    def _beside(self, partition: int, found: list[Row]) -> Beside:
        customers = partition == CUSTOMERS_PARTITION
        table = self._names.customers if customers else self._names.products
        columns = CUSTOMER_COLUMNS if customers else PRODUCT_COLUMNS
        content = _parquet(columns, [(self._origin.topic.encode(), *row) for row in found])
        return Beside(table, tuple((column.name, column.type) for column in columns), content, len(found))


def _parquet(columns: tuple[Column, ...], rows: list[Row]) -> bytes:
    cells = zip(*rows, strict=True)
    arrays = {
        column.name: pa.array([_cell(each) for each in cell]) for column, cell in zip(columns, cells, strict=True)
    }
    buffer = io.BytesIO()
    pq.write_table(pa.table(arrays), buffer, compression="zstd", write_statistics=False)
    return buffer.getvalue()


def _cell(value: object) -> object:
    return value.decode("utf-8", "replace").replace("\0", "�") if isinstance(value, bytes) else value
