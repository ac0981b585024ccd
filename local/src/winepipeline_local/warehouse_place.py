"""A pipeline's warehouse on this machine, without its broker: that of a run that is on, or an emulator we start."""

from collections.abc import Iterator
from contextlib import contextmanager

from winepipeline_local.emulator import Emulator
from winepipeline_local.ports import free_ports
from winepipeline_local.standing_place import running
from winepipeline_local.state import State
from winepipeline_operator.environment import Endpoints
from winepipeline_operator.spec import WinePipeline


@contextmanager
def standing_warehouse(pipeline: WinePipeline, state: State, text: str) -> Iterator[Endpoints]:
    """Where the warehouse answers; the endpoints' broker is not to be used.

    Args:
        pipeline: the resource.
        state: its state; is made where it is not there.
        text: the resource's text, which a new state keeps for other commands.

    Raises:
        LocalError: the state is busy, or the emulator does not come up.
    """
    if pipeline.spec.warehouse.emulator is None:
        yield Endpoints("", None)
    elif state.held_elsewhere:
        yield running(state)
    else:
        with state:
            state.keep_resource(text)
            emulator = Emulator(state.warehouse_folder, free_ports(1)[0], state.log_file("emulator"))
            try:
                emulator.start()
                yield Endpoints("", emulator.address)
            finally:
                emulator.stop()
