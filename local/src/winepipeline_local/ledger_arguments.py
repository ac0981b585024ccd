"""The command line of `winepipeline rewind`, and what `winepipeline audit` has for repairs."""

import argparse
from pathlib import Path
from typing import TypeAlias

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - it has no public name

REWIND = """\
Loads a part of the topic again, each event once: the rows from there on are removed, and the
ledger goes back, in one transaction, with a new epoch. The pipeline must be paused, and the
topic must still hold what is removed. Only with --yes is anything changed.
"""

EPILOG = """\
examples:
  winepipeline rewind --to 2026-11-24T08:00:00Z         all partitions, to that time
  winepipeline rewind --to 120000 --partition 3 --yes   one partition, to that offset
"""


def add_rewind(commands: Commands) -> None:
    """`winepipeline rewind`."""
    rewind = commands.add_parser(
        "rewind",
        help="load a part of the topic again, each event once",
        description=REWIND,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    rewind.add_argument(
        "--to",
        required=True,
        metavar="TIME|OFFSET",
        help="the first event to load again: a time (when it was produced), or an offset",
    )
    rewind.add_argument("--partition", metavar="N", type=int, help="only this one (default: all)")
    rewind.add_argument(
        "--allow-gap",
        action="store_true",
        help="where the topic does not reach back so far, rewind to where it begins; the rows before it stay",
    )
    rewind.add_argument("--yes", action="store_true", help="do it; without it, only say what would be done")
    rewind.add_argument(
        "-f", "--file", metavar="FILE", type=Path, help="a WinePipeline resource; - reads it from stdin"
    )
    rewind.add_argument("--state", metavar="DIR", type=Path, help="where data and logs are kept")
    rewind.add_argument("-o", "--output", choices=("text", "json"), default="text", help="for a person or a machine")


def add_repair(audit: argparse.ArgumentParser) -> None:
    """The flags of `winepipeline audit` that mend."""
    audit.add_argument(
        "--repair", action="store_true", help="explain what is wrong with the ledger, and say what would mend it"
    )
    audit.add_argument("--yes", action="store_true", help="with --repair: mend it; the pipeline must be paused")
