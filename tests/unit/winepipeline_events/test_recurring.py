"""Texts known by heart: what they speed up is judged as it was."""

import json
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.sample_events import MOVEMENT, ORDER, PRODUCT
from winepipeline_events.known import KnownMovement, KnownOrder, decode_known
from winepipeline_events.recurring import ENOUGH_EVENTS, MOST_TEXTS, Vocabulary
from winepipeline_events.validation import decode


def encoded(event: dict[str, Any]) -> bytes:
    return json.dumps(event, ensure_ascii=False).encode()


def taken(vocabulary: Vocabulary, event: dict[str, Any]) -> bool:
    """Whether it is known by heart; if not, it is heard, as the consumer does."""
    try:
        found = vocabulary.decode(encoded(event))
    except msgspec.MsgspecError:
        vocabulary.hear(decode(encoded(event)))
        return False
    assert msgspec.to_builtins(found) == msgspec.to_builtins(decode_known(encoded(event)))
    return True


def told(vocabulary: Vocabulary, event: dict[str, Any]) -> int:
    """How often an event has to come until it is known."""
    for count in range(10 * MOST_TEXTS):
        if taken(vocabulary, event):
            return count
    raise AssertionError("it was never learned")


def test_what_comes_again_is_known_soon() -> None:
    """A consumer is at its full speed after some hundreds of events, for sales and for movements of stock."""
    vocabulary = Vocabulary()
    assert ENOUGH_EVENTS <= told(vocabulary, ORDER) < 2 * ENOUGH_EVENTS
    assert not taken(vocabulary, MOVEMENT)
    assert told(vocabulary, MOVEMENT) < 2 * ENOUGH_EVENTS
    assert isinstance(vocabulary.decode(encoded(ORDER)), KnownOrder)
    assert isinstance(vocabulary.decode(encoded(MOVEMENT)), KnownMovement)


def test_a_new_wine_is_learned_beside_the_old_ones() -> None:
    """A label that came into the shops later is no slower for ever, and the others stay known."""
    vocabulary = Vocabulary()
    told(vocabulary, ORDER)
    late = {**ORDER, "product": {**PRODUCT, "name": "Clos des Micocouliers"}}
    assert ENOUGH_EVENTS <= told(vocabulary, late) < 2 * ENOUGH_EVENTS
    assert taken(vocabulary, ORDER)


def test_texts_that_never_recur_are_not_waited_for() -> None:
    """Reasons typed by hand, each another, do not keep movements of stock from the fast path, nor fill the memory."""
    vocabulary = Vocabulary()
    missed = sum(not taken(vocabulary, {**MOVEMENT, "reason": f"reason {n}"}) for n in range(4 * MOST_TEXTS))
    assert missed < 3 * MOST_TEXTS
    assert taken(vocabulary, {**MOVEMENT, "reason": "one more"})


def test_unknown_fields_teach_nothing() -> None:
    """Events of a later version are looked at one by one, and cost no learning over and over."""
    vocabulary = Vocabulary()
    told(vocabulary, ORDER)
    learned = vocabulary.decode
    for _ in range(3 * ENOUGH_EVENTS):
        assert not taken(vocabulary, {**ORDER, "a_later_field": 1})
    assert vocabulary.decode is learned


TEXTS = st.sampled_from(["", "-", "x" * 65, "Rhône", "Château Belair 🍷", "shop", "Bouchonné"]) | st.text(max_size=3)


@given(st.lists(st.sampled_from([ORDER, MOVEMENT]), min_size=1, max_size=3), st.data())
def test_it_is_never_too_kind(heard: list[dict[str, Any]], data: st.DataObject) -> None:
    """A text that is not allowed in a field stays a fault, whatever was heard of it elsewhere."""
    vocabulary = Vocabulary()
    for event in heard:
        told(vocabulary, event)
    event = json.loads(json.dumps(data.draw(st.sampled_from([ORDER, MOVEMENT]))))
    place = data.draw(st.sampled_from([each for each in (event, event["product"], event.get("batch")) if each]))
    place[data.draw(st.sampled_from(sorted(name for name in place if isinstance(place[name], str))))] = data.draw(TEXTS)
    try:
        found = vocabulary.decode(encoded(event))
    except msgspec.MsgspecError:
        return
    assert msgspec.to_builtins(found) == msgspec.to_builtins(decode(encoded(event)))


def test_an_escaped_text_is_the_same_text() -> None:
    """Letters written as JSON escapes do not make another wine of it."""
    vocabulary = Vocabulary()
    told(vocabulary, ORDER)
    escaped = json.dumps(ORDER).encode()
    assert b"\\u00" in escaped
    assert msgspec.to_builtins(vocabulary.decode(escaped)) == msgspec.to_builtins(decode(escaped))
