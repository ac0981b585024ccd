"""The line that is logged with each batch."""

from winepipeline_consumer.statistics import Statistics


def test_the_line_sums_up_the_session() -> None:
    """A person reads how much was consumed, loaded and turned away, how fast, and what is left."""
    statistics = Statistics(started=100.0, consumed=1200, loaded=950, rejected=50)
    assert statistics.fields(now=110.0, batch=100, lag=200) == {
        "batch": 100,
        "consumed": 1200,
        "loaded": 950,
        "rejected": 50,
        "rate": 100.0,
        "lag": 200,
    }


def test_the_first_instant_has_a_rate_too() -> None:
    """A load in the very moment of the start divides by no zero."""
    assert Statistics(started=100.0, loaded=1).fields(now=100.0, batch=1, lag=0)["rate"] == 1000.0
