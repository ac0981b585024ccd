"""Quantiles of Prometheus histograms."""

from math import inf

from hypothesis import given
from hypothesis import strategies as st

from winepipeline_operator.histogram import Histogram

BOUNDS = (0.1, 0.5, 1.0, 2.0, inf)


def histogram(values: list[float]) -> Histogram:
    """The histogram of some observations."""
    counts = tuple(float(sum(value <= bound for value in values)) for bound in BOUNDS)
    return Histogram(BOUNDS, counts, sum(values))


values = st.lists(st.floats(0, 1.9, allow_nan=False), max_size=50)


@given(values, values)
def test_two_processes_count_as_one(first: list[float], second: list[float]) -> None:
    """The sum of two consumers' histograms is that of all their observations, and taking one away leaves the other."""
    together = histogram(first) + histogram(second)
    assert together.counts == histogram(first + second).counts
    assert together.since(histogram(first)).counts == histogram(second).counts


@given(values.filter(bool), st.floats(0.01, 1.0))
def test_a_quantile_is_within_one_bucket_of_the_truth(observed: list[float], share: float) -> None:
    """The freshness shown is never further off than the bucket that holds the true value."""
    true = sorted(observed)[max(0, -int(-share * len(observed) // 1) - 1)]
    upper = next(bound for bound in BOUNDS if true <= bound)
    lower = max((bound for bound in BOUNDS if bound < upper), default=0.0)
    found = histogram(observed).quantile(share)
    assert found is not None
    assert lower <= found <= upper


def test_nothing_observed_has_no_quantile() -> None:
    """Before the first row lands there is no freshness, rather than a zero that looks excellent."""
    assert Histogram().quantile(0.5) is None
    assert histogram([]).quantile(0.99) is None
    assert Histogram().mean is None


def test_beyond_the_last_bound_the_last_bound_is_told() -> None:
    """As in Prometheus: what lies above all buckets is at least the greatest of them."""
    assert histogram([5.0, 6.0]).quantile(0.5) == 2.0


def test_an_empty_histogram_changes_nothing() -> None:
    """A service that has not been scraped yet adds nothing."""
    one = histogram([0.3])
    assert one + Histogram() == Histogram() + one == one.since(Histogram()) == one
