"""`winepipeline up`, from the command line."""

import argparse
import shutil
import sys
from pathlib import Path

from winepipeline_local.order import Flags
from winepipeline_local.up import up

NAME = "winepipeline"


def main(chosen: argparse.Namespace) -> int:
    """Run the pipeline as the flags say."""
    return up(flags(chosen))


def flags(chosen: argparse.Namespace) -> Flags:
    """The flags, as data."""
    return Flags(
        file=chosen.file,
        state=chosen.state,
        fresh=chosen.fresh,
        run_seconds=chosen.run_seconds,
        consumers=chosen.consumers,
        events_per_second=chosen.events_per_second,
        producer=chosen.producer,
        json=chosen.output == "json",
        prometheus=chosen.prometheus,
        program=program(sys.argv[0]),
    )


def program(called: str) -> str:
    """How to call this command again: its name where the shell finds it by that, else the path it was called by."""
    found = shutil.which(NAME)
    if Path(called).name != NAME or (found and Path(found).absolute() == Path(called).absolute()):
        return NAME
    return called
