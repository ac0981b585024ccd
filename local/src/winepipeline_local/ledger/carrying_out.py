"""What rewind and repair have in common: show, and with --yes carry out."""

import argparse
import json
import sys

from winepipeline_local.errors import UsageError
from winepipeline_local.ledger.view import Verdicts, corrections_view, explained, statements_view, verdicts_json
from winepipeline_local.ledger.work import Ledger
from winepipeline_local.terminal import Terminal
from winepipeline_process.exits import ExitCode
from winepipeline_warehouse.correction import Correction, Refusal


def show_and_do(ledger: Ledger, verdicts: Verdicts, who: str, chosen: argparse.Namespace, terminal: Terminal) -> int:
    """Tell what is to be done, and do it if that was asked for; the exit status.

    Raises:
        LocalError: the pipeline runs, or broker or warehouse do not answer.
    """
    corrections = [each for each in verdicts if isinstance(each, Correction)]
    refusals = [each for each in verdicts if isinstance(each, Refusal)]
    statements = ledger.statements(corrections, who) if corrections else []
    terminal.print(
        explained([each for each in verdicts if each.reasons or isinstance(each, Refusal)], ledger.origin.topic)
    )
    if corrections:
        terminal.print(corrections_view(verdicts, ledger.origin.topic))
        terminal.print()
        if not chosen.yes:
            terminal.print(statements_view(statements))
    if chosen.output == "json":
        found = {**verdicts_json(verdicts, statements), "done": bool(chosen.yes and corrections and not refusals)}
        sys.stdout.write(json.dumps(found) + "\n")
    if refusals:
        terminal.print("× Nothing was changed.")
        return ExitCode.CHECK_FAILED
    if not corrections:
        terminal.print("√ There is nothing to do.")
        return ExitCode.OK
    if not chosen.yes:
        terminal.print("Nothing was changed. Add --yes to do it; the pipeline must be paused.")
        return ExitCode.OK
    return _do(ledger, corrections, who, terminal)


def _do(ledger: Ledger, corrections: list[Correction], who: str, terminal: Terminal) -> int:
    ledger.refuse_while_it_runs()
    left_behind = ledger.carry_out(corrections, who)
    removed = sum(each.removed for each in corrections)
    again = f"; {removed:,} events will be loaded again when the pipeline runs" if removed else ""
    terminal.print(f"√ Done, in one transaction{again}.")
    if left_behind:
        terminal.print(f"! Kafka's committed offsets, which only lag monitors read, did not follow: {left_behind}")
    return ExitCode.OK


def offset_or_time(text: str) -> tuple[int | None, str | None]:
    """A number is an offset; anything else is to be a time.

    Raises:
        UsageError: it is empty.
    """
    if not text:
        raise UsageError("--to is empty.", "Write a time, as 2026-11-24T08:00:00Z, or an offset.")
    return (int(text), None) if text.isascii() and text.isdigit() else (None, text)
