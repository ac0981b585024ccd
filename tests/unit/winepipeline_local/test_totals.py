"""The sums that say whether everything is where it belongs."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from winepipeline_local.totals import Ends, Totals, totals, with_ends
from winepipeline_warehouse.audit import Audit, PartitionAudit

counts = st.integers(0, 1000)


@st.composite
def partition(draw: st.DrawFn, number: int) -> PartitionAudit:
    """A partition whose audit holds."""
    first, loaded, rejected, skipped, expired, flying = (draw(counts) for _ in range(6))
    next_ = first + loaded + rejected + skipped + expired
    return PartitionAudit(
        "c", "t", "id", number, first, next_, next_ + flying, loaded, rejected, skipped, expired, 0, 0
    )


@st.composite
def audits(draw: st.DrawFn) -> Audit:
    """Audits that hold."""
    return Audit(tuple(draw(partition(number)) for number in range(draw(st.integers(0, 5)))))


def reach(audit: Audit) -> Ends:
    """The topic that such an audit saw."""
    return Ends(
        "id",
        {each.partition: each.first_offset for each in audit.partitions},
        {each.partition: each.end_offset or 0 for each in audit.partitions},
    )


@given(audits())
def test_everything_produced_is_loaded_rejected_or_on_its_way(audit: Audit) -> None:
    """The line that `up --output json` ends with adds up whenever the audit holds."""
    sums = totals(audit, reach(audit))
    assert audit.holds
    assert sums.produced == sums.loaded + sums.rejected + sums.in_flight + sums.expired
    assert sums.duplicates == sums.missing == 0


@given(audits(), counts)
def test_a_partition_that_nobody_claimed_is_on_its_way(audit: Audit, unread: int) -> None:
    """Events that no consumer has looked at count as in flight, not as lost."""
    topic = reach(audit)
    more = replace(topic, starts={**topic.starts, 9: 5}, ends={**topic.ends, 9: 5 + unread})
    before, after = totals(audit, topic), totals(audit, more)
    assert (after.in_flight, after.produced) == (before.in_flight + unread, before.produced + unread)


@given(audits().filter(lambda audit: audit.total("loaded") > 0))
def test_a_lost_row_breaks_the_sum(audit: Audit) -> None:
    """One row fewer than the ledger says shows as missing."""
    index = next(index for index, each in enumerate(audit.partitions) if each.loaded)
    worse = list(audit.partitions)
    worse[index] = replace(worse[index], loaded=worse[index].loaded - 1)
    sums = totals(Audit(tuple(worse)), reach(audit))
    assert sums.missing == 1
    assert sums.produced == sums.loaded + sums.rejected + sums.in_flight + sums.expired + 1


@given(audits())
def test_ends_of_another_topic_are_not_this_topics(audit: Audit) -> None:
    """A topic that was made again under the old name does not make the old one's rows look behind."""
    other = replace(reach(audit), topic_id="new")
    assert with_ends(with_ends(audit, other), reach(audit)) == audit
    assert all(each.end_offset is None for each in with_ends(audit, other).partitions)


def test_a_session_is_what_it_added() -> None:
    """The second run on the same state counts its own events apart."""
    assert Totals(100, 80, 10, 10).since(Totals(60, 50, 5, 5)) == Totals(40, 30, 5, 10)
