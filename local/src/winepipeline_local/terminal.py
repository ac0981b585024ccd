"""The person's side of the command: ticks, notices, the live view; plain lines where there is no terminal."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from rich.console import Console, RenderableType
from rich.live import Live
from rich.text import Text

from winepipeline_local.lines import line
from winepipeline_local.snapshot import Snapshot
from winepipeline_local.view import CALM, GOOD, landed, live_view

LINE_SECONDS = 2.0
PLAIN_WIDTH = 120
FIRST_ROWS = 3


class Terminal:
    """Where everything for a person is written.

    Colors go away with NO_COLOR, the moving parts where the stream is no terminal (rich looks at both).
    """

    def __init__(self, console: Console) -> None:
        self.console = console
        self._live: Live | None = None
        self._next_line_seconds = 0.0
        self._rows_shown = False

    @classmethod
    def of(cls, *, json: bool) -> Self:
        """On standard output; on standard error when standard output is for a machine."""
        stream = sys.stderr if json else sys.stdout
        width = None if stream.isatty() else PLAIN_WIDTH
        plain = not stream.isatty()
        return cls(Console(file=stream, width=width, highlight=False, markup=False, emoji=False, soft_wrap=plain))

    @property
    def moving(self) -> bool:
        """Whether the view can be drawn over itself."""
        return self.console.is_terminal and not self.console.is_dumb_terminal

    @contextmanager
    def waiting(self, what: str) -> Iterator[None]:
        """A spinner with words while the block runs, on a terminal."""
        if self.moving:
            with self.console.status(what, spinner="dots"):
                yield
        else:
            yield

    def tick(self, what: str, detail: str, since_seconds: float) -> None:
        """`√ broker  Apache Kafka 4.1.0  0.9 s`: done, counted from a moment of the monotonic clock."""
        took = time.monotonic() - since_seconds
        self.console.print(Text.assemble(("√ ", GOOD), f"{what:<10} {detail}  ", (f"{took:.1f} s", CALM)))

    def say(self, words: str) -> None:
        """A notice, above the live view."""
        self.console.print(Text.assemble(("! ", "yellow"), words))

    def print(self, renderable: RenderableType = "") -> None:
        """Anything else."""
        self.console.print(renderable)

    def __enter__(self) -> Self:
        """Begin the live view."""
        if self.moving:
            self._live = Live(console=self.console, auto_refresh=False, transient=True)
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the live view and give the cursor back."""
        if self._live is not None:
            self._live.stop()
            self._live = None

    def show(self, snapshot: Snapshot) -> None:
        """The newest snapshot: drawn over the last one, or as a line now and then; the first rows as they land."""
        if self._live is not None:
            self._live.update(live_view(snapshot), refresh=True)
            return
        if snapshot.rows and not self._rows_shown:
            self._rows_shown = True
            self.console.print(landed(snapshot.rows[:FIRST_ROWS]))
        if time.monotonic() >= self._next_line_seconds:
            self._next_line_seconds = time.monotonic() + LINE_SECONDS
            self.console.print(line(snapshot))
