"""Validation errors in words: what is there, what is allowed, what to write instead."""

import json
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Literal, get_args, get_origin

import yaml
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from winepipeline_operator.flow import flow
from winepipeline_operator.spec import Part, WinePipeline
from winepipeline_operator.spec.allowed import allowed_in, fields_of
from winepipeline_operator.spec.tree import Path, dotted, fields, part_type_of, part_types

LONGEST_VALUE = 60


@dataclass(frozen=True, slots=True)
class Wording:
    """One validation error, put for a person.

    Attributes:
        rule: `unknown-field`, `missing-field`, `wrong-type` or `not-allowed`.
        message: What is wrong, with the value.
        allowed: What is allowed.
        hint: What to write instead, as far as it can be known.
    """

    rule: str
    message: str
    allowed: str
    hint: str


def word(error: ErrorDetails) -> Wording:
    """Puts a validation error of the resource into words."""
    path: Path = error["loc"]
    if error["type"] == "extra_forbidden":
        return _unknown(path)
    field, name = field_at(path), str(path[-1])
    if field is None:
        return Wording("not-allowed", f"is {shown(error['input'])}", str(error["msg"]), "")
    inside = field.alias != name
    allowed = allowed_in(field, item=inside)
    if error["type"] == "missing":
        return Wording("missing-field", "is missing", allowed, f"write `{_example(field)}`")
    rule = "wrong-type" if error["type"].endswith("_type") else "not-allowed"
    # Where a Secret is to be named, somebody may have written what is in it.
    seen = "something else (not shown)" if "secret" in name.lower() else shown(error["input"])
    return Wording(rule, f"is {seen}", allowed, _instead(error["input"], field, inside=inside))


def part_at(path: Path) -> type[Part] | None:
    """The part of the resource that stands at a path."""
    part: type[Part] | None = WinePipeline
    for step in path:
        field = fields(part).get(str(step)) if part is not None else None
        part = part_type_of(field) if field is not None else None
    return part


def field_at(path: Path) -> FieldInfo | None:
    """The field at a path, or the field around it where the path goes into a list or a map."""
    for length in range(len(path), 0, -1):
        part = part_at(path[: length - 1])
        if part is not None:
            return fields(part).get(str(path[length - 1]))
    return None


def shown(value: Any) -> str:
    """A value as the YAML would say it, shortened."""
    if value is None:
        return "empty"
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError):
        text = repr(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"


def nearest(name: str, names: list[str], alike: float = 0.6) -> str | None:
    """The name that was most likely meant, whatever its case; `alike` is 1 where only the case may differ."""
    lower = {candidate.lower(): candidate for candidate in names}
    found = get_close_matches(name.lower().replace("_", ""), list(lower), n=1, cutoff=alike)
    return lower[found[0]] if found else None


def _unknown(path: Path) -> Wording:
    name, part = str(path[-1]), part_at(path[:-1])
    message = f"is no field of {dotted(path[:-1]) or 'a WinePipeline'}"
    if part is None:
        return Wording("unknown-field", message, "", "remove it")
    return Wording("unknown-field", message, fields_of(part), _meant(name, part))


def _meant(name: str, part: type[Part]) -> str:
    homes = [path for path, other in part_types(WinePipeline) if name in fields(other)]
    if len(homes) == 1:
        return f"move it to {dotted((*homes[0], name))}"
    near = nearest(name, list(fields(part)))
    return f"write `{near}`" if near else "remove it"


def _example(field: FieldInfo) -> str:
    return f"{field.alias}: {flow(field.examples[0])}" if field.examples else str(field.alias)


def _instead(value: Any, field: FieldInfo, *, inside: bool) -> str:
    if value is None:
        empty = "write {} for its defaults" if part_type_of(field) else "write a value"
        return f"{empty}, or remove the line"
    meant = _meant_choice(value, _choices(field)) or _meant_type(value, field)
    obvious = inside or _choices(field) or field.annotation is bool
    return meant or ("" if obvious else f"for example `{_example(field)}`")


def _meant_choice(value: Any, choices: list[str]) -> str:
    if value is False and "Off" in choices:
        return 'write "Off" in quotes: without them YAML reads it as false'
    near = nearest(value, choices) if isinstance(value, str) else None
    return f"write {near}" if near is not None else ""


def _meant_type(value: Any, field: FieldInfo) -> str:
    if isinstance(value, str) and "text" not in allowed_in(field) and len(value) < LONGEST_VALUE:
        plain = yaml.safe_load(value) if value.replace(".", "", 1).isalnum() else None
        return f"write {flow(plain)} without quotes" if isinstance(plain, bool | int | float) else ""
    if isinstance(value, bool | int | float) and "text" in allowed_in(field):
        return f'write "{flow(value)}" in quotes'
    return ""


def _choices(field: FieldInfo) -> list[str]:
    alternatives = [field.annotation, *get_args(field.annotation)]
    return [
        value
        for alternative in alternatives
        if get_origin(alternative) is Literal
        for value in get_args(alternative)
        if isinstance(value, str)
    ]
