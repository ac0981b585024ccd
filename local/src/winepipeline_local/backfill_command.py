"""`winepipeline backfill`: a history of sales, made or of one's own, loaded beside the stream, once."""

import argparse
import json
import logging
import os
import random
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext

from winepipeline_backfill.errors import BackfillError, Halted
from winepipeline_backfill.result import Result
from winepipeline_backfill.settings import BackfillSettings
from winepipeline_backfill.work import Backfill
from winepipeline_local.backfill_view import ProgressView, result_view
from winepipeline_local.errors import HistoryError, WarehouseError
from winepipeline_local.interrupt import Interrupt
from winepipeline_local.plan import warehouse_credentials
from winepipeline_local.resource import pipeline_of, text_of
from winepipeline_local.state import State, newest
from winepipeline_local.terminal import Terminal
from winepipeline_local.up_command import program
from winepipeline_local.warehouse_place import standing_warehouse
from winepipeline_operator.environment import Endpoints, backfill_environment
from winepipeline_operator.spec import WinePipeline
from winepipeline_operator.spec.backfill import Backfill as Wanted
from winepipeline_process.exits import ExitCode
from winepipeline_warehouse.errors import Misconfigured, Unavailable
from winepipeline_warehouse.loader import Interrupted, Loader
from winepipeline_warehouse.names import Names

INTERRUPTED_STATUS = 130


def main(chosen: argparse.Namespace) -> int:
    """Load, compare, print; returns the exit status.

    Raises:
        LocalError: it cannot be done, or has not been done.
        SettingsError: a flag will not do.
    """
    terminal = Terminal.of(json=chosen.output == "json")
    pipeline, state, text = _subject(chosen)
    logging.getLogger("winepipeline_backfill").setLevel(logging.ERROR)  # the view says it all
    with Interrupt() as interrupt, standing_warehouse(pipeline, state, text) as endpoints:
        interrupt.patient = True
        settings = BackfillSettings.from_environment(_environment(chosen, pipeline, state, endpoints))
        try:
            result = _load(settings, terminal, interrupt)
        except (Halted, Interrupted):
            terminal.say("stopped; the next run goes on from the last chunk that was loaded")
            return INTERRUPTED_STATUS
    if chosen.output == "json":
        sys.stdout.write(json.dumps(result.as_json()) + "\n")
    table = Names(settings.database, settings.schema_name, settings.table).target
    terminal.print(result_view(result, table, _next(chosen)))
    return ExitCode.OK


def _subject(chosen: argparse.Namespace) -> tuple[WinePipeline, State, str]:
    """The pipeline of a file, of a state, of the state that was used last here, or the bundled demo; with its text."""
    state = State(chosen.state) if chosen.state else None
    file = chosen.file
    if file is None:
        state = state or newest()
        kept = state.folder / "pipeline.yaml" if state else None
        file = kept if kept is not None and kept.exists() else None
    text = text_of(file)
    pipeline = pipeline_of(text, str(file or "the bundled demo"))
    return pipeline, state or State.of(pipeline.metadata.name, None), text


def _environment(
    chosen: argparse.Namespace, pipeline: WinePipeline, state: State, endpoints: Endpoints
) -> Mapping[str, str]:
    """What the Job would be started with in a cluster, and the flags, which win."""
    spec = pipeline.spec.model_copy(update={"backfill": pipeline.spec.backfill or Wanted()})
    wanted = pipeline.model_copy(update={"spec": spec})
    flags = {
        "BACKFILL_DAYS": chosen.days,
        "BACKFILL_ORDERS_PER_DAY": chosen.orders_per_day,
        "BACKFILL_SEED": chosen.seed,
        "BACKFILL_UNTIL": chosen.until,
        "BACKFILL_NAME": chosen.name,
        "BACKFILL_SQLITE": chosen.sqlite,
        "BACKFILL_FROM_SQLITE": chosen.from_sqlite,
    }
    own_file = "history.sqlite" if chosen.name is None else f"history-{chosen.name}.sqlite"
    environment = backfill_environment(wanted, endpoints, str(state.folder / own_file))
    given = {name: str(value) for name, value in flags.items() if value is not None}
    return environment | warehouse_credentials(pipeline, os.environ) | given


def _load(settings: BackfillSettings, terminal: Terminal, interrupt: Interrupt) -> Result:
    names = Names(settings.database, settings.schema_name, settings.table)
    loader = Loader(settings, names, _Watcher(terminal, interrupt), random.Random())  # noqa: S311 - spreads retries
    view = ProgressView(terminal)
    work = Backfill(settings, loader, view.tell, lambda _chunk: None, lambda: interrupt.requested)
    try:
        with view.shown():
            return work.run()
    except BackfillError as failure:
        raise HistoryError(failure.message, failure.hint, failure.exit_code) from failure
    except Misconfigured as failure:
        raise WarehouseError(
            f"The warehouse says: {failure.message} [{failure.reason}].",
            failure.hint or "`winepipeline check -f FILE` looks at the account, the role and its grants.",
        ) from failure
    finally:
        loader.close()


class _Watcher:
    """Tells a person when the warehouse is away, and stops waiting for it when asked to stop."""

    def __init__(self, terminal: Terminal, interrupt: Interrupt) -> None:
        self._terminal = terminal
        self._interrupt = interrupt

    def step(self, _stage: str) -> AbstractContextManager[None]:
        return nullcontext()

    def trouble(self, error: Unavailable, delay_seconds: float) -> None:
        self._terminal.say(
            f"the warehouse does not take it: {error.reason}: {error.message}; next try in {delay_seconds:.1f} s"
        )

    def recovered(self) -> None:
        self._terminal.say("the warehouse takes it again")

    def wait(self, seconds: float) -> bool:
        return self._interrupt.wait(seconds)


def _next(chosen: argparse.Namespace) -> tuple[tuple[str, str], ...]:
    words = [program(sys.argv[0]), "audit"]
    words += ["-f", str(chosen.file)] if chosen.file else []
    words += ["--state", str(chosen.state)] if chosen.state else []
    return ((" ".join(words), "counts again, partition by partition, the history's among them"),)
