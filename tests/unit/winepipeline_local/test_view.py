"""What a person sees, letter by letter."""

from collections.abc import Callable
from dataclasses import replace

from rich.console import Console

from winepipeline_local.lines import line
from winepipeline_local.ready_view import Ready, ready_view
from winepipeline_local.snapshot import DeadLetter, Partition, Snapshot
from winepipeline_local.view import letters, live_view
from winepipeline_operator.reading import Reading

Drawn = Callable[..., str]

LIVE = """\
🍷 albert  sales_events → RAW_EVENTS_STREAM                     1:12, 0:18 to go

          events  a second
produced   3,612        50
consumed   3,600        50  batches    33 of 109 events on average
loaded     3,500        49  freshness  p50 640 ms, p99 1.23 s
rejected      62       0.9  lag        100 events

p0 ▁ 0  p1 ▁ 4  p2 ▂ 10  p3 ▄ 18  p4 ▅ 28  p5 █ 40
dead letters  NotJson 40, OutOfRange 22

landed    event               product                what                 offset
01:47:43  ORDER_CREATED       Château Bellevue 2018  2 × 24.5 = 49.0 EUR  3:1204
01:47:43  INVENTORY_ADJUSTED  Domaine des Lys 2020   -12 SPOILAGE         0:880

● producer-1  ● consumer-1  ● consumer-2 (restarting)  Ctrl-C stops in order"""

READY = """\

Ready after 4.2 s
  Kafka       127.0.0.1:4000  topics sales_events, sales_events_dlq
  Warehouse   http://127.0.0.1:3333  account emulator
  Table       DB.RAW.T
  producer-1  http://127.0.0.1:7001/metrics
  Logs        .winepipeline/albert/logs/
Next
  winepipeline audit  is everything there?
"""


def test_the_live_view_shows_the_whole_pipeline(snapshot: Snapshot, drawn: Drawn) -> None:
    """Counts, rates, batches, freshness, lag of each partition, dead letters, rows and services fit 80 columns."""
    assert drawn(live_view(snapshot)) == LIVE


def test_before_anything_has_happened_there_are_dashes(drawn: Drawn) -> None:
    """An empty pipeline shows no numbers that it does not have."""
    seen = drawn(live_view(Snapshot("albert", "sales_events", "T")))
    assert "freshness  p50 –, p99 –" in seen
    assert "batches    0\n" in seen
    assert "dead letters" not in seen
    assert "landed" not in seen


def test_a_warehouse_that_does_not_answer_is_said(snapshot: Snapshot, drawn: Drawn) -> None:
    """While consumers wait for the warehouse, the view says so, and so do the plain lines."""
    waiting = replace(snapshot, session=Reading(retrying=1))
    assert "the load is not taken" in drawn(live_view(waiting), 100)
    assert "the load is not taken" in line(waiting)


def test_many_partitions_go_on_the_next_line(drawn: Drawn) -> None:
    """Twelve partitions take two lines of six."""
    many = Snapshot("albert", "s", "T", partitions=tuple(Partition(number, 10, 0) for number in range(12)))
    lag = [row for row in drawn(live_view(many)).splitlines() if row.startswith("p")][1:]
    assert [row.split()[0] for row in lag if "█" in row] == ["p0", "p6"]


def test_without_a_terminal_a_line_says_it_all(snapshot: Snapshot) -> None:
    """In a log of CI every line stands for itself."""
    assert line(snapshot) == (
        " 1:12  produced 3,612 (50/s)  loaded 3,500 (49/s)  lag 100  freshness p50 640 ms p99 1.23 s  "
        "dead letters 62 (NotJson 40, OutOfRange 22)  consumer-2: restarting"
    )


def test_dead_letters_are_shown_with_their_reasons(letter: DeadLetter, drawn: Drawn) -> None:
    """A person sees why, and where the event is."""
    assert drawn(letters((letter,))).splitlines()[1] == ("01:47:41  NotJson  offset 0: expected a value, got '<'  2:77")


def test_the_ready_block_says_where_everything_is(drawn: Drawn) -> None:
    """One block with addresses, credentials and the next command."""
    ready = Ready(
        kafka="127.0.0.1:4000",
        topics=("sales_events", "sales_events_dlq"),
        warehouse="http://127.0.0.1:3333  account emulator",
        table="DB.RAW.T",
        metrics=(("producer-1", "http://127.0.0.1:7001/metrics"),),
        logs=".winepipeline/albert/logs/",
        next_commands=(("winepipeline audit", "is everything there?"),),
    )
    assert drawn(ready_view(ready, 4.21)) == READY.rstrip("\n") + "\n"


def test_square_brackets_in_data_are_no_markup(snapshot: Snapshot, letter: DeadLetter, drawn: Drawn) -> None:
    """A dead letter's detail may hold anything and is shown as it is."""
    odd = replace(letter, detail="[red]x[/red] [/]")
    assert "[red]x[/red] [/]" in drawn(letters((odd,)))


def test_no_color_takes_the_colors_away(snapshot: Snapshot) -> None:
    """NO_COLOR leaves words and bars, and no color codes."""
    console = Console(width=80, force_terminal=True, color_system="standard", no_color=True)
    with console.capture() as capture:
        console.print(live_view(snapshot))
    assert "\x1b[3" not in capture.get()


def test_what_the_scaler_decided_is_on_one_line(snapshot: Snapshot, drawn: Drawn) -> None:
    """The live view says who decides how many consumers run and why, however long the reason is."""
    words = "Builtin: Up: 1 → 3, 58,714 events wait, too many for 1 to drain in time " + "and so on " * 20
    lines = drawn(live_view(replace(snapshot, scaling=words))).splitlines()
    (line,) = [each for each in lines if each.startswith("scaling")]
    assert line.startswith("scaling  Builtin: Up: 1 → 3, 58,714 events wait")
    assert len(line) <= 80
    assert not any(each.startswith("scaling") for each in drawn(live_view(snapshot)).splitlines())
