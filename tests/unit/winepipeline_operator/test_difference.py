"""When a child needs an apply: never when it is as wanted, always when it is not."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from winepipeline_operator.difference import fingerprint, marked, stands

KEYS = st.sampled_from(["a", "b", "c"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from(["x", "y"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(KEYS, VALUES, max_size=3)


@given(wanted=OBJECTS)
def test_what_is_as_wanted_stands(wanted: dict[str, Any]) -> None:
    """An object that is exactly so needs no apply."""
    assert stands(wanted, wanted)


@given(wanted=OBJECTS, others=st.dictionaries(st.sampled_from(["x", "y"]), VALUES, max_size=3))
def test_what_others_add_is_no_difference(wanted: dict[str, Any], others: dict[str, Any]) -> None:
    """Fields that the manifest does not name, such as defaults and the status, need no apply."""
    assert stands(wanted, {**wanted, **others})


@given(wanted=OBJECTS, key=KEYS, value=st.integers(10, 20))
def test_a_changed_value_is_a_difference(wanted: dict[str, Any], key: str, value: int) -> None:
    """A value that somebody changed or took away needs an apply."""
    assert not stands({**wanted, key: value}, {**wanted, key: value + 1})
    assert not stands({**wanted, key: value}, {name: each for name, each in wanted.items() if name != key})


def test_an_item_more_or_less_is_a_difference() -> None:
    """A rule that somebody put into a NetworkPolicy's list is seen."""
    assert not stands({"ingress": [{"port": 1}]}, {"ingress": [{"port": 1}, {"port": 2}]})


def test_nothing_at_all_may_be_left_out() -> None:
    """The API server leaves out what is empty."""
    assert stands({"a": {}, "b": []}, {})


@given(wanted=OBJECTS, name=st.sampled_from(["n", "m"]))
def test_the_mark_follows_from_the_wish(wanted: dict[str, Any], name: str) -> None:
    """The order of keys makes no other mark, and what is marked keeps its own annotations."""
    manifest = {**wanted, "metadata": {"name": name, "annotations": {"mine": "1"}}}
    assert fingerprint(manifest) == fingerprint(dict(reversed(manifest.items())))
    assert marked(manifest)["metadata"]["annotations"]["mine"] == "1"
