"""The resource as a tree of parts: which part stands at which path, and which changes of it are refused."""

from collections.abc import Iterator
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from winepipeline_operator.spec.part import Part
from winepipeline_operator.spec.rule import Rule, Transition

Path = tuple[str | int, ...]
"""Field names as in YAML, and positions in lists, from the root of the resource."""


def dotted(path: Path) -> str:
    """A path as people write it: `spec.producer.productIdRange[0]`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}"
    return text.removeprefix(".")


def fields(part_type: type[Part]) -> dict[str, FieldInfo]:
    """The fields of a part by their names in YAML."""
    return {field.alias or name: field for name, field in part_type.model_fields.items()}


def part_type_of(field: FieldInfo) -> type[Part] | None:
    """The part that a field holds, or None where it holds a plain value."""
    return next((kind for kind in _plain_types(field.annotation) if issubclass(kind, Part)), None)


def item_type_of(field: FieldInfo) -> type[Part] | None:
    """The part that each item of a field's list is, or None where the field holds no list of parts."""
    if get_origin(field.annotation) is not tuple:
        return None
    return next((kind for kind in _plain_types(get_args(field.annotation)[0]) if issubclass(kind, Part)), None)


def _plain_types(annotation: Any) -> Iterator[type]:
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _plain_types(get_args(annotation)[0])
    elif origin in (Union, UnionType):
        for alternative in get_args(annotation):
            yield from _plain_types(alternative)
    elif isinstance(annotation, type):
        yield annotation


def part_types(root: type[Part], path: Path = ()) -> Iterator[tuple[Path, type[Part]]]:
    """Every part that a resource may have, with its path, the root first."""
    yield path, root
    for name, field in fields(root).items():
        inner = part_type_of(field) or item_type_of(field)
        if inner is not None:
            yield from part_types(inner, (*path, name))


def rules_of(part: type[Part]) -> list[Rule[Any] | Transition[Any]]:
    """All rules of a part, on its fields and on its changes."""
    return [*part.cross_field_rules, *part.transition_rules]


def refused_changes(old: Part, new: Part, path: Path = ()) -> Iterator[tuple[Path, Transition[Any]]]:
    """The transition rules that a change breaks, each with the path of its part.

    As on the API server, a rule is asked only where the part stands before and after the change.
    """
    for transition in type(new).transition_rules:
        if not transition.holds(old, new):
            yield path, transition
    for name, field in type(new).model_fields.items():
        before, after = getattr(old, name), getattr(new, name)
        if isinstance(before, Part) and isinstance(after, Part):
            yield from refused_changes(before, after, (*path, field.alias or name))
