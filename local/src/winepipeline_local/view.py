"""The live view: a snapshot as something that rich can draw. Pure."""

from collections.abc import Mapping

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from winepipeline_local.duration import clock, shown_seconds
from winepipeline_local.snapshot import DeadLetter, LandedRow, Partition, Snapshot

BARS = "▁▂▃▄▅▆▇█"
LAG_COLUMNS = 6
GOOD, CALM, BAD = "green", "dim", "red"


def live_view(snapshot: Snapshot) -> RenderableType:
    """Everything on one screen of 80 columns and some 24 lines."""
    parts: list[RenderableType] = [_head(snapshot), Text(), _flow(snapshot), Text(), _lag(snapshot)]
    if snapshot.session.rejected:
        parts.append(_reasons(snapshot.session.rejected))
    if snapshot.rows:
        parts += [Text(), landed(snapshot.rows)]
    parts.append(Text())
    if snapshot.scaling:
        parts.append(_scaling(snapshot.scaling))
    return Group(*parts, _services(snapshot))


def landed(rows: tuple[LandedRow, ...]) -> Table:
    """Rows of the table, one a line; their words are data, so square brackets in them are no markup."""
    table = _table("landed", "event", "product", "what", "offset")
    for row in rows:
        table.add_row(*map(Text, (row.time, row.event_type, row.product, row.content, row.place)))
    return table


def letters(rows: tuple[DeadLetter, ...]) -> Table:
    """Dead letters, one a line."""
    table = _table("rejected", "reason", "detail", "offset")
    for row in rows:
        table.add_row(Text(row.time), Text(row.reason, style="yellow"), Text(row.detail), Text(row.place))
    return table


def reasons_in_words(rejected: Mapping[str, int]) -> str:
    """`NotJson 12, OutOfRange 3`, the most frequent first."""
    ordered = sorted(rejected.items(), key=lambda each: (-each[1], each[0]))
    return ", ".join(f"{reason} {count:,}" for reason, count in ordered)


def _head(snapshot: Snapshot) -> RenderableType:
    grid = Table.grid(expand=True)
    grid.add_column()
    grid.add_column(justify="right")
    time = clock(snapshot.running_seconds)
    if snapshot.remaining_seconds is not None:
        time += f", {clock(snapshot.remaining_seconds)} to go"
    grid.add_row(
        Text.assemble((f"🍷 {snapshot.pipeline}", "bold"), f"  {snapshot.topic} → {snapshot.table.rpartition('.')[2]}"),
        Text(time, style=CALM),
    )
    return grid


def _flow(snapshot: Snapshot) -> Table:
    session, rates = snapshot.session, snapshot.rates
    table = _table("", "events", "a second", "", "", right=(1, 2))
    p50, p99 = shown_seconds(snapshot.freshness_p50_seconds), shown_seconds(snapshot.freshness_p99_seconds)
    mean = session.batches.mean
    batches = f"{session.batches.count:,}" + (f" of {mean:,.0f} events on average" if mean else "")
    retrying = Text("the load is not taken; trying again", style=BAD) if session.retrying else Text()
    table.add_row("produced", f"{session.produced:,}", _rate(rates.produced), "", retrying)
    table.add_row("consumed", f"{session.consumed:,}", _rate(rates.consumed), "batches", batches)
    table.add_row(
        Text("loaded", style="bold"), Text(f"{session.loaded:,}", style="bold"), _rate(rates.loaded), "freshness",
        f"p50 {p50}, p99 {p99}",
    )  # fmt: skip
    style = "yellow" if session.rejects else ""
    table.add_row(
        "rejected", Text(f"{session.rejects:,}", style=style), _rate(rates.rejected), "lag", _lag_total(snapshot)
    )
    return table


def _lag_total(snapshot: Snapshot) -> Text:
    return Text(
        f"{snapshot.lag:,} events", style=GOOD if snapshot.lag <= max(100, snapshot.rates.produced * 2) else BAD
    )


def _lag(snapshot: Snapshot) -> RenderableType:
    """A bar for each partition, against the largest lag of all."""
    grid = Table.grid(padding=(0, 2))
    most = max((each.lag for each in snapshot.partitions), default=0)
    cells = [_partition(each, most) for each in snapshot.partitions]
    for start in range(0, len(cells), LAG_COLUMNS):
        grid.add_row(*cells[start : start + LAG_COLUMNS])
    return grid


def _partition(partition: Partition, most: int) -> Text:
    height = partition.lag * (len(BARS) - 1) // most if most else 0
    return Text.assemble((f"p{partition.number} ", CALM), BARS[height], f" {partition.lag:,}")


def _reasons(rejected: Mapping[str, int]) -> Text:
    return Text.assemble(("dead letters  ", CALM), (reasons_in_words(rejected), "yellow"))


def _scaling(words: str) -> Text:
    """On one line, so that the view does not jump; the whole of it is told by `winepipeline scaling explain`."""
    text = Text.assemble(("scaling  ", CALM), words)
    text.no_wrap, text.overflow = True, "ellipsis"
    return text


def _services(snapshot: Snapshot) -> Text:
    text = Text()
    for name, state in snapshot.services:
        text.append("● ", style=GOOD if state == "running" else BAD)
        text.append(name if state == "running" else f"{name} ({state})")
        text.append("  ")
    text.append("Ctrl-C stops in order", style=CALM)
    return text


def _table(*headings: str, right: tuple[int, ...] = ()) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style=CALM)
    for index, heading in enumerate(headings):
        table.add_column(heading, justify="right" if index in right else "left", no_wrap=True, overflow="ellipsis")
    return table


def _rate(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"  # noqa: PLR2004 - a decimal below ten
