"""The end of a session, for a person. Pure."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from winepipeline_local.duration import clock, shown_seconds
from winepipeline_local.summary import Summary
from winepipeline_local.totals import Totals
from winepipeline_local.view import CALM, landed, letters, reasons_in_words


def summary_view(summary: Summary) -> RenderableType:
    """Sums, the audit's result, a few rows and dead letters, and what to type next."""
    parts: list[RenderableType] = [_sums(summary), Text(), verdict(summary.totals, holds=summary.audit_holds)]
    if summary.rows:
        parts += [Text(), landed(summary.rows)]
    if summary.letters:
        parts += [Text(), letters(summary.letters)]
    return Group(*parts, Text(), _next(summary))


def verdict(totals: Totals, *, holds: bool) -> Text:
    """The audit's result in one sentence."""
    if holds:
        done = totals.loaded + totals.rejected
        where = f"{totals.loaded:,} in the table, {totals.rejected:,} in the rejects"
        rest = f"; {totals.in_flight:,} are still in the topic" if totals.in_flight else ""
        lost = f"; {totals.expired:,} were lost to the topic's retention" if totals.expired else ""
        return Text.assemble(("√ ", "green"), f"The audit holds: {done:,} events, each once: {where}{rest}{lost}.")
    return Text.assemble(
        ("× The audit does not hold", "bold red"),
        f": {totals.missing:,} missing, {totals.duplicates:,} twice. `winepipeline audit` shows the partitions.",
    )


def _sums(summary: Summary) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style=CALM)
    table.add_column(summary.pipeline, style=CALM)
    table.add_column("this session", justify="right")
    table.add_column("altogether", justify="right")
    table.add_column("")
    rejects = reasons_in_words(summary.rejected_by_reason)
    p50, p99 = shown_seconds(summary.freshness_p50_seconds), shown_seconds(summary.freshness_p99_seconds)
    first = shown_seconds(summary.seconds_to_first_row)
    session, totals = summary.session, summary.totals
    table.add_row("produced", f"{session.produced:,}", f"{totals.produced:,}", f"in {clock(summary.session_seconds)}")
    table.add_row("loaded", f"{session.loaded:,}", f"{totals.loaded:,}", f"first row {first} after the command")
    table.add_row("rejected", f"{session.rejected:,}", f"{totals.rejected:,}", rejects)
    table.add_row("in flight", "", f"{totals.in_flight:,}", "")
    table.add_row("duplicates", "", f"{totals.duplicates:,}", "")
    table.add_row("missing", "", f"{totals.missing:,}", "")
    table.add_row("freshness", "", "", f"p50 {p50}, p99 {p99}, from produced to queryable")
    return table


def _next(summary: Summary) -> RenderableType:
    grid = Table.grid(padding=(0, 2))
    for command, purpose in summary.next_commands:
        grid.add_row(f"  {command}", Text(purpose, style=CALM))
    return Group(Text("Next", style="bold"), grid)
