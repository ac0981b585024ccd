"""The producer's settings."""

import pytest

from winepipeline_process.settings import SettingsError
from winepipeline_producer.settings import ProducerSettings

BROKER = {"KAFKA_BOOTSTRAP_SERVERS": "localhost:9092"}


def test_the_defaults_are_those_of_the_resource() -> None:
    """With a broker's address alone, the producer makes an event a second, of the ids that the documentation names."""
    settings = ProducerSettings.from_environment(BROKER)
    assert (settings.topic, settings.rate, settings.order_created_probability) == ("sales_events", 1, 0.7)
    assert (settings.product_id_range, settings.customer_id_range) == ((1000, 1049), (1, 150))
    assert (settings.invalid_event_probability, settings.seed, settings.event_count) == (0, None, None)


@pytest.mark.parametrize("text", ["7-9", "7,9", " 7 - 9 "])
def test_a_range_may_be_written_with_a_dash_or_a_comma(text: str) -> None:
    """Both ways in which people write a range of ids are understood."""
    assert ProducerSettings.from_environment({**BROKER, "PRODUCT_ID_RANGE": text}).product_id_range == (7, 9)


@pytest.mark.parametrize("text", ["9-7", "0-5", "7", "a-b", "1-9007199254740992", "-1-5"])
def test_a_range_that_is_none_is_refused(text: str) -> None:
    """A wrong range is named together with what is allowed and an example."""
    with pytest.raises(SettingsError) as caught:
        ProducerSettings.from_environment({**BROKER, "CUSTOMER_ID_RANGE": text})
    problem = caught.value.problems[0]
    assert problem.startswith(f"CUSTOMER_ID_RANGE={text}: allowed is the first and the last id")
    assert problem.endswith("for example CUSTOMER_ID_RANGE=1-150")


@pytest.mark.parametrize(
    ("given", "rate"),
    [
        ({"EVENT_GENERATION_DELAY": "0.25"}, 4),
        ({"EVENT_GENERATION_DELAY": "0"}, None),
        ({"EVENTS_PER_SECOND": "500", "EVENT_GENERATION_DELAY": "3"}, 500),
    ],
)
def test_the_rate_follows_from_delay_or_rate(given: dict[str, str], rate: float | None) -> None:
    """EVENTS_PER_SECOND wins over EVENT_GENERATION_DELAY, and a delay of 0 means as fast as possible."""
    assert ProducerSettings.from_environment({**BROKER, **given}).rate == rate


def test_all_problems_are_told_at_once() -> None:
    """Whoever sets up a producer learns of every wrong variable in one go."""
    wrong = {
        "EVENTS_PER_SECOND": "0",
        "ORDER_CREATED_PROBABILITY": "70",
        "INVALID_EVENT_PROBABILITY": "-0.1",
        "SEED": "x",
        "EVENT_COUNT": "0",
    }
    with pytest.raises(SettingsError) as caught:
        ProducerSettings.from_environment(wrong)
    told = {problem.partition("=")[0].partition(" ")[0] for problem in caught.value.problems}
    assert told == {*wrong, "KAFKA_BOOTSTRAP_SERVERS"}
