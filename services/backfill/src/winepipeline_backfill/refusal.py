"""A chunk that the warehouse refuses, in smaller pieces: until the row that is the cause stands alone. Pure."""

from dataclasses import replace

from winepipeline_backfill.chunk import Chunk
from winepipeline_events.reason import Reason
from winepipeline_warehouse.errors import DataRefused, Misconfigured
from winepipeline_warehouse.rows import RejectedRow, Rows


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
