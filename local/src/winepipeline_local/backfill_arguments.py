"""The command line of `winepipeline backfill`."""

import argparse
import datetime as dt
from pathlib import Path

BACKFILL = """\
Makes a history of sales in SQLite and loads it beside the stream: orders and stock movements
into the pipeline's table, customers and products into tables of their own. Each row gets in
once: a run that was stopped or killed goes on where it was, a second run adds nothing. In the
end both sides are counted and compared.

Works whether `winepipeline up` runs or not, into the emulator or into the account that the
resource names. Without -f: the state that was used last here, else the bundled demo. What the
flags leave open comes from spec.backfill of the resource.
"""

EPILOG = """\
examples:
  winepipeline backfill                               a year, 200 orders a day
  winepipeline backfill --days 30 --orders-per-day 50 --seed 7
  winepipeline backfill --from-sqlite shop.sqlite     a database of your own
"""


def add_backfill(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = commands.add_parser(
        "backfill",
        help="load a history of sales beside the stream, once",
        description=BACKFILL,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "-f", "--file", metavar="FILE", type=Path, help="a WinePipeline resource; - reads it from stdin"
    )
    parser.add_argument(
        "--state", metavar="DIR", type=Path, help="where data and logs are kept (default: .winepipeline/NAME)"
    )
    parser.add_argument("--days", metavar="N", type=_whole, help="so many days, up to yesterday (default: 365)")
    parser.add_argument("--orders-per-day", metavar="N", type=_whole, help="so many orders a day (default: 200)")
    parser.add_argument("--seed", metavar="N", type=_whole, help="the same seed makes the same history (default: 1)")
    parser.add_argument("--until", metavar="DAY", type=_day, help="the last day, as 2026-10-31 (default: yesterday)")
    parser.add_argument(
        "--name", help="the history's name; under one name one history is loaded (default: the resource's)"
    )
    parser.add_argument(
        "--sqlite", metavar="FILE", type=Path, help="where it is made (default: history.sqlite in the state)"
    )
    parser.add_argument(
        "--from-sqlite", metavar="FILE", type=Path, help="a database of your own, loaded in place of a made one"
    )
    parser.add_argument(
        "-o",
        "--output",
        choices=("text", "json"),
        default="text",
        help="json: the result as one object on the last line of standard output, all else on standard error",
    )


def _whole(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number: write 1, 2, 3, …")
    return int(text)


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as wrong:
        raise argparse.ArgumentTypeError(f"{text!r} is no day: write it as 2026-10-31") from wrong
