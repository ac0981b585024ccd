"""What librdkafka says twenty times a second is said once in a while."""

import logging

from winepipeline_consumer.repeats import Repeats

AWAY = "Connect to ipv4#10.0.0.1:9092 failed: Connection refused (after %dms in state CONNECT)"
AWAY_AGAIN = AWAY[:-1] + ", %d identical error(s) suppressed)"


def line(text: str, *arguments: object, at: float = 0.0) -> logging.LogRecord:
    """A record as librdkafka's logger gets it."""
    record = logging.LogRecord("librdkafka", logging.WARNING, __file__, 1, text, arguments, None)
    record.created = at
    return record


def test_a_line_is_said_again_after_a_while_with_the_number_of_those_kept_back() -> None:
    """A broker that is away for a minute is two lines in the log, and nobody thinks that it was tried twice only."""
    repeats = Repeats(every_seconds=30)
    assert repeats.filter(line(AWAY, 3, at=0))
    kept_back = [repeats.filter(line(AWAY_AGAIN, number, number, at=number)) for number in range(1, 30)]
    assert not any(kept_back)
    again = line(AWAY, 7, at=31)
    assert repeats.filter(again)
    assert again.getMessage() == AWAY % 7 + " (29 more since the last such line)"


def test_another_line_is_said_at_once() -> None:
    """What is new is never kept back for what is old."""
    repeats = Repeats()
    assert repeats.filter(line("one broker is away", at=0))
    assert repeats.filter(line("another broker is away", at=0))


def test_what_was_said_long_ago_is_forgotten() -> None:
    """Lines with ever new numbers in them do not fill the memory."""
    repeats = Repeats(every_seconds=30)
    for number in range(10_000):
        assert repeats.filter(line("offset %d", number, at=number))
    assert len(repeats._said) <= 201
