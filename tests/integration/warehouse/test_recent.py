"""The audit of what was loaded lately finds what goes wrong from now on, and is not misled by what came before."""

from collections.abc import Iterator

import pytest

from winepipeline_local.emulator import Emulator
from winepipeline_warehouse.load import load
from winepipeline_warehouse.prepare import prepare
from winepipeline_warehouse.recent import Mark, recent_audit
from winepipeline_warehouse.settings import WarehouseSettings

from .place import ORIGIN, Place, work_of


@pytest.fixture(scope="module")
def tables(emulator: Emulator) -> Iterator[tuple[Place, dict[int, Mark | None]]]:
    """Two partitions: loaded, marked, then loaded further, with rejects and holes before and after the mark."""
    place = Place(WarehouseSettings.from_environment(emulator.environment | {"SNOWFLAKE_TABLE": "LATELY"}))
    prepare(place.session, place.names)
    claims = place.claim(0, 1)
    load(place.session, place.names, work_of(claims, [(0, 0), (0, 3), (1, 0)], [(0, 1)]))
    first = recent_audit(place.session, place.names, ORIGIN, {0: None, 1: None})
    claims = place.claim(0, 1)
    load(place.session, place.names, work_of(claims, [(0, 4), (0, 7), (1, 1)], [(0, 5)]))
    yield place, {partition: each.mark for partition, each in first.items()}
    place.session.close()


@pytest.fixture
def loaded(tables: tuple[Place, dict[int, Mark | None]]) -> Iterator[tuple[Place, dict[int, Mark | None]]]:
    """The tables and their marks; what a test does to them is rolled back."""
    tables[0].change("BEGIN")
    yield tables
    tables[0].change("ROLLBACK")


def test_a_first_look_marks_and_judges_nothing(loaded: tuple[Place, dict[int, Mark | None]]) -> None:
    """A consumer that takes a partition over is not blamed for what happened to it before."""
    place, marks = loaded
    assert {p: mark.next_offset for p, mark in marks.items() if mark} == {0: 4, 1: 1}
    place.change("DELETE FROM {target} WHERE EVENT_METADATA:offset = 0")
    found = recent_audit(place.session, place.names, ORIGIN, {0: None, 1: None})
    assert all(each.holds and each.rows == 0 for each in found.values())
    assert all(each.holds for each in recent_audit(place.session, place.names, ORIGIN, marks).values())


def test_what_was_loaded_since_a_mark_adds_up(loaded: tuple[Place, dict[int, Mark | None]]) -> None:
    """Rows, rejects and holes since the mark are as many as the offsets by which the ledger moved."""
    place, marks = loaded
    found = recent_audit(place.session, place.names, ORIGIN, marks)
    assert {p: (each.rows, each.missing, each.surplus) for p, each in found.items()} == {0: (3, 0, 0), 1: (1, 0, 0)}
    assert {p: each.mark.next_offset for p, each in found.items()} == {0: 8, 1: 2}


DAMAGES = {
    "a row gone": ("DELETE FROM {target} WHERE EVENT_METADATA:offset = 7", 1, 0),
    "a reject gone": ("DELETE FROM {rejected} WHERE EVENT_METADATA:offset = 5", 1, 0),
    "a row twice": ("INSERT INTO {target} SELECT * FROM {target} WHERE EVENT_METADATA:offset = 7", 0, 1),
    "a row in both tables": (
        "INSERT INTO {rejected} (EVENT_METADATA, INGESTION_TIME) "  # noqa: ISC004 - one statement
        "SELECT EVENT_METADATA, INGESTION_TIME FROM {target} WHERE EVENT_METADATA:offset = 7",
        0,
        1,
    ),
    "a ledger that is ahead": ("UPDATE {ledger} SET NEXT_OFFSET = 10 WHERE PARTITION = 0", 2, 0),
    "a ledger that is behind": ("UPDATE {ledger} SET NEXT_OFFSET = 7 WHERE PARTITION = 0", 0, 1),
}


@pytest.mark.parametrize(("damage", "missing", "surplus"), DAMAGES.values(), ids=DAMAGES)
def test_damage_is_found(loaded: tuple[Place, dict[int, Mark | None]], damage: str, missing: int, surplus: int) -> None:
    """Whatever happens to rows that were loaded since the mark shows in the next audit."""
    place, marks = loaded
    assert place.change(damage) > 0
    found = recent_audit(place.session, place.names, ORIGIN, marks)[0]
    assert not found.holds
    assert (found.missing, found.surplus) == (missing, surplus)


def test_a_rewound_partition_is_not_judged(loaded: tuple[Place, dict[int, Mark | None]]) -> None:
    """After a rewind the old mark says nothing, and no alarm is raised."""
    place, marks = loaded
    place.change("UPDATE {ledger} SET NEXT_OFFSET = 2 WHERE PARTITION = 0")
    assert set(recent_audit(place.session, place.names, ORIGIN, marks)) == {1}
