"""Which letters are meant, what becomes of each, and what a person may write in a letter's place."""

import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from winepipeline_events.reason import Reason
from winepipeline_events.validation import TYPE_NAMES, Limits, validate
from winepipeline_local.dead_letters.decision import Correction, Outcome, Tally, decide
from winepipeline_local.dead_letters.edited import EditError, corrections, identity, line_of
from winepipeline_local.dead_letters.selection import Selection
from winepipeline_local.dlq_arguments import REASONS, TYPES
from winepipeline_producer.stream import Recipe, Stream

from .letters import NOW, letter

GOOD = Stream(Recipe(), seed=3).take(1, 1_795_000_000_000)[0].value or b""


def outcome(found: object = None, *, replayed: bool = False, settled: bool = True, **correction: object) -> Outcome:
    """What becomes of a letter."""
    return decide(found or letter(), Correction(**correction), replayed=replayed, settled=settled).outcome  # type: ignore[arg-type]


def test_the_flags_know_every_reason_and_type() -> None:
    """Whatever reason a letter has, the command line can ask for it."""
    assert tuple(Reason) == REASONS
    assert TYPES == TYPE_NAMES


def test_only_what_is_an_event_is_sent() -> None:
    """The strict validation has the last word, whoever mended the letter."""
    mine = letter(b"[" + GOOD + b"]")
    name = identity(mine.source)
    assert outcome(mine) is Outcome.INVALID
    assert outcome(mine, repairs=("unwrap",)) is Outcome.SENDABLE
    assert outcome(mine, repairs=("fold-case",)) is Outcome.INVALID
    assert outcome(mine, edits={name: GOOD}) is Outcome.SENDABLE
    assert outcome(mine, edits={name: GOOD[:-1]}) is Outcome.INVALID
    assert decide(mine, Correction(edits={name: GOOD}), replayed=False, settled=True).repairs == ("edited",)


def test_a_letter_that_is_valid_by_now_is_sent_as_it_is() -> None:
    """What the warehouse refused is sent again, byte for byte, once its table was mended."""
    decision = decide(letter(GOOD), Correction(), replayed=False, settled=True)
    assert (decision.outcome, decision.value, decision.repairs) == (Outcome.SENDABLE, GOOD, ())


def test_never_twice_comes_before_all_else() -> None:
    """Not even a person's own correction sends a letter that was sent, or one that is not in the table of rejects."""
    edits = {identity(letter().source): GOOD}
    assert outcome(replayed=True, edits=edits) is Outcome.REPLAYED_BEFORE
    assert outcome(settled=False, edits=edits) is Outcome.UNSETTLED


def test_a_letter_of_a_topic_made_again_is_another_letter() -> None:
    """The same offset at another time is another message."""
    source = letter().source
    assert identity(source) == "sales_events/3/7/1795000000007"


SELECTIONS = [
    (Selection(), True),
    (Selection(reasons=frozenset({"NotJson", "TooDeep"})), True),
    (Selection(reasons=frozenset({"TooDeep"})), False),
    (Selection(event_type="ORDER_CREATED"), False),
    (Selection(since=NOW, until=NOW + dt.timedelta(seconds=1)), True),
    (Selection(since=NOW + dt.timedelta(seconds=1)), False),
    (Selection(until=NOW), False),
    (Selection(partition=3, from_offset=7, to_offset=8), True),
    (Selection(partition=3, from_offset=8), False),
    (Selection(partition=3, to_offset=7), False),
    (Selection(partition=4), False),
]


@pytest.mark.parametrize(("selection", "takes"), SELECTIONS, ids=range(len(SELECTIONS)))
def test_a_selection_takes_what_fits_all_of_it(selection: Selection, takes: bool) -> None:
    """Reason, type, time, partition and offsets each narrow down which letters are meant."""
    assert selection.takes(letter()) is takes


def test_the_type_is_told_as_far_as_a_letter_shows_it() -> None:
    """Letters that cannot be read as JSON can still be found by their type."""
    assert letter(GOOD[:-20]).event_type in TYPE_NAMES
    assert letter(b"\xff").event_type == ""
    assert letter(None).event_type == ""


@given(st.none() | st.binary(max_size=40) | st.just(GOOD) | st.just(b"[" + GOOD + b"]"))
def test_a_letter_that_nobody_edited_comes_back_as_the_same_message(value: bytes | None) -> None:
    """Exported and read again without a change, a message means what it did, and is judged as it was."""
    mine = letter(value)
    line = json.dumps(line_of(mine, 1, None))
    found = corrections([line, "", line], "letters.jsonl")[identity(mine.source)]
    assert found == value or json.loads(found or b"") == json.loads(value or b"")
    before, after = validate(value, Limits()), validate(found, Limits())
    assert getattr(after, "reason", None) == getattr(before, "reason", None)


BAD_LINES = {
    '{"letter"': "letters.jsonl:1: ",
    "[]": 'there is no "letter"',
    '{"letter": "a/0/0/0"}': "got none",
    '{"letter": "a/0/0/0", "text": "", "event": {}}': "give the message once",
    '{"letter": "a/0/0/0", "base64": "%"}': '"base64" cannot be read',
    '{"letter": "a/0/0/0", "text": 3}': '"text" is 3, allowed: a text',
}


@pytest.mark.parametrize(("line", "words"), BAD_LINES.items(), ids=BAD_LINES)
def test_a_line_that_will_not_do_is_named(line: str, words: str) -> None:
    """Whoever edits the file is told which line is wrong and why, and nothing is sent."""
    with pytest.raises(EditError) as told:
        corrections([line], "letters.jsonl")
    assert words in str(told.value)


def test_two_corrections_of_one_letter_are_refused() -> None:
    """Nobody guesses which of the two was meant."""
    with pytest.raises(EditError, match="stands above already"):
        corrections(['{"letter": "a/0/0/0", "text": "x"}', '{"letter": "a/0/0/0", "text": "y"}'], "letters.jsonl")


def test_each_letter_is_counted_once() -> None:
    """The outcomes add up to the letters that were meant, before and after sending."""
    tally = Tally()
    for value in (b"{", b"[" + GOOD + b"]", GOOD):
        tally.count(decide(letter(value), Correction(repairs=("unwrap",)), replayed=False, settled=True))
    tally.sent(1)
    assert tally.as_json() | {"repairs": {}} == {
        **{each.value: 0 for each in Outcome},
        "matched": 3,
        "sendable": 1,
        "sent": 1,
        "invalid": 1,
        "repaired": 1,
        "repairs": {},
        "still_wrong": {"NotJson": 1},
    }
