"""What is wrong with a ledger is explained, and mended in one transaction; a rewind removes just what it says."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from winepipeline_warehouse.correct import correct
from winepipeline_warehouse.correction import Correction, Log, Refusal, mended, rewound
from winepipeline_warehouse.errors import Fenced
from winepipeline_warehouse.load import load
from winepipeline_warehouse.prepare import prepare
from winepipeline_warehouse.runs import Runs
from winepipeline_warehouse.standing import standing

from .conftest import MakePlace
from .place import ORIGIN, Place, work_of

pytestmark = pytest.mark.long

METADATA = (
    '{{"topic":"sales_events","topic_id":"id-1","cluster_id":"a-cluster","partition":%d,"offset":%d,"timestamp":0}}'
)
LOGS = {
    0: Log(5, 12, Runs.of([(0, 5), (6, 7), (9, 12)]).within(5, 12)),
    1: Log(0, 6, Runs.of([(3, 5), (5, 6)])),
}
"""Partition 0: retention has taken what is before 5; 5, 7 and 8 are holes. Partition 1 begins at 3."""


@pytest.fixture
def loaded(make_place: MakePlace) -> Place:
    """Two partitions, with rejects and holes, and an expired offset; all is well with them."""
    place = make_place()
    prepare(place.session, place.names)
    first = place.claim(0)
    load(place.session, place.names, work_of(first, [(0, 0), (0, 1), (0, 4)], [(0, 2)]))
    second = place.claim(0, log_start=6) | place.claim(1, log_start=3)
    load(place.session, place.names, work_of(second, [(0, 6), (0, 9), (1, 3)], [(1, 4)]))
    return place


def verdicts(place: Place) -> list[Any]:
    """What the repair says."""
    found = standing(place.session, place.names, ORIGIN)
    return [each for p, one in found.items() if (each := mended(p, one, LOGS.get(p, LOGS[1]))) is not None]


def mend(place: Place) -> list[Correction]:
    """Explain, mend, and see the audit hold."""
    found = verdicts(place)
    assert found
    assert all(isinstance(each, Correction) and each.reasons for each in found), found
    correct(place.open(), place.names, ORIGIN, found, "repair")
    assert place.audit("sales_events").holds
    assert verdicts(place) == []
    return found


def test_a_ledger_that_is_well_is_left_alone(loaded: Place) -> None:
    """Where the audit holds there is nothing to repair."""
    assert loaded.audit().holds
    assert verdicts(loaded) == []


UNDONE = {
    "a row twice": "INSERT INTO {target} SELECT * FROM {target} WHERE EVENT_METADATA:offset = 4",
    "all rows thrice": "INSERT INTO {target} SELECT t.* FROM {target} t, (VALUES (1), (2))",
    "rows in both tables": (
        "INSERT INTO {rejected} (EVENT_METADATA, INGESTION_TIME) SELECT EVENT_METADATA, INGESTION_TIME FROM {target}"
    ),
    "rejects twice": "INSERT INTO {rejected} SELECT * FROM {rejected}",
    "a ledger that is ahead": "UPDATE {ledger} SET NEXT_OFFSET = 12 WHERE PARTITION = 0",
    "a ledger beyond the topic": "UPDATE {ledger} SET NEXT_OFFSET = 99 WHERE PARTITION = 1",
    "a doubled row of the ledger": "INSERT INTO {ledger} SELECT * FROM {ledger} WHERE PARTITION = 0",
    "counts that are off": "UPDATE {ledger} SET ROWS_LOADED = 1, ROWS_REJECTED = 9 WHERE PARTITION = 0",
    "skipped counts that are off": "UPDATE {ledger} SET OFFSETS_SKIPPED = 77 WHERE PARTITION = 0",
    "a missing row of the ledger": "DELETE FROM {ledger} WHERE PARTITION = 1",
    "no ledger at all": "DELETE FROM {ledger}",
}
"""What a repair undoes to the last row."""

LOSSES = {
    "a row gone that the topic does not hold": ("DELETE FROM {target} WHERE EVENT_METADATA:offset = 4", 5, 10),
    "a row gone that the topic holds": ("DELETE FROM {target} WHERE EVENT_METADATA:offset = 9", 5, 9),
    "a ledger that is behind its rows": ("UPDATE {ledger} SET NEXT_OFFSET = 9 WHERE PARTITION = 0", 6, 10),
    "a row before the ledger begins": (
        f"INSERT INTO {{target}} (EVENT_METADATA) SELECT PARSE_JSON('{METADATA % (1, 2)}')::OBJECT",
        7,
        10,
    ),
}
"""From a damage to the rows and to where partition 0 stands after the repair."""


def test_damage_is_explained_and_undone(loaded: Place) -> None:
    """Rows too many and ledgers that are wrong are explained and mended, and every row is there as it was, once."""
    before = tables(loaded)
    for damage, statement in UNDONE.items():
        assert loaded.change(statement) > 0, damage
        mend(loaded)
        assert tables(loaded) == before, damage
    stands = standing(loaded.session, loaded.names, ORIGIN)
    assert [stands[p].ledger[0].next_offset for p in (0, 1)] == [10, 5]
    assert loaded.query(f"SHOW TABLES LIKE '{loaded.names.table}_%ASIDE%' IN SCHEMA {{schema}}") == []


@pytest.mark.parametrize(("damage", "rows", "stands"), LOSSES.values(), ids=LOSSES)
def test_what_is_missing_is_loaded_again_or_booked_as_lost(loaded: Place, damage: str, rows: int, stands: int) -> None:
    """The ledger goes back to what the topic still holds, and what it does not hold is counted as lost."""
    assert loaded.change(damage) > 0
    mend(loaded)
    assert loaded.count("target") == rows
    assert standing(loaded.session, loaded.names, ORIGIN)[0].ledger[0].next_offset == stands


def tables(place: Place) -> list[Any]:
    """All rows of the target, and the places of all rejects."""
    order = "ORDER BY EVENT_METADATA:partition, EVENT_METADATA:offset"
    rejected = "SELECT EVENT_METADATA:partition, EVENT_METADATA:offset FROM {rejected}"
    loaded = "SELECT * FROM {target}"
    return [*place.query(f"{loaded} {order}"), *place.query(f"{rejected} {order}")]


def test_the_only_copy_of_an_event_is_never_removed(loaded: Place) -> None:
    """Where mending would cost rows that the topic does not hold any more, nothing is done and it is said why."""
    loaded.change("DELETE FROM {target} WHERE EVENT_METADATA:offset = 6")
    loaded.change("INSERT INTO {target} (EVENT_METADATA) SELECT PARSE_JSON('" + METADATA % (0, 8) + "')::OBJECT")
    found = verdicts(loaded)
    assert len(found) == 1
    assert isinstance(found[0], Refusal)
    assert "offset 8" in found[0].reason
    assert "1 messages are in the topic and in no table: offset 6" in found[0].reasons


def test_a_rewind_removes_what_is_loaded_again(loaded: Place) -> None:
    """Rows and rejects from the offset on go, the ledger goes back with a new epoch, and all others stay."""
    found = standing(loaded.session, loaded.names, ORIGIN, {0: 6, 1: 3})
    rewinds = [rewound(0, found[0], LOGS[0], 6, allow_gap=False), rewound(1, found[1], LOGS[1], 0, allow_gap=False)]
    corrections = [each for each in rewinds if isinstance(each, Correction)]
    assert [(each.removed_loaded, each.removed_rejected, each.row.next_offset) for each in corrections] == [
        (2, 0, 6),
        (1, 1, 3),
    ]
    correct(loaded.open(), loaded.names, ORIGIN, corrections, "rewind")
    audit = loaded.audit("sales_events", {("id-1", 0): 12, ("id-1", 1): 6})
    assert audit.holds
    assert (audit.total("loaded"), audit.total("rejected"), audit.total("in_flight")) == (3, 1, 9)
    claims = loaded.claim(0, 1, log_start=5)
    assert {p: each.next_offset for p, each in claims.items()} == {0: 6, 1: 5}


def test_a_rewind_goes_no_further_than_the_topic(loaded: Place) -> None:
    """What retention has taken is not removed, unless somebody says that the rows before the log's start may stay."""
    found = standing(loaded.session, loaded.names, ORIGIN, {0: 5})[0]
    refused = rewound(0, found, LOGS[0], 1, allow_gap=False)
    assert isinstance(refused, Refusal)
    assert "before offset 5" in refused.reason
    allowed = rewound(0, found, LOGS[0], 1, allow_gap=True)
    assert isinstance(allowed, Correction)
    assert (allowed.row.next_offset, allowed.removed) == (5, 2)
    assert rewound(0, found, LOGS[0], 10, allow_gap=False) is None


def test_a_consumer_that_was_overlooked_is_fenced(loaded: Place) -> None:
    """A consumer that loads meanwhile keeps a correction from being made, and a correction fences that consumer off."""
    claims = loaded.claim(0)
    found = standing(loaded.session, loaded.names, ORIGIN, {0: 6})[0]
    correction = rewound(0, found, LOGS[0], 6, allow_gap=False)
    assert isinstance(correction, Correction)
    load(loaded.open(), loaded.names, work_of(claims, [(0, 10)]))
    with pytest.raises(Fenced, match="nothing was changed"):
        correct(loaded.open(), loaded.names, ORIGIN, [correction], "rewind")
    assert loaded.audit().holds
    again = rewound(0, standing(loaded.open(), loaded.names, ORIGIN, {0: 6})[0], LOGS[0], 6, allow_gap=False)
    assert isinstance(again, Correction)
    correct(loaded.open(), loaded.names, ORIGIN, [again], "rewind")
    with pytest.raises(Fenced):
        load(loaded.open(), loaded.names, work_of(claims, [(0, 11)]))
    assert loaded.audit().holds


class Broken(Exception):
    """The process ends here."""


def test_a_correction_that_breaks_off_changes_nothing(loaded: Place) -> None:
    """Ended at any step before the COMMIT, a rewind has not happened; begun again, it happens once."""

    @contextmanager
    def step(name: str) -> Iterator[None]:
        if name == at:
            raise Broken
        yield

    found = standing(loaded.session, loaded.names, ORIGIN, {0: 6})[0]
    correction = rewound(0, found, LOGS[0], 6, allow_gap=False)
    assert isinstance(correction, Correction)
    for at in ("begin", "remove_rows", "remove_rejects", "ledger", "commit"):  # noqa: B007 - the step looks at it
        session = loaded.open()
        with pytest.raises(Broken):
            correct(session, loaded.names, ORIGIN, [correction], "rewind", step)
        session.close()
        assert loaded.audit().holds
        assert (loaded.count("target"), loaded.count("rejected")) == (6, 2)
    correct(loaded.open(), loaded.names, ORIGIN, [correction], "rewind")
    assert loaded.audit().holds
    assert loaded.count("target") == 4
