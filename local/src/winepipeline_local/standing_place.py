"""The place of a pipeline on this machine: of the run that is on, or of parts that are started as long as it takes."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from winepipeline_local.errors import UsageError
from winepipeline_local.interrupt import Interrupt
from winepipeline_local.parts import Parts
from winepipeline_local.place import Place, place_of_pipeline
from winepipeline_local.resource import pipeline_of, text_of
from winepipeline_local.state import State, newest
from winepipeline_operator.environment import Address, Endpoints
from winepipeline_operator.spec import WinePipeline


@contextmanager
def standing_place(file: Path | None, folder: Path | None) -> Iterator[Place]:
    """The place of the resource in `file`, of the state in `folder`, or of the state that was used last here.

    Raises:
        LocalError: there is no such state, it is busy, or broker or warehouse do not come up.
    """
    pipeline, state = _subject(file, folder)
    with _endpoints(pipeline, state) as endpoints:
        yield place_of_pipeline(pipeline, endpoints, os.environ)


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
        yield running(state)
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


def running(state: State) -> Endpoints:
    """Where the parts of the run that is on answer.

    Raises:
        UsageError: they do not, just now.
    """
    noted = state.noted()
    addresses = noted.get("addresses")
    if not addresses or noted["pid"] != state.holder():
        raise UsageError(
            f"The pipeline in {state.folder} is busy: it is starting or stopping, or another command works on it.",
            "Try again in a few seconds.",
        )
    port = addresses["emulator_port"]
    return Endpoints(addresses["bootstrap"], Address("http", "127.0.0.1", port) if port else None)
