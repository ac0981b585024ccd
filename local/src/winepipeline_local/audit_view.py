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


def audit_view(audit: Audit, sums: Totals) -> RenderableType:
    """A row for each partition, the sums, and the verdict."""
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
    return Group(table, Text(), verdict(sums, holds=audit.holds))


def audit_json(audit: Audit, sums: Totals) -> dict[str, Any]:
    """The sums flat, the partitions as a list of objects."""
    return {
        "holds": audit.holds,
        **asdict(sums),
        "partitions": [
            asdict(each) | {"in_flight": each.in_flight, "missing": each.missing, "holds": each.holds}
            for each in audit.partitions
        ],
    }


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
