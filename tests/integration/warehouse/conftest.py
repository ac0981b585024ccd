"""Tables of its own for each test, in the emulator that all share."""

import itertools
from collections.abc import Callable, Iterator

import pytest

from winepipeline_local.emulator import Emulator
from winepipeline_warehouse.prepare import prepare
from winepipeline_warehouse.settings import WarehouseSettings

from .place import Place

_numbers = itertools.count(1)

MakePlace = Callable[..., Place]


@pytest.fixture
def make_place(emulator: Emulator) -> Iterator[MakePlace]:
    """Names for tables that are not there yet: `make_place(SNOWFLAKE_DATABASE="CELLAR")`."""
    made: list[Place] = []

    def make(**settings: str) -> Place:
        table = {"SNOWFLAKE_TABLE": f"LOADED_{next(_numbers)}", "SNOWFLAKE_LOCK_TIMEOUT": "1"}
        made.append(Place(WarehouseSettings.from_environment(emulator.environment | table | settings)))
        return made[-1]

    yield make
    for place in made:
        for session in place.opened:
            session.close()


@pytest.fixture
def place(make_place: MakePlace) -> Place:
    """Tables that are made."""
    found = make_place()
    prepare(found.session, found.names)
    return found
