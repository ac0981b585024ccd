"""The reference page of the resource, generated from its model: `make docs` writes it, a test holds it in step."""

import inspect
from collections.abc import Iterator
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from winepipeline_operator.advice import ADVICE
from winepipeline_operator.flow import flow
from winepipeline_operator.spec import API_VERSION, KIND, SHORT_NAME, Metadata, Part, Spec, WinePipeline
from winepipeline_operator.spec.allowed import allowed_in
from winepipeline_operator.spec.rule import Rule, Transition
from winepipeline_operator.spec.status import Status
from winepipeline_operator.spec.tree import Path, dotted, fields, item_type_of, part_type_of, part_types

FILE = "docs/reference/resource.md"

_HEAD = f"""\
<!-- Generated from the resource's model by `make docs`; change the model instead. -->
# The resource {KIND}

`{API_VERSION}`, short name `{SHORT_NAME}`. The same description serves `kubectl apply`, `winepipeline up` and
`winepipeline lint`; examples to begin with are in [examples/](../../examples). On a cluster
`kubectl explain {SHORT_NAME}.spec.consumer` shows these words too.

Every field has a default unless it says *required*. A field that is not listed here is refused.
"""

_ADVICE = """
## What the linter advises against

These are allowed; `winepipeline lint` warns of them.

| warning | instead |
| --- | --- |
"""


def documents() -> dict[str, str]:
    """From the file's path in the repository to its text."""
    sections = [
        _HEAD,
        section((), WinePipeline),
        section(("metadata",), Metadata),
        *(section(path, part) for path, part in part_types(Spec, ("spec",))),
        *(section(path, part) for path, part in part_types(Status, ("status",))),
        _ADVICE + "".join(f"| `{advice.name}` | {_cell(advice.hint)} |\n" for advice in ADVICE),
    ]
    return {FILE: "\n".join(section.rstrip("\n") + "\n" for section in sections)}


def section(path: Path, part: type[Part]) -> str:
    """What the page says of one part: its fields, and its rules."""
    lines = [f"## {dotted(path) or part.__name__}", "", inspect.cleandoc(part.__doc__ or ""), ""]
    if fields(part):
        lines += ["| field | what it is | allowed | default |", "| --- | --- | --- | --- |"]
        lines += [_row(path, name, field) for name, field in fields(part).items()]
        lines.append("")
    lines += _listed("Held together:", part.cross_field_rules)
    lines += _listed("Changes that are refused:", part.transition_rules)
    return "\n".join(lines)


def _row(path: Path, name: str, field: FieldInfo) -> str:
    inner = part_type_of(field) or item_type_of(field)
    if inner is not None:
        anchor = dotted((*path, name)).lower().replace(".", "")
        allowed = f"see [{dotted((*path, name))}](#{anchor})"
    else:
        allowed = allowed_in(field)
    return f"| `{name}` | {_cell(field.description or '')} | {_cell(allowed)} | {_default(field)} |"


def _listed(title: str, rules: tuple[Rule[Any] | Transition[Any], ...]) -> Iterator[str]:
    if rules:
        yield title
        yield ""
        yield from (f"- {rule.message} (`{rule.name}`)" for rule in rules)
        yield ""


def _default(field: FieldInfo) -> str:
    if field.default is PydanticUndefined:
        return "*required*"
    if field.default is None:
        return "none"
    if isinstance(field.default, Part):
        return "its own defaults"
    value = list(field.default) if isinstance(field.default, tuple) else field.default
    return f"`{flow(value)}`" if value != "" else "none"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
