"""The command line of `winepipeline scaling`."""

import argparse
from pathlib import Path
from typing import TypeAlias

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - it has no public name

EXPLAIN = """\
Prints the scaler's last decisions for a person: what was seen, by which formula, what was
asked for, what limited it, and when the next change may come.

Without -f: the run that was made last here, or the one in --state DIR.
"""

EPILOG = """\
examples:
  winepipeline scaling explain
  kubectl get wp albert -o json | winepipeline scaling explain -f -
  kubectl get wp -A -o json | winepipeline scaling explain -f -
"""


def add_scaling(commands: Commands) -> None:
    """`winepipeline scaling explain`."""
    scaling = commands.add_parser("scaling", help="why are there as many consumers as there are?")
    parts = scaling.add_subparsers(dest="part", required=True, metavar="PART")
    explain = parts.add_parser(
        "explain",
        help="the scaler's last decisions, with their reasons",
        description=EXPLAIN,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    explain.add_argument(
        "-f", "--file", metavar="FILE", type=Path, help="resources as `kubectl get -o json` prints them; - reads stdin"
    )
    explain.add_argument("--state", metavar="DIR", type=Path, help="the state folder of a run on this machine")
    explain.add_argument("-o", "--output", choices=("text", "json"), default="text", help="for a person or a machine")
