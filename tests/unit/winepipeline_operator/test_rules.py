"""The rules' CEL, read as Python, against their predicates.

The rules use a small part of CEL, in which `&&`, `||`, `!` and a few methods are all that Python writes differently.
That the API server reads them the same way is proved where there is an API server.
"""

import re
from typing import Annotated, Any, Literal, get_args, get_origin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from winepipeline_operator.quantity import bytes_of
from winepipeline_operator.spec import Part, Rule, Transition, WinePipeline
from winepipeline_operator.spec.tree import fields, part_types

RULES = [(part, rule) for _, part in part_types(WinePipeline) for rule in part.cross_field_rules]
TRANSITIONS = [(part, rule) for _, part in part_types(WinePipeline) for rule in part.transition_rules]


class Text(str):
    """A text with the methods that CEL gives it."""

    __slots__ = ()

    startsWith = str.startswith  # noqa: N815 CEL's name
    endsWith = str.endswith  # noqa: N815 CEL's name
    size = str.__len__

    def matches(self, pattern: str) -> bool:
        """Whether the pattern is found; `$` is the very end, also before a line feed."""
        return re.search(pattern.replace("$", r"\Z"), self) is not None


class Quantity(int):
    """A quantity with the method that CEL gives it."""

    def compareTo(self, other: int) -> int:  # noqa: N802 CEL's name
        """Negative, zero or positive, as this is smaller, equal or larger."""
        return (self > other) - (self < other)


class Seen:
    """A part as CEL sees it: by the names of the YAML, without what is absent."""

    def __init__(self, part: Part) -> None:
        for name, field in fields(type(part)).items():
            python_name = next(python for python, other in type(part).model_fields.items() if other is field)
            value = getattr(part, python_name, None)
            if value is not None:
                setattr(self, name, self._seen(value))

    @staticmethod
    def _seen(value: Any) -> Any:
        if isinstance(value, Part):
            return Seen(value)
        return Text(value) if isinstance(value, str) else value


def cel(expression: str, **variables: Part) -> bool:
    """The value of an expression, rewritten as Python."""
    python = re.sub(r"has\((\w[\w.]*)\.(\w+)\)", r"hasattr(\1, '\2')", expression)
    python = re.sub(r"!(?!=)", " not ", python.replace("&&", " and ").replace("||", " or "))
    names = {name: Seen(part) for name, part in variables.items()}
    functions = {"hasattr": hasattr, "quantity": lambda text: Quantity(bytes_of(text))}
    return bool(eval(python.strip(), {"__builtins__": {}}, {**names, **functions}))  # noqa: S307 the project's own words


TEXTS = {
    "size": ["5Gi", "5G", "1Ti", "5120Mi"],
    "account": ["caves-albert", "caves.snowflakecomputing.com"],
    "metadata": ["albert", "Albert", "a" * 41, "1a", "a-", "a\n"],
}


def values(annotation: Any, name: str, spoken_of: set[str]) -> st.SearchStrategy[Any]:
    """Values of a type, few enough to meet one another."""
    if get_origin(annotation) is Annotated:
        return values(get_args(annotation)[0], name, spoken_of)
    if get_origin(annotation) is Literal:
        return st.sampled_from(get_args(annotation))
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return parts(annotation, spoken_of)
    if annotation in (int, float):
        return st.integers(0, 4)
    if annotation is str:
        return st.sampled_from(TEXTS.get(name, ["a", "b"]))
    if get_origin(annotation) is tuple:
        return st.tuples(st.integers(1, 3), st.integers(1, 3))
    inner, _ = get_args(annotation)
    return st.none() | values(inner, name, spoken_of)


def parts(part_type: type[Part], spoken_of: set[str]) -> st.SearchStrategy[Part]:
    """Parts of a type, whatever rules they break; fields that are not spoken of keep their defaults."""
    of = "metadata" if part_type.__name__ == "Metadata" else ""
    chosen = {
        name: values(field.annotation, of or name, spoken_of)
        for name, field in part_type.model_fields.items()
        if field.alias in spoken_of
    }
    return st.fixed_dictionaries(chosen).map(lambda fields_chosen: part_type.model_construct(**fields_chosen))


def words_of(expression: str) -> set[str]:
    """The words of an expression, the names of its fields among them."""
    return set(re.findall(r"\w+", expression))


@pytest.mark.parametrize(("part_type", "rule"), RULES, ids=[rule.name for _, rule in RULES])
@given(data=st.data())
def test_the_linter_and_the_api_server_refuse_the_same(part_type: type[Part], rule: Rule[Any], data: Any) -> None:
    """What lint accepts on a laptop the cluster accepts too, and what it refuses the cluster refuses."""
    part = data.draw(parts(part_type, words_of(rule.cel)))
    assert rule.holds(part) == cel(rule.cel, self=part)


@pytest.mark.parametrize(("part_type", "rule"), TRANSITIONS, ids=[rule.name for _, rule in TRANSITIONS])
@given(data=st.data())
def test_both_refuse_the_same_changes(part_type: type[Part], rule: Transition[Any], data: Any) -> None:
    """A change that the linter finds harmless is not refused by the cluster, nor the other way round."""
    either = parts(part_type, words_of(rule.cel))
    old, new = data.draw(either), data.draw(either)
    assert rule.holds(old, new) == cel(rule.cel, self=new, oldSelf=old)
