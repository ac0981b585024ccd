"""Claims and loads on real tables: all of a load or nothing, once, and under the last claim only."""

import datetime as dt
import json

import pytest

from winepipeline_warehouse.claim import OriginChanged, claim
from winepipeline_warehouse.errors import DataRefused, Fenced, Misconfigured, Unavailable
from winepipeline_warehouse.ledger import Claim, Origin
from winepipeline_warehouse.load import load, settle
from winepipeline_warehouse.lost_end import Ends, LogLostItsEnd

from .place import ORIGIN, Place, rows_of, work_of

EIGHT = [(0, offset) for offset in range(8)]


def stands(place: Place) -> dict[int, tuple[int, int]]:
    """From partition to NEXT_OFFSET and EPOCH."""
    rows = place.query("SELECT PARTITION, NEXT_OFFSET, EPOCH FROM {ledger} ORDER BY EPOCH")
    return {int(row[0]): (int(row[1]), int(row[2])) for row in rows}


def test_an_event_lands_with_all_that_it_is(place: Place) -> None:
    """Queries find types, ids, the JSON as JSON, and where and when it came from."""
    load(place.session, place.names, work_of(place.claim(0), EIGHT[:2]))
    rows = place.query(
        "SELECT EVENT_TYPE, PRODUCT_ID, CUSTOMER_ID, EVENT_CONTENT:product.id::INTEGER, "
        "EVENT_CONTENT:product:category::VARCHAR, EVENT_CONTENT:at::INTEGER, EVENT_METADATA FROM {target} "
        "ORDER BY EVENT_CONTENT:at::INTEGER"
    )
    assert [row[:6] for row in rows] == [
        ("ORDER_CREATED", 1000, 7, 1000, "Rouge 🍷", 0),
        ("INVENTORY_ADJUSTED", 1000, None, 1000, "Rouge 🍷", 1),
    ]
    assert json.loads(rows[1][6]) == {
        "topic": "sales_events",
        "topic_id": "id-1",
        "cluster_id": "a-cluster",
        "partition": 0,
        "offset": 1,
        "timestamp": 1_795_000_000_001,
    }
    (((landed),),) = place.query("SELECT MAX(INGESTION_TIME) FROM {target}")
    assert abs(landed - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=5)


def test_what_was_turned_away_stands_with_its_reason(place: Place) -> None:
    """A person reads why, from where, and how it began, whatever bytes it was made of."""
    load(place.session, place.names, work_of(place.claim(0), [], rejected=[(0, 0)]))
    ((reason, detail, preview, offset),) = place.query(
        "SELECT REASON, DETAIL, EVENT_PREVIEW, EVENT_METADATA:offset::INTEGER FROM {rejected}"
    )
    assert (reason, detail, preview, offset) == ("NotJson", "got é\\x00, allowed: JSON", "\\xff\\x00?", 0)


@pytest.mark.parametrize("topic", ["d'Albert", 'la "cave"', "caves\\fond", "été 🍷", "100%s {}"])
def test_metadata_is_exact_whatever_the_topic_is_called(place: Place, topic: str) -> None:
    """No letter in a name gets lost on the way through SQL and JSON."""
    origin = Origin("c'", topic, 'i"d')
    work = work_of(place.claim(0, origin=origin), EIGHT[:1], [(0, 1)], origin=origin)
    load(place.session, place.names, work)
    for table in ("target", "rejected"):
        ((metadata,),) = place.query(f"SELECT EVENT_METADATA FROM {{{table}}}")  # noqa: S608 - a test's own name
        found = json.loads(metadata)
        assert (found["cluster_id"], found["topic"], found["topic_id"]) == ("c'", topic, 'i"d')
    assert place.audit().holds


def test_a_load_moves_the_ledger_and_leaves_no_file(place: Place) -> None:
    """Several partitions move in one transaction; offsets without an event are accounted for."""
    work = work_of(place.claim(0, 1), [(0, 0), (0, 5), (1, 0)], [(1, 1)])
    load(place.session, place.names, work)
    assert stands(place) == {0: (6, 1), 1: (2, 1)}
    counts = place.query("SELECT ROWS_LOADED, ROWS_REJECTED, OFFSETS_SKIPPED FROM {ledger} ORDER BY PARTITION")
    assert counts == [(2, 0, 4), (1, 1, 0)]
    assert place.staged() == []


def test_a_load_under_an_older_claim_leaves_nothing(place: Place) -> None:
    """A consumer that was taken for dead cannot load any more, not even what nobody has loaded since."""
    old = place.claim(0, 1)
    place.claim(1)
    with pytest.raises(Fenced):
        load(place.session, place.names, work_of(old, [*EIGHT, (1, 0)], [(1, 1)]))
    assert (place.count("target"), place.count("rejected")) == (0, 0)
    assert stands(place) == {0: (0, 1), 1: (0, 2)}
    assert place.staged() == []


def test_a_load_that_is_tried_twice_lands_once(place: Place) -> None:
    """The second one finds the ledger moved."""
    work = work_of(place.claim(0), EIGHT)
    load(place.session, place.names, work)
    with pytest.raises(Fenced):
        load(place.open(), place.names, work, tries=1)
    assert place.count("target") == 8


def test_a_file_that_the_warehouse_knows_already_is_no_load(place: Place) -> None:
    """COPY skips a file of a known name and says so only in a number: nothing of such a load is kept."""
    claims = place.claim(0)
    work = work_of(claims, EIGHT)
    load(place.session, place.names, work)
    again = Claim(0, 8, claims[0].epoch)
    later = work_of({0: again}, [(0, 8)])
    same_name = type(later)(work.name, later.origin, later.advances, later.rows)
    with pytest.raises(Unavailable, match="COPY loaded 0 rows of 1"):
        load(place.session, place.names, same_name)
    place.opened.pop(0).close()
    assert (place.count("target"), stands(place)) == (8, {0: (8, 1)})


@pytest.mark.parametrize("content", ['{"a":1,', '{"a":"\\ud800"}x', "[1,2"])
def test_a_row_that_the_warehouse_refuses_takes_the_load_with_it(place: Place, content: str) -> None:
    """Nothing of the load is kept, so that the row can be found and the rest loaded."""
    claims = place.claim(0)
    with pytest.raises(DataRefused):
        load(place.session, place.names, work_of(claims, EIGHT[:3], [(0, 3)], content=content))
    assert (place.count("target"), place.count("rejected"), stands(place)) == (0, 0, {0: (0, 1)})
    assert place.staged() == []
    load(place.session, place.names, work_of(claims, EIGHT[:3]))
    assert place.count("target") == 3


def test_rejects_that_do_not_fit_stop_the_consumer(place: Place) -> None:
    """What was turned away cannot be turned away once more: a person must mend the table, and nothing is lost."""
    place.change("DROP TABLE {rejected}")
    place.change(
        "CREATE TABLE {rejected} (REASON VARCHAR(3), DETAIL VARCHAR, EVENT_METADATA OBJECT, EVENT_PREVIEW VARCHAR, "
        "INGESTION_TIME TIMESTAMP_LTZ)"
    )
    with pytest.raises(Misconfigured) as caught:
        load(place.session, place.names, work_of(place.claim(0), EIGHT[:1], [(0, 1)]))
    assert caught.value.reason == "RejectsRefused"
    assert place.names.rejected in caught.value.message
    assert (place.count("target"), stands(place)) == (0, {0: (0, 1)})


def test_the_ledger_tells_what_became_of_a_commit_without_an_answer(place: Place) -> None:
    """Before, after, or overtaken: each is told for certain, in a fresh session."""
    work = work_of(place.claim(0), EIGHT)
    assert settle(place.open(), place.names, work) is False
    load(place.session, place.names, work)
    assert settle(place.open(), place.names, work) is True
    place.claim(0)
    with pytest.raises(Fenced):
        settle(place.open(), place.names, work)


def test_a_claim_goes_on_where_the_last_load_ended(place: Place) -> None:
    """Each claim raises the epoch and reads what was committed."""
    first = place.claim(0)
    load(place.session, place.names, work_of(first, EIGHT))
    assert place.claim(0, 3) == {0: Claim(0, 8, 2), 3: Claim(3, 0, 1)}
    ((owner,),) = place.query("SELECT OWNER FROM {ledger} WHERE PARTITION = 3")
    assert owner.startswith("a-consumer/")


def test_retention_that_passed_the_ledger_is_counted(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    """What was lost before it could be loaded is told once, stays in the ledger, and the audit accounts for it."""
    load(place.session, place.names, work_of(place.claim(0), EIGHT))
    assert place.claim(0, log_start=20) == {0: Claim(0, 20, 2, expired=12)}
    assert "partition 0 lost 12 events to the topic's retention" in caplog.text
    assert place.claim(0, log_start=20)[0].expired == 0
    assert place.query("SELECT NEXT_OFFSET, OFFSETS_EXPIRED FROM {ledger}") == [(20, 12)]
    assert place.audit().holds


def test_a_log_that_begins_late_begins_the_ledger_there(place: Place) -> None:
    """A pipeline for an old topic starts with what the topic still has."""
    assert place.claim(0, log_start=500) == {0: Claim(0, 500, 1)}
    assert place.audit().total("consumed") == 0


def test_a_topic_made_again_is_not_guessed_at(place: Place) -> None:
    """Under the old ledger its events would be skipped: the consumer stops until a person has decided."""
    load(place.session, place.names, work_of(place.claim(0), EIGHT))
    again = Origin("a-cluster", "sales_events", "id-2")
    with pytest.raises(OriginChanged) as caught:
        place.claim(0, origin=again)
    assert "sales_events has the id id-2" in caught.value.message
    assert "id-1 (cluster a-cluster)" in caught.value.message
    assert "ACCEPTED_TOPIC_ID=id-2" in caught.value.hint
    claims = claim(place.open(), place.names, again, {0: 0}, "a-consumer", accepted_topic_id="id-2")
    load(place.session, place.names, work_of(claims, EIGHT, origin=again))
    found = place.audit()
    assert found.holds
    assert [(each.topic_id, each.loaded) for each in found.partitions] == [("id-1", 8), ("id-2", 8)]


def test_a_log_that_lost_its_end_is_not_passed_over(place: Place) -> None:
    """Not claimed while it may only trail; once confirmed the consumer stops, and so does each later one."""
    load(place.session, place.names, work_of(place.claim(0, 1), EIGHT))

    def again(end: int, *confirmed: int) -> dict[int, Claim]:
        ends = Ends({0: end, 1: 5}, confirmed)
        return claim(place.open(), place.names, ORIGIN, {0: 0, 1: 0}, "a-consumer", ends=ends)

    assert again(8).keys() == {0, 1}
    assert again(6).keys() == {1}
    assert again(8, 0).keys() == {0, 1}
    with pytest.raises(LogLostItsEnd) as caught:
        again(6, 0)
    assert "partition 0 of sales_events ended at offset 6, and the ledger stands at 8" in caught.value.message
    assert "docs/how-to/recover.md" in caught.value.hint
    with pytest.raises(LogLostItsEnd, match="ended at offset 6"):
        again(9)  # it has grown past the ledger since, and a restarted consumer must not read on there
    assert place.query("SELECT NEXT_OFFSET FROM {ledger} WHERE PARTITION = 0") == [(8,)]


@pytest.mark.parametrize("damage", ["DELETE FROM {ledger} WHERE PARTITION = 0", "TRUNCATE TABLE {ledger}"])
def test_rows_without_a_row_of_the_ledger_are_not_loaded_once_more(place: Place, damage: str) -> None:
    """The claim says which partition it is instead of beginning at the log's start, and leaves the ledger alone."""
    load(place.session, place.names, work_of(place.claim(0, 1), [*EIGHT, (1, 0)], [(0, 8)]))
    place.change(damage)
    left = place.count("ledger")
    with pytest.raises(Misconfigured) as caught:
        place.claim(0, 1, 2)
    assert caught.value.reason == "LedgerMissing"
    assert "9 rows of partition 0" in caught.value.message
    assert "audit --repair" in caught.value.hint
    assert place.count("ledger") == left
    assert place.claim(2) == {2: Claim(2, 0, 1)}


def test_another_topic_has_a_ledger_of_its_own(place: Place) -> None:
    """Two topics can be loaded into one table."""
    place.claim(0)
    other = Origin("a-cluster", "other_events", "id-9")
    assert place.claim(0, origin=other) == {0: Claim(0, 0, 1)}


def test_a_ledger_with_two_rows_for_a_partition_stops_the_consumer(place: Place) -> None:
    """Trying on would never end, so a person reads which partition it is."""
    place.claim(0, 1)
    place.change("INSERT INTO {ledger} SELECT * FROM {ledger} WHERE PARTITION = 1")
    with pytest.raises(Misconfigured) as caught:
        place.claim(0, 1)
    assert caught.value.reason == "LedgerDoubled"
    assert "partition [1]" in caught.value.message


def test_no_partition_is_no_claim(place: Place) -> None:
    """A member without partitions asks nothing of the warehouse."""
    assert claim(place.session, place.names, ORIGIN, {}, "a-consumer") == {}


def test_a_large_load_lands_whole(place: Place) -> None:
    """Twenty thousand events are one load like any other."""
    places = [(offset % 3, offset // 3) for offset in range(20_000)]
    assert len(rows_of(places)) == 20_000
    load(place.session, place.names, work_of(place.claim(0, 1, 2), places))
    assert place.count("target") == 20_000
    assert place.audit().holds
