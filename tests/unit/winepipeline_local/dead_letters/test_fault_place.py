"""A person sees where in a message the fault is, whatever the message is."""

import json

from hypothesis import given
from hypothesis import strategies as st

from winepipeline_local.dead_letters.fault_place import Fault, drawn, fault_of
from winepipeline_producer.malformed import FLAWS
from winepipeline_producer.stream import Recipe, Stream

from .letters import letter

EVENTS = [each.value or b"" for each in Stream(Recipe(), seed=5).take(30, 1_795_000_000_000)]
ORDER = next(each for each in EVENTS if b"ORDER_CREATED" in each)


def test_a_value_that_is_wrong_is_pointed_at() -> None:
    """An arrow stands before the line of the value, and before that of the object that lacks a field."""
    document = {**json.loads(ORDER), "quantity": "3"}
    lines = drawn(letter(json.dumps(document).encode()))
    assert [line for line in lines if line.startswith("→")] == ['→   "quantity": "3"']
    del document["product"]["region"]
    document["quantity"] = 3
    lines = drawn(letter(json.dumps(document).encode()))
    assert [line for line in lines if line.startswith("→")] == ['→   "product": {']


def test_a_byte_that_is_no_json_is_pointed_at() -> None:
    """A caret stands under the byte at which the text stops being JSON."""
    text, caret = drawn(letter(ORDER[:-1] + b",}"))
    assert text[caret.index("^")] == "}" or text[caret.index("^")] == ","
    assert caret.strip().startswith(f"^ byte {len(ORDER)}")
    assert "the text ends here" in drawn(letter(ORDER[:50]))[1]


def test_a_byte_that_is_no_utf8_is_pointed_at() -> None:
    """The bytes around it stand in rows of sixteen with their text, and a caret under the wrong one."""
    lines = drawn(letter(b"x" * 20 + b"caf\xe9" + b"y" * 20))
    row = next(place for place, line in enumerate(lines) if "^^ byte 23" in line)
    assert lines[row - 1][lines[row].index("^") :][:2] == "e9"
    assert lines[row - 1].endswith("xxxxcaf·yyyyyyyy")


def test_a_detail_is_taken_apart() -> None:
    """Path, value and what is allowed are told apart."""
    assert fault_of('$.quantity: got "3", allowed: a number: any') == Fault("$.quantity", '"3"', "a number: any")
    assert fault_of("$.event_id: missing, allowed: a text") == Fault("$.event_id", "", "a text")
    assert fault_of("got 3 bytes, allowed: 2") == Fault("", "", "got 3 bytes, allowed: 2")


values = (
    st.none()
    | st.binary(max_size=60)
    | st.builds(
        lambda flaw, event: flaw.spoil(event),
        st.sampled_from(FLAWS).filter(lambda flaw: not flaw.event_type),
        st.sampled_from(EVENTS),
    )
)


@given(values)
def test_whatever_stands_there_can_be_shown(value: bytes | None) -> None:
    """No message, however broken, keeps `dlq show` from showing it, and none writes control characters."""
    lines = drawn(letter(value))
    assert lines
    assert all(line.isprintable() for line in lines)
