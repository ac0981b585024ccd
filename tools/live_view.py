"""Draws docs/live-view.svg, the picture in the README, from a real run: `python tools/live_view.py [SECONDS]`.

It runs examples/demo.yaml for so many seconds (30) in a folder of its own and draws the last view of it.
"""

import io
import re
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console

from winepipeline_local.interrupt import Interrupt
from winepipeline_local.order import Flags, order
from winepipeline_local.resource import pipeline_of, text_of
from winepipeline_local.run import Run
from winepipeline_local.snapshot import Snapshot
from winepipeline_local.state import State
from winepipeline_local.terminal import Terminal
from winepipeline_local.view import live_view

REPOSITORY = Path(__file__).parents[1]
RESOURCE = REPOSITORY / "examples" / "demo.yaml"
PICTURE = REPOSITORY / "docs" / "live-view.svg"
SECONDS = 30.0
COLUMNS = 100

# The picture asks nobody for a font: a page that shows it may not fetch one anyway.
FONT_FACES = re.compile(r"\s*@font-face \{\{.*?\}\}\n", re.DOTALL)
FONTS = "'Fira Code', 'DejaVu Sans Mono', Menlo, Consolas, monospace"


class Camera(Terminal):
    """A terminal that keeps the last view in place of showing it."""

    last: Snapshot | None = None

    def show(self, snapshot: Snapshot) -> None:
        """Keep it."""
        self.last = snapshot


def last_view(seconds: float) -> Snapshot:
    """The last view of a run of the demo; the run's data are deleted with it.

    Raises:
        LocalError: something does not come up.
    """
    camera = Camera(Console(file=sys.stderr, highlight=False, markup=False, emoji=False))
    wanted = order(pipeline_of(text_of(RESOURCE), str(RESOURCE)), Flags(file=RESOURCE, run_seconds=seconds))
    with tempfile.TemporaryDirectory(prefix="live-view-") as folder, State(Path(folder)) as state, Interrupt() as stop:
        run = Run(wanted, state, camera, stop)
        try:
            run.start()
            run.watch(seconds)
        finally:
            run.abandon()
            run.parts.stop()
    if camera.last is None:
        raise RuntimeError(f"nothing was shown within {seconds:g} s")
    return replace(camera.last, remaining_seconds=None)


def drawing(snapshot: Snapshot) -> str:
    """The view as an SVG document."""
    console = Console(
        file=io.StringIO(),
        record=True,
        width=COLUMNS,
        force_terminal=True,
        color_system="truecolor",
        highlight=False,
        markup=False,
        emoji=False,
    )
    console.print(live_view(snapshot))
    form = FONT_FACES.sub("", CONSOLE_SVG_FORMAT).replace("Fira Code, monospace", FONTS)
    return console.export_svg(title="winepipeline up -f examples/demo.yaml", code_format=form, unique_id="live-view")


def main(seconds: float) -> None:
    """Runs, and writes the picture."""
    PICTURE.write_text(drawing(last_view(seconds)), encoding="utf-8")
    print(f"written: {PICTURE.relative_to(REPOSITORY)}")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS)
