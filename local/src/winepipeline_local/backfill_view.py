"""A backfill, for a person: a bar while it goes on, both sides in the end."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Group, RenderableType
from rich.progress import BarColumn, TextColumn
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text

from winepipeline_backfill.progress import Phase, Progress, words
from winepipeline_backfill.result import Result
from winepipeline_local.duration import clock
from winepipeline_local.terminal import Terminal
from winepipeline_local.view import CALM

LINE_SECONDS = 2.0


class ProgressView:
    """Told how far it is: draws a bar on a terminal, else writes a line now and then."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._bar: Bar | None = None
        self._phase: Phase | None = None
        self._next_line_seconds = 0.0

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Show it while the block runs."""
        if not self._terminal.moving:
            yield
            return
        columns = (
            TextColumn("{task.description:<9}"),
            BarColumn(bar_width=36),
            TextColumn("{task.percentage:>3.0f} %"),
            TextColumn("{task.fields[detail]}", style=CALM),
        )
        with Bar(*columns, console=self._terminal.console, transient=True) as self._bar:
            yield
        self._bar = None

    def tell(self, progress: Progress) -> None:
        """How far it is."""
        new, self._phase = progress.phase is not self._phase, progress.phase
        if self._bar is not None:
            self._draw(self._bar, progress, new=new)
        elif new or progress.done == progress.total or time.monotonic() >= self._next_line_seconds:
            self._next_line_seconds = time.monotonic() + LINE_SECONDS
            self._terminal.print(words(progress))

    def _draw(self, bar: Bar, progress: Progress, *, new: bool) -> None:
        counted = progress.phase in (Phase.MAKING, Phase.LOADING)
        total = progress.total if counted else None
        if new:
            for task in bar.task_ids:
                bar.remove_task(task)
            bar.add_task(str(progress.phase), total=total, detail="")
        bar.update(bar.task_ids[0], completed=progress.done, total=total, detail=_detail(progress) if counted else "")


def _detail(progress: Progress) -> str:
    left = progress.seconds_left
    what = "days" if progress.phase is Phase.MAKING else "rows"
    rest = "" if left is None else f", {progress.rate:,.0f}/s, {clock(left)} left"
    return f"{progress.done:,} of {progress.total:,} {what}{rest}"


def result_view(result: Result, table: str, next_commands: tuple[tuple[str, str], ...]) -> RenderableType:
    """Both sides, the verdict, what to type next."""
    found, source = result.found, result.source
    grid = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style=CALM)
    grid.add_column(result.name, style=CALM)
    grid.add_column("SQLite", justify="right")
    grid.add_column("warehouse", justify="right")
    grid.add_row("orders", f"{source.orders:,}", f"{found.orders:,}")
    grid.add_row("order lines", f"{source.order_lines:,}", f"{found.order_lines:,}")
    grid.add_row("euros", _euros(source.total_cents), _euros(found.total_cents))
    grid.add_row("bottles sold", f"{source.bottles_sold:,}", f"{found.bottles_sold:,}")
    grid.add_row("movements", f"{source.movements:,}", f"{found.movements:,}")
    grid.add_row("bottles moved", f"{source.bottles_moved:,}", f"{found.bottles_moved:,}")
    grid.add_row("customers", f"{source.customers:,}", f"{found.customers:,}")
    grid.add_row("products", f"{source.products:,}", f"{found.products:,}")
    commands = Table.grid(padding=(0, 2))
    for command, purpose in next_commands:
        commands.add_row(f"  {command}", Text(purpose, style=CALM))
    return Group(Text(), grid, Text(), _verdict(result, table), Text(), Text("Next", style="bold"), commands)


def _verdict(result: Result, table: str) -> Text:
    added = f"{result.added:,} rows added in {clock(result.seconds)}" if result.added else "nothing was left to add"
    if result.rejected:
        rest = f"; {result.rejected:,} rows are no events and stand in {table}_REJECTED, with the reason"
        return Text.assemble(("! ", "yellow"), f"Every row is where it belongs, once: {added}{rest}.")
    return Text.assemble(("√ ", "green"), f"Both sides add up to the same: {added}.")


def _euros(cents: int) -> str:
    return f"{cents // 100:,}.{cents % 100:02d}"
