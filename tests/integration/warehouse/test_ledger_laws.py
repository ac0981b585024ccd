"""The laws that hold in memory with many examples hold on the emulator's tables too, with a few."""

import itertools
import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.unit.winepipeline_warehouse.ledger_machine import LedgerMachine
from tests.unit.winepipeline_warehouse.world import Place as Landed
from tests.unit.winepipeline_warehouse.world import World, open_session
from winepipeline_warehouse import loader
from winepipeline_warehouse.audit import audit
from winepipeline_warehouse.errors import Unavailable
from winepipeline_warehouse.names import Names
from winepipeline_warehouse.prepare import prepare
from winepipeline_warehouse.session import Row, Session
from winepipeline_warehouse.settings import WarehouseSettings

from .conftest import MakePlace
from .place import Place

COLUMNS = (
    "first_offset",
    "next_offset",
    "epoch",
    "rows_loaded",
    "rows_rejected",
    "offsets_skipped",
    "offsets_expired",
)

_numbers = itertools.count(1)


class Breaking(Session):
    """A real session that the world can break."""

    def __init__(self, given: WarehouseSettings, world: World) -> None:
        super().__init__(given)
        self._world = world
        self._broken = False

    def query(self, statement: str, parameters: Sequence[Any] = (), *, scans: bool = False) -> list[Row]:
        """As the parent, or broken."""
        rows: list[Row] = self._strike(
            statement, lambda: super(Breaking, self).query(statement, parameters, scans=scans)
        )
        return rows

    def change(self, statement: str, parameters: Sequence[Any] = (), *, scans: bool = False) -> int:
        """As the parent, or broken."""
        count: int = self._strike(statement, lambda: super(Breaking, self).change(statement, parameters, scans=scans))
        return count

    def put(self, content: bytes, file_name: str, stage: str) -> None:
        """As the parent, or broken."""
        self._strike("PUT", lambda: super(Breaking, self).put(content, file_name, stage))

    def _strike(self, statement: str, carry_out: Callable[[], Any]) -> Any:
        if self._broken:
            raise Unavailable("ConnectionClosed", "the connection is broken")
        return self._world.strike(statement, carry_out, self._lose_connection)

    def _lose_connection(self) -> None:
        self._broken = True


class EmulatedWorld(World):
    """The emulator, with tables of this example's own."""

    # Another consumer's claim would wait for the lock of a load that is about to commit, and this thread is its own.
    steps = World.steps_before_a_lock

    def __init__(self, place: Place) -> None:
        super().__init__()
        settings_ = place.settings.model_copy(update={"table": f"{place.settings.table}_{next(_numbers)}"})
        self.place = Place(settings_, [place.session])
        self.names: Names = self.place.names
        prepare(place.session, self.names)

    def open(self) -> Session:
        """A new session."""
        return Breaking(self.place.settings, self)

    def landed(self) -> list[Landed]:
        """All rows."""
        columns = "SELECT EVENT_METADATA FROM"
        rows = self.place.query(f"{columns} {{target}} UNION ALL {columns} {{rejected}}")
        found = [json.loads(str(row[0])) for row in rows]
        return [(each["topic_id"], each["partition"], each["offset"]) for each in found]

    def ledger(self) -> dict[tuple[str, int], dict[str, int]]:
        """The ledger's rows."""
        rows = self.place.query(f"SELECT TOPIC_ID, PARTITION, {', '.join(COLUMNS)} FROM {{ledger}}")  # noqa: S608
        return {(row[0], int(row[1])): dict(zip(COLUMNS, map(int, row[2:]), strict=True)) for row in rows}

    def staged(self) -> list[str]:
        """The stage."""
        return self.place.staged()

    def check(self) -> None:
        """The audit agrees."""
        found = audit(self.place.session, self.names)
        assert found.holds, found


def test_the_laws_of_the_ledger(make_place: MakePlace, monkeypatch: pytest.MonkeyPatch) -> None:
    """On real tables too, each event stands once, however consumers overtake each other, lose answers and die."""
    place = make_place()
    monkeypatch.setattr(loader, "Session", open_session)

    class EmulatedMachine(LedgerMachine):
        make_world = staticmethod(lambda: EmulatedWorld(place))

    few = settings(max_examples=4, stateful_step_count=10, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(EmulatedMachine, settings=few)
