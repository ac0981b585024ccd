"""How a backfill is shown."""

import io
from collections.abc import Callable

from rich.console import Console, RenderableType

from winepipeline_backfill.progress import Phase, Progress
from winepipeline_backfill.reading import Sums
from winepipeline_backfill.result import Result
from winepipeline_local.backfill_view import ProgressView, result_view
from winepipeline_local.terminal import Terminal
from winepipeline_warehouse.history import HistorySums

Drawn = Callable[..., str]

SOURCE = Sums(150, 50, 1_200, 2_153, 15_393, 38_341_098, 357, 22_008)
FOUND = HistorySums(2_153, 2_153, 1_200, 15_393, 38_341_098, 357, 357, 22_008, 150, 150, 50, 50)


def shown(*, moving: bool) -> str:
    """A whole backfill, as a terminal or a file has it."""
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=moving, width=120, highlight=False, color_system=None)
    view = ProgressView(Terminal(console))
    with view.shown():
        for progress in (
            Progress(Phase.MAKING, 1, 30),
            Progress(Phase.MAKING, 30, 30, 100),
            Progress(Phase.CHECKING),
            Progress(Phase.LOADING, 0, 2_000),
            Progress(Phase.LOADING, 500, 2_000, 250),
            Progress(Phase.LOADING, 2_000, 2_000, 250),
            Progress(Phase.COUNTING),
        ):
            view.tell(progress)
            if view._bar is not None:
                view._bar.refresh()
    return stream.getvalue()


def test_a_bar_shows_rate_and_time_left() -> None:
    """On a terminal a bar says how far it is, how fast it goes and how long it takes."""
    seen = shown(moving=True)
    assert "25 %" in seen
    assert "500 of 2,000 rows, 250/s, 0:06 left" in seen
    assert "1 of 30 days" in seen


def test_lines_do_without_a_terminal() -> None:
    """In a log each phase has its lines, and nothing is drawn over."""
    seen = shown(moving=False)
    assert "\x1b" not in seen
    assert "loading 0 of 2,000 (0.0 %)" in seen.splitlines()
    assert seen.splitlines()[-1] == "counting"


def test_both_sides_are_shown(drawn: Callable[[RenderableType, int], str]) -> None:
    """In the end a person sees both sides' counts and euros, and whether they are the same."""
    result = Result("albert", "made", SOURCE, FOUND, loaded=2_510, rejected=0, added=2_710, seconds=3.2)
    seen = drawn(result_view(result, "T", (("winepipeline audit", "counts again"),)), 100)
    assert "383,410.98   383,410.98" in seen
    assert "Both sides add up to the same: 2,710 rows added in 0:03." in seen
    assert "winepipeline audit" in seen


def test_what_was_turned_away_is_said(drawn: Callable[[RenderableType, int], str]) -> None:
    """With rejects a person learns how many, and in which table their reasons stand."""
    result = Result("albert", "sqlite", SOURCE, FOUND, loaded=2_507, rejected=3, added=0, seconds=3.2)
    assert "3 rows are no events and stand in T_REJECTED" in drawn(result_view(result, "T", ()), 160)
