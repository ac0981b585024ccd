"""Nothing twice and nothing missing, whatever consumers, connections and topics do: in memory, with many examples."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from winepipeline_warehouse import loader
from winepipeline_warehouse.errors import Unavailable
from winepipeline_warehouse.names import Names
from winepipeline_warehouse.session import Row, Session

from .ledger_machine import LedgerMachine
from .memory_warehouse import MemorySession, Store
from .world import Place, World, open_session


class Breaking(MemorySession):
    """A session that the world can break."""

    def __init__(self, store: Store, world: World) -> None:
        super().__init__(store)
        self._world = world
        self._broken = False

    def _lose_connection(self) -> None:
        self._broken = True

    def _strike(self, statement: str, carry_out: Callable[[], Any]) -> Any:
        if self._broken:
            raise Unavailable("ConnectionClosed", "the connection is broken")
        return self._world.strike(statement, carry_out, self._lose_connection)

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


class MemoryWorld(World):
    """The warehouse in memory."""

    names = Names("WINE_SALES_DB", "RAW_DATA", "RAW_EVENTS_STREAM")

    def __init__(self) -> None:
        super().__init__()
        self.store = Store()

    def open(self) -> Session:
        """A new session."""
        return Breaking(self.store, self)

    def landed(self) -> list[Place]:
        """All rows."""
        return [(row.key[2], row.key[3], row.offset) for row in self.store.rows]

    def ledger(self) -> dict[tuple[str, int], dict[str, int]]:
        """The ledger's rows."""
        return {
            (key[2], key[3]): {
                "first_offset": row.first,
                "next_offset": row.next,
                "epoch": row.epoch,
                "rows_loaded": row.loaded,
                "rows_rejected": row.rejected,
                "offsets_skipped": row.skipped,
                "offsets_expired": row.expired,
            }
            for key, row in self.store.ledger.items()
        }

    def staged(self) -> list[str]:
        """The stage."""
        return list(self.store.files)

    def check(self) -> None:
        """Once the server has missed the sessions that are gone, no lock is held."""
        self.store.miss()
        self.store.miss()
        assert self.store.lock is None


class MemoryMachine(LedgerMachine):
    """The machine in memory."""

    make_world = MemoryWorld


def test_the_laws_of_the_ledger(monkeypatch: pytest.MonkeyPatch) -> None:
    """However consumers overtake each other, lose answers and die, each event is in the tables once."""
    monkeypatch.setattr(loader, "Session", open_session)
    run_state_machine_as_test(MemoryMachine, settings=settings(max_examples=120, stateful_step_count=40))
