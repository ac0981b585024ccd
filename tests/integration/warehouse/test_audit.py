"""The audit finds every way in which tables and ledger can disagree, and nothing where they do not."""

from collections.abc import Iterator

import pytest

from winepipeline_local.emulator import Emulator
from winepipeline_warehouse.load import load
from winepipeline_warehouse.prepare import prepare
from winepipeline_warehouse.settings import WarehouseSettings

from .place import ORIGIN, Place, work_of

METADATA = (
    '{{"topic":"sales_events","topic_id":"id-1","cluster_id":"a-cluster","partition":%d,"offset":%d,"timestamp":0}}'
)


@pytest.fixture(scope="module")
def tables(emulator: Emulator) -> Iterator[Place]:
    """Two partitions, with rejects, a hole and an expired offset, and one of which nothing was loaded yet."""
    place = Place(WarehouseSettings.from_environment(emulator.environment | {"SNOWFLAKE_TABLE": "AUDITED"}))
    prepare(place.session, place.names)
    first = place.claim(0)
    load(place.session, place.names, work_of(first, [(0, 0), (0, 1), (0, 4)], [(0, 2)]))
    second = place.claim(0, log_start=6) | place.claim(1, log_start=3)
    load(place.session, place.names, work_of(second, [(0, 6), (0, 9), (1, 3)], [(1, 4)]))
    place.claim(5)
    yield place
    place.session.close()


@pytest.fixture
def loaded(tables: Place) -> Iterator[Place]:
    """The tables; what a test does to them is rolled back."""
    tables.change("BEGIN")
    yield tables
    tables.change("ROLLBACK")


def test_an_untouched_table_holds(loaded: Place) -> None:
    """Loaded, rejected, skipped and expired add up to what was consumed, and what is left in the topic is in flight."""
    found = loaded.audit("sales_events", {("id-1", 0): 12, ("id-1", 1): 5})
    assert found.holds
    zero, one, five = found.partitions
    assert (zero.consumed, zero.loaded, zero.rejected, zero.skipped, zero.expired) == (10, 5, 1, 3, 1)
    assert (one.consumed, one.loaded, one.rejected, one.skipped, one.expired) == (2, 1, 1, 0, 0)
    assert (zero.in_flight, one.in_flight, five.consumed) == (2, 0, 0)
    assert [found.total(name) for name in ("loaded", "rejected", "missing", "duplicates", "outside")] == [6, 2, 0, 0, 0]


def test_without_the_broker_nothing_is_in_flight(loaded: Place) -> None:
    """The table alone proves its own part."""
    found = loaded.audit()
    assert found.holds
    assert found.total("in_flight") == 0
    assert {each.end_offset for each in found.partitions} == {None}


def test_a_topic_that_nobody_knows_has_no_partitions(loaded: Place) -> None:
    """An audit of another topic finds nothing of this one."""
    assert loaded.audit("another").partitions == ()


DAMAGES = {
    "a row twice": (
        "INSERT INTO {target} SELECT * FROM {target} WHERE EVENT_METADATA:offset = 4",
        {"duplicates": 1, "missing": 0, "outside": 0},
    ),
    "a row thrice": (
        "INSERT INTO {target} SELECT t.* FROM {target} t, (VALUES (1), (2)) WHERE t.EVENT_METADATA:offset = 4",
        {"duplicates": 2},
    ),
    "a row in both tables": (
        "INSERT INTO {rejected} (EVENT_METADATA) SELECT EVENT_METADATA FROM {target} WHERE EVENT_METADATA:offset = 4",
        {"duplicates": 1, "missing": 0},
    ),
    "a reject twice": (
        "INSERT INTO {rejected} SELECT * FROM {rejected} WHERE EVENT_METADATA:offset = 2",
        {"duplicates": 1},
    ),
    "a row gone": (
        "DELETE FROM {target} WHERE EVENT_METADATA:offset = 4",
        {"missing": 1, "duplicates": 0, "outside": 0},
    ),
    "a reject gone": ("DELETE FROM {rejected} WHERE EVENT_METADATA:offset = 2", {"missing": 1}),
    "all rows gone": ("DELETE FROM {target}", {"missing": 6, "loaded": 0}),
    "a row that the ledger does not cover yet": (
        f"INSERT INTO {{target}} (EVENT_METADATA) SELECT PARSE_JSON('{METADATA % (0, 10)}')::OBJECT",
        {"outside": 1, "duplicates": 0},
    ),
    "a row before the ledger begins": (
        f"INSERT INTO {{target}} (EVENT_METADATA) SELECT PARSE_JSON('{METADATA % (1, 2)}')::OBJECT",
        {"outside": 1},
    ),
    "a row of a partition that the ledger does not know": (
        f"INSERT INTO {{target}} (EVENT_METADATA) SELECT PARSE_JSON('{METADATA % (7, 0)}')::OBJECT",
        {"outside": 1},
    ),
    "a row without a place": ("INSERT INTO {target} (EVENT_TYPE) VALUES ('ORDER_CREATED')", {"outside": 1}),
    "a ledger that is behind": (
        "UPDATE {ledger} SET NEXT_OFFSET = 9 WHERE PARTITION = 0",
        {"outside": 1},
    ),
    "a ledger that is ahead": (
        "UPDATE {ledger} SET NEXT_OFFSET = 15 WHERE PARTITION = 0",
        {"missing": 5, "outside": 0},
    ),
    "a missing row of the ledger": ("DELETE FROM {ledger} WHERE PARTITION = 1", {"outside": 2}),
    "no ledger at all": ("DELETE FROM {ledger}", {"outside": 8}),
}


@pytest.mark.parametrize(("damage", "found"), DAMAGES.values(), ids=DAMAGES)
def test_damage_is_found(loaded: Place, damage: str, found: dict[str, int]) -> None:
    """Whoever or whatever changed the tables behind our back, the audit says so, and counts it."""
    assert loaded.change(damage) > 0
    audit = loaded.audit()
    assert not audit.holds
    assert {name: audit.total(name) for name in found} == found


@pytest.mark.parametrize("partition", [1, 5])
def test_a_ledger_with_two_rows_for_a_partition_is_found(loaded: Place, partition: int) -> None:
    """Even two rows that are alike to the letter, and of a partition that nothing was loaded of yet."""
    loaded.change("INSERT INTO {ledger} SELECT * FROM {ledger} WHERE PARTITION = %s", partition)
    found = loaded.audit()
    assert not found.holds
    assert sum(each.partition == partition for each in found.partitions) == 2


def test_a_topic_that_ends_before_the_ledger_is_found(loaded: Place) -> None:
    """A log that lost its end would be skipped up to where the ledger stands."""
    assert loaded.audit(ends={("id-1", 0): 10}).holds
    assert not loaded.audit(ends={("id-1", 0): 9}).holds


def test_the_end_of_another_topic_of_the_same_name_says_nothing(loaded: Place) -> None:
    """A topic made again has offsets of its own."""
    assert loaded.audit(ends={("id-2", 0): 1}).holds
    assert loaded.audit(ends={("id-2", 0): 1}).partitions[0].topic_id == ORIGIN.topic_id
