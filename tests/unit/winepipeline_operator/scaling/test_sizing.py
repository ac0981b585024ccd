"""How many replicas a load needs, apart from any clock."""

import math

from hypothesis import given
from hypothesis import strategies as st

from winepipeline_operator.scaling.sizing import Load, Sizing, busiest, size, snap

RATES = st.floats(0, 5000, allow_nan=False)
LOADS = st.lists(st.tuples(RATES, RATES, st.floats(0, 1e6)), min_size=1, max_size=40).map(
    lambda rows: Load(*(tuple(column) for column in zip(*rows, strict=True)))
)


def sized(load: Load, rate: float = 1000.0) -> Sizing:
    """With the defaults."""
    return size(load, rate=rate, utilisation=0.7, catch_up_seconds=120.0, restart_seconds=30.0)


def even(partitions: int, arrival: float) -> Load:
    """The same rate in each partition, nothing waiting."""
    return Load((arrival / partitions,) * partitions, (arrival / partitions,) * partitions, (0.0,) * partitions)


@given(partitions=st.integers(1, 200), exact=st.floats(0.001, 300))
def test_no_smaller_group_could_meet_its_shares(partitions: int, exact: float) -> None:
    """An operator never pays for a replica that the partitions' even distribution makes useless."""
    replicas = snap(partitions, exact)
    shares = [math.ceil(partitions / group) * exact / partitions for group in range(1, partitions + 1)]
    meeting = [group for group, share in enumerate(shares, start=1) if share <= 1 + 1e-9]
    assert replicas == (meeting[0] if meeting else partitions)


def test_a_prime_number_of_partitions_is_no_trap() -> None:
    """Seven partitions scale to 2, 3 or 4 consumers too, not only to the divisors 1 and 7."""
    assert [snap(7, exact) for exact in (1, 1.7, 2.3, 3.5, 3.6)] == [1, 2, 3, 4, 7]


@given(load=LOADS, rate=st.floats(1, 5000))
def test_never_more_replicas_than_partitions(load: Load, rate: float) -> None:
    """However large the load, no replica is asked for that would idle."""
    found = sized(load, rate)
    assert 0 <= found.replicas_least <= found.replicas <= found.replicas_calm <= len(load.arrival)


@given(load=LOADS, more=st.floats(0, 1e6), where=st.integers(0, 39), rate=st.floats(1, 5000))
def test_more_lag_never_asks_for_fewer(load: Load, more: float, where: int, rate: float) -> None:
    """The longer the backlog, the more consumers or the same, wherever it is."""
    backlog = list(load.backlog)
    backlog[where % len(backlog)] += more
    longer = sized(Load(load.arrival, load.consumption, tuple(backlog)), rate)
    found = sized(load, rate)
    assert longer.replicas_least >= found.replicas_least
    assert longer.replicas >= found.replicas
    assert longer.replicas_calm >= found.replicas_calm


@given(load=LOADS, slower=st.floats(0.1, 1), rate=st.floats(10, 5000))
def test_slower_replicas_are_never_fewer(load: Load, slower: float, rate: float) -> None:
    """When each consumer does less, more of them are asked for or the same."""
    assert sized(load, rate * slower).replicas >= sized(load, rate).replicas


def test_a_backlog_counts_by_the_time_it_is_to_be_drained_in() -> None:
    """144,000 waiting events ask for 1,200 a second when they are to be gone in 120 s."""
    quiet = Load((0.0,) * 6, (0.0,) * 6, (24_000.0,) * 6)
    assert (sized(quiet).demand_per_second, sized(quiet).replicas) == (1200.0, 2)


def test_headroom_and_draining_are_not_paid_twice() -> None:
    """The headroom that a load needs anyhow drains a short backlog, so that it costs no further replica."""
    load = even(6, 1350.0)
    waiting = Load(load.arrival, load.consumption, (5_000.0,) * 6)
    assert sized(load) == sized(waiting)
    assert sized(load).replicas == 2


def test_a_hot_partition_gets_a_member_of_its_own_and_is_named() -> None:
    """One partition above a consumer's rate is reported as the bound, and does not starve its neighbours."""
    arrival = (2500.0, *(100.0,) * 5)
    found = sized(Load(arrival, arrival, (0.0,) * 6))
    assert (found.partitions_bound, found.replicas) == ((0,), 6)


@given(
    others=st.lists(st.floats(0, 1000), min_size=1, max_size=30),
    hot=st.floats(1001, 1e6),
    hotter=st.floats(0, 1e6),
)
def test_a_hot_partition_never_asks_for_more_than_its_own_member(
    others: list[float], hot: float, hotter: float
) -> None:
    """However hot a partition becomes, the number of consumers stays: more could not help it."""
    assert busiest((hot, *others), 1000.0) == busiest((hot + hotter, *others), 1000.0)
