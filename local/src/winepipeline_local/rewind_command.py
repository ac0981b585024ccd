"""`winepipeline rewind`: load a part of the topic again, each event once."""

import argparse
import datetime as dt

from winepipeline_local.dlq_arguments import moment
from winepipeline_local.errors import UsageError
from winepipeline_local.ledger.carrying_out import offset_or_time, show_and_do
from winepipeline_local.ledger.work import Ledger, Target
from winepipeline_local.place import named_place
from winepipeline_local.terminal import Terminal


def main(chosen: argparse.Namespace) -> int:
    """Show what would be done, or do it; the exit status.

    Raises:
        LocalError: --to will not do, the pipeline runs, or broker or warehouse do not answer.
    """
    target = target_of(chosen.to, chosen.partition)
    terminal = Terminal.of(json=chosen.output == "json")
    with named_place(chosen.file, chosen.state) as place:
        ledger = Ledger(place)
        with terminal.waiting("Looking at topic and tables"):
            verdicts = ledger.rewinding(target, allow_gap=chosen.allow_gap)
        return show_and_do(ledger, verdicts, "rewind", chosen, terminal)


def target_of(to: str, partition: int | None) -> Target:
    """What `--to` and `--partition` mean.

    Raises:
        UsageError: an offset without a partition, or no time.
    """
    offset, time = offset_or_time(to)
    if time is not None:
        try:
            found: dt.datetime = moment(time)
        except argparse.ArgumentTypeError as wrong:
            raise UsageError(f"--to: {wrong}.", "Or write an offset, with --partition.") from wrong
        return Target(moment=found, partition=partition)
    if partition is None and offset != 0:
        raise UsageError(
            f"Offset {offset} means something in one partition only.", "Add --partition N; --to 0 alone rewinds all."
        )
    return Target(offset=offset, partition=partition)
