"""`winepipeline audit`: is every event where it belongs, once?"""

import argparse
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from winepipeline_local.access import client_config, warehouse_login
from winepipeline_local.audit_view import audit_json, audit_view
from winepipeline_local.errors import UsageError
from winepipeline_local.interrupt import Interrupt
from winepipeline_local.kafka import Cluster
from winepipeline_local.parts import Parts
from winepipeline_local.resource import pipeline_of, text_of
from winepipeline_local.state import State, newest
from winepipeline_local.terminal import Terminal
from winepipeline_local.totals import totals, with_ends
from winepipeline_local.warehouse import Warehouse
from winepipeline_operator.environment import Address, Endpoints
from winepipeline_operator.spec import WinePipeline
from winepipeline_process.exits import ExitCode


def main(chosen: argparse.Namespace) -> int:
    """Count and print; 1 when the audit does not hold.

    Raises:
        LocalError: there is nothing to audit, or broker or warehouse do not answer.
    """
    pipeline, state = _subject(chosen.file, chosen.state)
    terminal = Terminal.of(json=chosen.output == "json")
    topic = pipeline.spec.topic.name
    with terminal.waiting("Counting"), _endpoints(pipeline, state) as endpoints:
        counted = Warehouse(warehouse_login(pipeline, endpoints, os.environ)).audit(topic)
        reach = Cluster(client_config(pipeline, endpoints, os.environ)).reach(topic)
    audit = with_ends(counted, reach)
    sums = totals(audit, reach)
    if chosen.output == "json":
        sys.stdout.write(json.dumps(audit_json(audit, sums)) + "\n")
    else:
        terminal.print(audit_view(audit, sums))
    return ExitCode.OK if audit.holds else ExitCode.CHECK_FAILED


def _subject(file: Path | None, folder: Path | None) -> tuple[WinePipeline, State]:
    """The pipeline that is meant: of a file, of a state folder, or of the state that was used last here."""
    state = State(folder) if folder else None
    if file is None:
        state = state or newest()
        kept = state.folder / "pipeline.yaml" if state else None
        if state is None or kept is None or not kept.exists():
            raise UsageError(
                f"There is no pipeline's state in {state.folder if state else Path.cwd() / '.winepipeline'}.",
                "Run `winepipeline up` here first, or name the resource (`-f FILE`) or the state (`--state DIR`).",
            )
        return pipeline_of(text_of(kept), str(kept)), state
    pipeline = pipeline_of(text_of(file), str(file))
    return pipeline, state or State.of(pipeline.metadata.name, None)


@contextmanager
def _endpoints(pipeline: WinePipeline, state: State) -> Iterator[Endpoints]:
    """Where broker and warehouse answer: those of a run that is on, or else we start them as long as it takes."""
    external = pipeline.spec.broker.external
    if external is not None and pipeline.spec.warehouse.emulator is None:
        yield Endpoints(external.bootstrap_servers, None)
    elif state.held_elsewhere:
        yield _running(state)
    else:
        if not state.folder.exists():
            raise UsageError(
                f"There is no state in {state.folder}.", "Run `winepipeline up` first, or give another `--state DIR`."
            )
        with state, Interrupt():
            parts = Parts(pipeline, state, os.environ)
            try:
                parts.launch()
                parts.wait_for_broker()
                parts.wait_for_warehouse()
                yield parts.endpoints
            finally:
                parts.stop()


def _running(state: State) -> Endpoints:
    noted = state.noted()
    addresses = noted.get("addresses")
    if not addresses or noted["pid"] != state.holder():
        raise UsageError(
            f"The pipeline in {state.folder} is busy: it is starting or stopping, or another audit counts.",
            "Try again in a few seconds.",
        )
    port = addresses["emulator_port"]
    return Endpoints(addresses["bootstrap"], Address("http", "127.0.0.1", port) if port else None)
