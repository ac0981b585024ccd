"""Rates and freshness over the last seconds."""

from math import inf

from winepipeline_local.snapshot import History, Partition, Rates, Snapshot, partitions
from winepipeline_operator.histogram import Histogram
from winepipeline_operator.reading import Reading


def fresh(quick: int, slow: int) -> Histogram:
    """So many observations below 1 s and between 1 and 2 s."""
    return Histogram((1.0, 2.0, inf), (quick, quick + slow, quick + slow), 0.0)


def test_rates_are_those_of_the_last_seconds() -> None:
    """A burst long ago does not show as speed now."""
    history = History()
    for second in range(20):
        history.add(float(second), Reading(produced=10_000 + 50 * second, loaded=40 * second))
    assert history.rates() == Rates(produced=50.0, loaded=40.0)


def test_one_reading_makes_no_rate() -> None:
    """At the start everything stands at zero rather than at a guess."""
    history = History()
    assert history.rates() == Rates()
    assert history.freshness_seconds(0.5) is None
    history.add(1.0, Reading(produced=10))
    assert history.rates() == Rates()


def test_a_service_that_starts_again_makes_no_negative_rate() -> None:
    """Counts that fall, as a process ends between two looks, show as zero."""
    history = History()
    history.add(0.0, Reading(consumed=100))
    history.add(1.0, Reading(consumed=20))
    assert history.rates().consumed == 0


def test_freshness_is_that_of_the_last_seconds() -> None:
    """An old slow patch leaves the view once newer rows are quick."""
    history = History()
    history.add(0.0, Reading(freshness=fresh(0, 100)))
    history.add(30.0, Reading(freshness=fresh(0, 100)))
    history.add(40.0, Reading(freshness=fresh(50, 100)))
    now = history.freshness_seconds(0.99)
    assert now is not None
    assert now < 1.0


def test_a_partition_without_a_commit_stands_at_its_start() -> None:
    """The lag of a topic that nobody has read yet is all that it holds."""
    found = partitions({0: 10, 1: 7}, {0: 4, 1: 0}, {1: 5})
    assert found == (Partition(0, 10, 4), Partition(1, 7, 5))
    assert Snapshot("p", "t", "d", partitions=found).lag == 8
