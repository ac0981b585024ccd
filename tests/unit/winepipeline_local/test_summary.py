"""What a session came to, for a machine and for a person."""

import dataclasses
import json
from collections.abc import Callable

import pytest

from winepipeline_local.audit_view import audit_json, audit_view
from winepipeline_local.snapshot import DeadLetter, Snapshot
from winepipeline_local.summary import Summary
from winepipeline_local.summary_view import summary_view
from winepipeline_local.totals import Totals
from winepipeline_warehouse.audit import Audit, PartitionAudit

Drawn = Callable[..., str]

SEEN = """\
albert       this session   altogether
produced              400        3,612   in 1:12
loaded                390        3,540   first row 3.91 s after the command
rejected               10           62   NotJson 6, OutOfRange 4
in flight                           10
duplicates                           0
missing                              0
freshness                                p50 640 ms, p99 1.23 s, from produced to queryable

√ The audit holds: 3,602 events, each once: 3,540 in the table, 62 in the rejects; 10 are still in the topic.

landed    event               product                what                 offset
01:47:43  ORDER_CREATED       Château Bellevue 2018  2 × 24.5 = 49.0 EUR  3:1204
01:47:43  INVENTORY_ADJUSTED  Domaine des Lys 2020   -12 SPOILAGE         0:880

rejected  reason   detail                               offset
01:47:41  NotJson  offset 0: expected a value, got '<'  2:77

Next
  winepipeline up  goes on from here"""

WANTED = {
    "produced", "loaded", "rejected", "in_flight", "duplicates", "missing", "seconds_to_first_row",
    "freshness_p50_seconds", "freshness_p99_seconds", "session", "audit_holds",
}  # fmt: skip


@pytest.fixture
def summary(snapshot: Snapshot, letter: DeadLetter) -> Summary:
    """A second session on a state."""
    return Summary(
        pipeline="albert",
        totals=Totals(produced=3612, loaded=3540, rejected=62, in_flight=10),
        session=Totals(produced=400, loaded=390, rejected=10, in_flight=10),
        session_seconds=72.4,
        seconds_to_first_row=3.91234,
        freshness_p50_seconds=0.64,
        freshness_p99_seconds=1.23,
        audit_holds=True,
        rejected_by_reason={"OutOfRange": 4, "NotJson": 6},
        rows=snapshot.rows,
        letters=(letter,),
        state=".winepipeline/albert",
        next_commands=(("winepipeline up", "goes on from here"),),
    )


def partition(**changes: int) -> PartitionAudit:
    """A partition with 100 offsets done; the changes break it."""
    sound = {
        "first_offset": 0, "next_offset": 100, "end_offset": 110, "loaded": 98, "rejected": 2, "skipped": 0,
        "expired": 0, "duplicates": 0, "outside": 0,
    }  # fmt: skip
    return PartitionAudit(cluster_id="c", topic="sales_events", topic_id="i", **({"partition": 3} | sound | changes))


def test_the_last_line_holds_the_numbers_that_scripts_look_for(summary: Summary) -> None:
    """`up --output json` ends with one flat object whose sums add up."""
    found = json.loads(json.dumps(summary.as_json()))
    assert set(found) >= WANTED
    assert found["produced"] == found["loaded"] + found["rejected"] + found["in_flight"]
    assert found["seconds_to_first_row"] == 3.912
    assert found["session"] == {"seconds": 72.4, "produced": 400, "loaded": 390, "rejected": 10}


def test_without_a_row_there_is_no_freshness(summary: Summary) -> None:
    """What was not measured is null, not 0."""
    nothing = Summary("p", Totals(), Totals(), 1.0, None, None, None, audit_holds=True)
    found = nothing.as_json()
    assert (found["seconds_to_first_row"], found["freshness_p50_seconds"]) == (None, None)


def test_the_summary_tells_sums_audit_rows_letters_and_what_next(summary: Summary, drawn: Drawn) -> None:
    """A person reads the end of a run without looking anything up."""
    assert drawn(summary_view(summary), 120) == SEEN


def test_a_broken_audit_is_said_loudly(drawn: Drawn) -> None:
    """A lost or doubled event is the first thing that the verdict says."""
    broken = Audit((partition(), partition(loaded=97, duplicates=1)))
    sums = Totals(produced=220, loaded=195, rejected=4, in_flight=20, missing=1, duplicates=1)
    seen = drawn(audit_view(broken, sums), 120)
    assert "× The audit does not hold: 1 missing, 1 twice." in seen
    assert [row.split()[0] for row in seen.splitlines()[1:3]] == ["√", "×"]


def test_two_topics_of_one_name_are_told_apart(drawn: Drawn) -> None:
    """After a topic was made again, each row says which of the two it counts."""
    again = dataclasses.replace(partition(), topic_id="fnMYDmoKTrSRmxhYMZqN2w")
    seen = drawn(audit_view(Audit((partition(), again)), Totals()), 120)
    assert "sales_events-3 (fnMYDm…)" in seen
    assert "fnMYDm" not in drawn(audit_view(Audit((again,)), Totals()), 120)


def test_an_audit_is_an_object_for_machines() -> None:
    """`winepipeline audit -o json` holds the sums, the verdict and each partition."""
    found = json.loads(json.dumps(audit_json(Audit((partition(),)), Totals(produced=110, loaded=98))))
    assert found["holds"] is True
    assert found["produced"] == 110
    assert found["partitions"][0]["in_flight"] == 10
    assert found["partitions"][0]["missing"] == 0


def test_events_lost_to_retention_are_told(summary: Summary, drawn: Drawn) -> None:
    """The audit holds, and still says what the topic's retention took."""
    lost = Audit((partition(expired=5, loaded=93),))
    seen = drawn(audit_view(lost, Totals(produced=110, loaded=93, rejected=2, in_flight=10, expired=5)), 160)
    assert "5 were lost to the topic's retention" in seen


def test_a_history_has_a_table_of_its_own_in_the_audit(drawn: Drawn) -> None:
    """The audit names the tables of each history, what of them is no event, and whether all of it is there."""
    keys = partition(partition=0, first_offset=1, next_offset=111)
    lines = dataclasses.replace(keys, topic="backfill/albert", end_offset=None)
    customers = dataclasses.replace(lines, partition=2, loaded=0, rejected=0, skipped=110)
    whole = dataclasses.replace(lines, loaded=108, rejected=2)
    seen = drawn(audit_view(Audit((partition(),)), Totals(), Audit((whole, customers))), 120)
    assert "backfill/albert: order lines" in seen
    assert "backfill/albert: customers" in seen
    assert "The history holds: 110 rows, each once: 108 in the table, 2 in the rejects." in seen
    seen = drawn(audit_view(Audit((partition(),)), Totals(), Audit((dataclasses.replace(whole, loaded=107),))), 120)
    assert "The history does not hold: 1 missing, 0 twice." in seen
    assert not audit_json(Audit((partition(),)), Totals(), Audit((dataclasses.replace(whole, loaded=107),)))["holds"]
