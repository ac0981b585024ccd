"""`winepipeline dlq replay`: its flags, and what it tells while it sends and afterwards."""

import argparse
import datetime as dt
import json
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from winepipeline_events.repair import NAMES
from winepipeline_local.dead_letters.decision import Correction, Outcome, Tally
from winepipeline_local.dead_letters.edited import EditError, corrections
from winepipeline_local.dead_letters.kafka import LetterTopic, Sender
from winepipeline_local.dead_letters.rejects import Rejects
from winepipeline_local.dead_letters.replay import Order, Replay, Report
from winepipeline_local.dead_letters.selection import Selection
from winepipeline_local.dlq_view import replay_view
from winepipeline_local.errors import UsageError
from winepipeline_local.place import Place
from winepipeline_local.replay_metrics import replay_metrics
from winepipeline_local.resource import STANDARD_INPUT
from winepipeline_local.terminal import Terminal
from winepipeline_process.exits import ExitCode

EVERY_SECONDS = 2.0
"""How often it is told how far a replay is."""


def replay(
    chosen: argparse.Namespace, selection: Selection, place: Place, terminal: Terminal, environ: Mapping[str, str]
) -> int:
    """Look, or send; the exit status.

    Raises:
        LocalError: the file or a repair's name will not do, or broker or warehouse do not answer.
    """
    order = Order(
        topic=place.topic,
        dead_letter_topic=place.dead_letter_topic,
        selection=selection,
        correction=_correction(chosen, place),
        events_per_second=chosen.events_per_second,
        name=chosen.name or f"replay-{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%S}",
    )
    letters = LetterTopic(place.client_config, place.dead_letter_topic)
    with replay_metrics(chosen.metrics_port, environ) as measure:
        tell = _teller(terminal, chosen.report, measure)
        work = Replay(order, letters, Rejects(place.warehouse_login, place.topic), tell)
        if chosen.yes:
            report = work.send(Sender(place.client_config, transactional_id(place)))
        else:
            with terminal.waiting("Reading the dead letters"):
                report = work.dry_run()
        measure(report.tally)
        _tell_end(chosen, report, terminal)
    return ExitCode.OK


def transactional_id(place: Place) -> str:
    """One for all replays of a pipeline's topic: of two at the same time the later one wins."""
    return f"winepipeline-replay-{place.topic}"


def _correction(chosen: argparse.Namespace, place: Place) -> Correction:
    unknown = sorted(set(chosen.repairs) - {*NAMES, "all"})
    if unknown:
        raise UsageError(f"There is no repair {', '.join(unknown)}.", f"There are: {', '.join(NAMES)}, and all.")
    names = NAMES if "all" in chosen.repairs else tuple(chosen.repairs)
    edits = None if chosen.edited is None else _edits(chosen.edited)
    return Correction(repairs=names, edits=edits, limits=place.limits)


def _edits(file: Path) -> dict[str, bytes | None]:
    try:
        standard = str(file) == STANDARD_INPUT
        text = sys.stdin.read() if standard else file.read_text(encoding="utf-8")
        return corrections(text.split("\n"), "standard input" if standard else str(file))
    except (OSError, EditError, UnicodeDecodeError) as failure:
        raise UsageError(
            f"{failure}.", "Write letters to a file with `winepipeline dlq list -o jsonl`, and edit those."
        ) from failure


def _teller(terminal: Terminal, report: Path | None, measure: Callable[[Tally], None]) -> Callable[[Tally], None]:
    """Tells how far it is: metrics and file each time, the person every two seconds."""
    next_seconds = time.monotonic() + EVERY_SECONDS

    def tell(tally: Tally) -> None:
        nonlocal next_seconds
        measure(tally)
        _write(report, tally.as_json())
        if time.monotonic() >= next_seconds:
            next_seconds = time.monotonic() + EVERY_SECONDS
            terminal.print(f"{tally.outcomes[Outcome.SENT]:,} sent, {tally.matched:,} looked at")

    return tell


def _tell_end(chosen: argparse.Namespace, report: Report, terminal: Terminal) -> None:
    found = {**report.tally.as_json(), "dry_run": not chosen.yes, "unknown": report.unknown, "note": report.unmarked}
    _write(chosen.report, found)
    if chosen.output == "json":
        sys.stdout.write(json.dumps(found) + "\n")
    else:
        terminal.print(replay_view(report, sent=chosen.yes))


def _write(file: Path | None, found: Mapping[str, Any]) -> None:
    """In place: the file may be one that the kubelet mounts, which cannot be replaced."""
    if file is not None:
        file.write_text(json.dumps(found), encoding="utf-8")
