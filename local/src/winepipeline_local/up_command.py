"""`winepipeline up`, from the command line."""

import argparse

from winepipeline_local.order import Flags
from winepipeline_local.up import up


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
    )
