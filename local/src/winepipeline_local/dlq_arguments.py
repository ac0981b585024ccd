"""The command line of `winepipeline dlq`."""

import argparse
import datetime as dt
from pathlib import Path
from typing import TypeAlias

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - it has no public name

REASONS = (
    *("EmptyValue", "NotUtf8", "NotJson", "NotAnObject", "UnknownType", "MissingField", "WrongType", "OutOfRange"),
    *("Inconsistent", "TooLarge", "TooDeep", "RefusedByWarehouse"),
)
"""As `winepipeline_events.reason` has them; a test holds them in step, and `--help` need not load that."""

TYPES = ("ORDER_CREATED", "INVENTORY_ADJUSTED")

DLQ = """\
Dead letters: events that were turned away, each with the reason. A letter that stands in its
topic several times counts once.

Without flags: the state that was used last here, and in a consumer's pod that pipeline.
"""

EPILOG = """\
examples:
  winepipeline dlq stats                          how many, why, and what could be mended
  winepipeline dlq list --reason NotJson --since 2026-11-24T08:00:00Z
  winepipeline dlq show 3:1042                    one letter, with the place of the fault
  winepipeline dlq replay --repair unwrap         what would be sent; --yes sends it
  winepipeline dlq list -o jsonl > letters.jsonl  to be edited, then:
  winepipeline dlq replay --from letters.jsonl --yes
"""

REPLAY = """\
Sends letters to the events' topic again, each at most once, however often this is killed and
begun anew. What is no event even after the repairs is not sent, and it is said why. Only with
--yes is anything sent.
"""


def add_dlq(commands: Commands) -> None:
    """`winepipeline dlq …`."""
    dlq = commands.add_parser(
        "dlq",
        help="look at dead letters, mend them, send them again",
        description=DLQ,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parts = dlq.add_subparsers(dest="part", required=True, metavar="PART")
    _list(parts.add_parser("list", help="one line for each letter, oldest first"))
    _show(parts.add_parser("show", help="one letter, with the place of the fault"))
    _stats(parts.add_parser("stats", help="how many letters, why, and which repairs would help"))
    _replay(
        parts.add_parser(
            "replay",
            help="mend letters and send them again",
            description=REPLAY,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
    )


def moment(text: str) -> dt.datetime:
    """A time with its zone; without one it is UTC.

    Raises:
        argparse.ArgumentTypeError: it is none.
    """
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError as wrong:
        raise argparse.ArgumentTypeError(f"{text!r} is no time: write 2026-11-24T08:30:00Z") from wrong
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)


def place(text: str) -> tuple[int, int]:
    """`PARTITION:OFFSET`.

    Raises:
        argparse.ArgumentTypeError: it is none.
    """
    partition, colon, offset = text.partition(":")
    if not (colon and partition.isdecimal() and offset.isdecimal()):
        raise argparse.ArgumentTypeError(f"{text!r} is no place: write PARTITION:OFFSET, as `dlq list` shows it")
    return int(partition), int(offset)


def offsets(text: str) -> tuple[int | None, int | None]:
    """`FROM-TO`, `FROM-` or `-TO`: from this offset on, before that one.

    Raises:
        argparse.ArgumentTypeError: it is none.
    """
    first, dash, last = text.partition("-")
    if not dash or not (first or last) or any(each and not each.isdecimal() for each in (first, last)):
        raise argparse.ArgumentTypeError(f"{text!r} is no range: write FROM-TO, FROM- or -TO")
    return int(first) if first else None, int(last) if last else None


def _list(command: argparse.ArgumentParser) -> None:
    _which(command)
    command.add_argument(
        "--limit", metavar="N", type=int, default=50, help="show so many (default: 50); jsonl shows all"
    )
    _output(command, "text", "jsonl")


def _show(command: argparse.ArgumentParser) -> None:
    command.add_argument("place", metavar="PARTITION:OFFSET", type=place, help="where it was turned away")
    _place(command)
    _output(command, "text", "jsonl")


def _stats(command: argparse.ArgumentParser) -> None:
    _which(command)
    _output(command, "text", "json")


def _replay(command: argparse.ArgumentParser) -> None:
    _which(command)
    command.add_argument(
        "--repair",
        dest="repairs",
        metavar="NAME",
        action="append",
        default=[],
        help="mend by this repair, or by `all`; may be given again (docs/how-to/dead-letters.md lists them)",
    )
    command.add_argument(
        "--from",
        dest="edited",
        metavar="FILE",
        type=Path,
        help="letters as `dlq list -o jsonl` wrote them, edited: only these, as they stand there; - reads stdin",
    )
    command.add_argument("--events-per-second", metavar="N", type=_pace, default=100.0, help="at most (default: 100)")
    command.add_argument("--name", default="", help="what this replay is called in the topics (default: the time)")
    command.add_argument("--yes", action="store_true", help="send; without it, only say what would be sent")
    command.add_argument(
        "--report",
        metavar="FILE",
        type=Path,
        help="also write the sums as JSON there, after each portion and at the end",
    )
    command.add_argument(
        "--metrics-port", metavar="PORT", type=int, help="serve the sums as Prometheus metrics meanwhile"
    )
    _output(command, "text", "json")


def _which(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--reason",
        dest="reasons",
        action="append",
        default=[],
        choices=REASONS,
        metavar="REASON",
        help="may be repeated",
    )
    command.add_argument("--type", choices=TYPES, help="events of this type, as far as a letter shows one")
    command.add_argument("--since", metavar="TIME", type=moment, help="turned away at this time or later")
    command.add_argument("--until", metavar="TIME", type=moment, help="turned away before this time")
    command.add_argument("--partition", metavar="N", type=int, help="from this partition of the events' topic")
    command.add_argument(
        "--offsets", metavar="FROM-TO", type=offsets, default=(None, None), help="and from these offsets of it"
    )
    _place(command)


def _place(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "-f", "--file", metavar="FILE", type=Path, help="a WinePipeline resource; - reads it from stdin"
    )
    command.add_argument("--state", metavar="DIR", type=Path, help="where data and logs are kept")


def _output(command: argparse.ArgumentParser, *forms: str) -> None:
    command.add_argument("-o", "--output", choices=forms, default="text", help="for a person or a machine")


def _pace(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is no pace: write a number above 0")
    return value
