"""The lines that a person reads, and how often the same one is said."""

from winepipeline_producer.message import BAD_ORDER, MOVEMENT, ORDER, Message
from winepipeline_producer.stream import Recipe, Stream
from winepipeline_producer.throttle import Throttle
from winepipeline_producer.words import event_line, summary_line

NOON_MS = 1_795_521_600_123


def test_an_order_is_told_with_its_wine_sum_and_channel() -> None:
    """A sale reads as one: the wine's emoji, bottles, wine and year, sum and where it was sold."""
    message = Stream(Recipe(order_probability=1), 3).take(1, NOON_MS)[0]
    words, fields = event_line(message)
    assert words == (
        "🍷 ORDER_CREATED 2 × Mas Font-Romane, Patrimonio Cuvée Prestige 2014, 42.20 EUR via Boutique Paris"
    )
    assert fields["event_type"] == "ORDER_CREATED"
    assert fields["key"] == message.key.decode()


def test_a_movement_is_told_with_its_sign_and_warehouse() -> None:
    """A stock movement reads as one: signed bottles, wine and year, why and where."""
    words, _ = event_line(Stream(Recipe(order_probability=0), 3).take(1, NOON_MS)[0])
    wine = "Mas Font-Romane, Patrimonio Cuvée Prestige 2014"
    assert words == f"🍷 INVENTORY_ADJUSTED +300 × {wine}, replenishment in Entrepôt Gerland"


def test_a_malformed_event_is_told_with_what_was_done_to_it() -> None:
    """Whoever wonders about a dead letter finds in the producer's log that it was malformed on purpose, and how."""
    message = Message(BAD_ORDER, b"1000", None, "EmptyValue: a tombstone")
    assert event_line(message)[0] == "🧨 ORDER_CREATED made malformed: EmptyValue: a tombstone"


def test_a_summary_tells_the_rate_and_what_it_is_made_of() -> None:
    """At high rates one line a second says how many events there were, of what kind, and what went wrong."""
    new = {ORDER: 3501, MOVEMENT: 1499, BAD_ORDER: 100, BAD_ORDER._replace(event_type="INVENTORY_ADJUSTED"): 50}
    words, fields = summary_line(new, 0, 12, 2.0)
    assert words == "🍇 2,575 events/s: 3,501 orders, 1,499 stock movements, 150 malformed; 12 queued"
    assert (fields["events_per_second"], fields["malformed"]) == (2575.0, 150)
    assert "; 7 not delivered; 12 queued" in summary_line(new, 7, 12, 2.0)[0]


def test_the_same_trouble_is_told_once_in_a_while() -> None:
    """A broker that is away for minutes makes a line every ten seconds, with the number of those kept back."""
    throttle = Throttle(10)
    assert throttle.ask("down", 100) == 0
    assert [throttle.ask("down", now) for now in (101, 105, 109.9)] == [None] * 3
    assert throttle.ask("refused", 105) == 0
    assert throttle.ask("down", 110) == 3
    assert throttle.ask("down", 120) == 0
