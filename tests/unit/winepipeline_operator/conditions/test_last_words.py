"""What of a container's last lines a person gets to see."""

import json

from hypothesis import given
from hypothesis import strategies as st

from winepipeline_operator.conditions.last_words import LONGEST, last_words


def line(message: str) -> str:
    return json.dumps({"level": "ERROR", "message": message}, ensure_ascii=False)


def test_the_word_of_a_service_that_gives_up_is_found_among_others() -> None:
    """The last line that says why counts, not what is logged while the process ends."""
    message = "\n".join([line("🛑 Old: before"), line("🛑 LoginFailed: no. What to do: look"), line("👋 stopped")])
    said = last_words(message)
    assert (said.reason, said.text) == ("LoginFailed", "no. What to do: look")


def test_text_logs_are_read_too() -> None:
    """A service that logs for people is understood as well."""
    said = last_words("12:03:04 ERROR   🛑 TableMismatch: T stands with other columns")
    assert said.reason == "TableMismatch"


def test_all_faults_of_the_settings_are_quoted() -> None:
    """Each variable that will not do stands in the message."""
    said = last_words("the settings will not do:\n  - BATCH_SIZE is x\n  - KAFKA_TOPIC is empty")
    assert "BATCH_SIZE is x" in said.text
    assert "KAFKA_TOPIC is empty" in said.text


def test_a_traceback_is_told_by_its_last_line() -> None:
    """What went wrong stands at a traceback's end."""
    text = 'Traceback (most recent call last):\n  File "x.py", line 1\nValueError: no such thing'
    assert last_words(text).text == "ValueError: no such thing"


@given(text=st.text())
def test_nothing_is_too_odd_or_too_long(text: str) -> None:
    """Whatever a container says, the quote has bounds."""
    assert len(last_words(text).text) <= LONGEST
