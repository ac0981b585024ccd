"""An audit, for a person and for a machine. Pure."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from winepipeline_local.summary_view import verdict
from winepipeline_local.totals import Totals
from winepipeline_local.view import CALM

if TYPE_CHECKING:
    from winepipeline_warehouse.audit import Audit, PartitionAudit

COLUMNS = ("first", "next", "end", "loaded", "rejected", "skipped", "expired", "in flight", "duplicates", "missing")
ID_CHARACTERS = 6  # enough to tell a topic from the one that had its name before


TABLES = ("order lines", "movements", "customers", "products")
"""What the partitions of a history are, by number (winepipeline_backfill.chunk.PARTITIONS)."""


def audit_view(audit: Audit, sums: Totals, histories: Audit | None = None) -> RenderableType:
    """A row for each partition, the sums, and the verdict; then the histories that stand beside the stream."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style=CALM)
    table.add_column("")
    table.add_column("partition")
    for heading in COLUMNS:
        table.add_column(heading, justify="right", no_wrap=True)
    ids = {each.topic_id for each in audit.partitions}
    for each in audit.partitions:
        which = f" ({each.topic_id[:ID_CHARACTERS]}…)" if len(ids) > 1 else ""
        mark = Text("√", style="green") if each.holds else Text("×", style="bold red")
        table.add_row(mark, f"{each.topic}-{each.partition}{which}", *(_shown(value) for value in _values(each)))
    beside = (
        [Text(), _histories_view(histories), Text(), _histories_verdict(histories)]
        if histories and histories.partitions
        else []
    )
    return Group(table, Text(), verdict(sums, holds=audit.holds), *beside)


def _histories_view(histories: Audit) -> RenderableType:
    """A row for each table of each history."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style=CALM)
    table.add_column("")
    table.add_column("history")
    for heading in ("first key", "next key", "loaded", "rejected", "no events", "duplicates", "missing"):
        table.add_column(heading, justify="right", no_wrap=True)
    for each in histories.partitions:
        mark = Text("√", style="green") if each.holds else Text("×", style="bold red")
        what = TABLES[each.partition] if each.partition < len(TABLES) else str(each.partition)
        keys, events = (each.first_offset, each.next_offset), (each.loaded, each.rejected, each.skipped)
        values = (*keys, *events, each.duplicates, each.missing)
        table.add_row(mark, f"{each.topic}: {what}", *(f"{value:,}" for value in values))
    return table


def _histories_verdict(histories: Audit) -> Text:
    loaded, rejected = histories.total("loaded"), histories.total("rejected")
    if histories.holds:
        done = f"{loaded + rejected:,} rows, each once: {loaded:,} in the table, {rejected:,} in the rejects"
        return Text.assemble(("√ ", "green"), f"The history holds: {done}.")
    missing, twice = histories.total("missing"), histories.total("duplicates")
    return Text.assemble(("× The history does not hold", "bold red"), f": {missing:,} missing, {twice:,} twice.")


def audit_json(audit: Audit, sums: Totals, histories: Audit | None = None) -> dict[str, Any]:
    """The topic's sums flat, its partitions and those of the histories as lists of objects."""
    return {
        "holds": audit.holds and (histories is None or histories.holds),
        **asdict(sums),
        "partitions": [_as_json(each) for each in audit.partitions],
        "histories": [_as_json(each) for each in (histories.partitions if histories else ())],
    }


def _as_json(each: PartitionAudit) -> dict[str, Any]:
    return asdict(each) | {"in_flight": each.in_flight, "missing": each.missing, "holds": each.holds}


def _values(each: PartitionAudit) -> tuple[int | None, ...]:
    return (
        each.first_offset,
        each.next_offset,
        each.end_offset,
        each.loaded,
        each.rejected,
        each.skipped,
        each.expired,
        each.in_flight,
        each.duplicates,
        each.missing,
    )


def _shown(value: int | None) -> str:
    return "–" if value is None else f"{value:,}"
