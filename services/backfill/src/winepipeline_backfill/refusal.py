"""A chunk that the warehouse refuses, in smaller pieces: until the row that is the cause stands alone."""

from dataclasses import replace

from winepipeline_backfill.chunk import Chunk
from winepipeline_events.reason import Reason
from winepipeline_warehouse.errors import DataRefused, Misconfigured
from winepipeline_warehouse.rows import RejectedRow, Rows


class Refusals:
    """Counts rows that were refused one after another: so many, and it is the table that is at fault."""

    def __init__(self, most: int) -> None:
        """`most` rows may be refused with none taken in between; 0: all."""
        self._most = most
        self._in_a_row = 0

    def taken(self, chunk: Chunk) -> None:
        """The warehouse has taken a chunk."""
        if len(chunk.rendered.rows):
            self._in_a_row = 0

    def smaller(self, chunk: Chunk, refused: DataRefused) -> tuple[Chunk, ...]:
        """What to load instead of a chunk that was refused, in this order.

        Raises:
            Misconfigured: the cause is no event at all, or no single one.
        """
        if len(chunk.rendered.rows) == 1:
            self._in_a_row += 1
            if 0 < self._most < self._in_a_row:
                raise Misconfigured(
                    "TableRefusesRows",
                    f"the last {self._in_a_row} rows were all refused: {refused.message}",
                    "mend the table and start the backfill again, which goes on from here; if the rows are at fault, "
                    f"set MAX_REFUSED_ROWS above {self._most}, or to 0",
                ) from refused
        return without_the_refused(chunk, refused)


def without_the_refused(chunk: Chunk, refused: DataRefused) -> tuple[Chunk, ...]:
    """Two halves, to be loaded in this order; or the one row turned away.

    Raises:
        Misconfigured: the cause is no event at all.
    """
    rows = chunk.rendered.rows
    if len(rows) > 1:
        return chunk.halves()
    if not len(rows):
        raise Misconfigured(
            "DimensionRefused",
            refused.message,
            "the tables of customers and products, or of rejects, do not take what they must: compare their columns",
        ) from refused
    letter = RejectedRow(
        partition=chunk.partition,
        offset=int(rows.offsets[0]),
        timestamp_ms=int(rows.timestamps_ms[0]),
        reason=Reason.REFUSED_BY_WAREHOUSE,
        detail=f"$: the warehouse refuses it: {refused.message}, allowed: what PARSE_JSON and the table take",
        value=b"".join(rows.contents),
    )
    letters = sorted((*chunk.rendered.rejected, letter), key=lambda each: each.offset)
    rendered = replace(chunk.rendered, rows=Rows.none(), rejected=tuple(letters))
    return (replace(chunk, rendered=rendered),)
