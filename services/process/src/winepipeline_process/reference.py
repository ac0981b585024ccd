"""The settings of a service as a table in Markdown, for the reference page. Pure."""

from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from winepipeline_process.allowed import allowed, is_secret
from winepipeline_process.settings import Settings


def settings_table(*models: type[Settings], besides: tuple[type[Settings], ...] = ()) -> str:
    """A row for each variable that the classes read, in their order; one that several read is listed once.

    Args:
        models: the classes.
        besides: classes whose variables have a table of their own; theirs are left out.

    Raises:
        TypeError: a setting has no words for what is allowed, or for a default that is worked out at the start.
    """
    elsewhere = {str(info.alias) for model in besides for info in model.model_fields.values()}
    found: dict[str, FieldInfo] = {}
    for model in models:
        for info in model.model_fields.values():
            if str(info.alias) not in elsewhere:
                found.setdefault(str(info.alias), info)
    lines = ["| variable | default | allowed | meaning | example |", "| --- | --- | --- | --- | --- |"]
    lines += [_row(variable, info) for variable, info in found.items()]
    return "\n".join(lines) + "\n"


def _row(variable: str, info: FieldInfo) -> str:
    secret = is_secret(info)
    name = f"`{variable}` or `{variable}_FILE`" if secret else f"`{variable}`"
    words = f"{allowed(info)}; or in the file whose path is in `{variable}_FILE`" if secret else allowed(info)
    example = f"`{info.examples[0]}`" if info.examples else ""
    cells = [name, _default(variable, info), words, info.description or "", example]
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _default(variable: str, info: FieldInfo) -> str:
    if info.is_required():
        return "*required*"
    extra = info.json_schema_extra
    if isinstance(extra, dict) and "default" in extra:
        return str(extra["default"])
    if info.default is PydanticUndefined:
        raise TypeError(f'{variable}: the default differs from host to host; add json_schema_extra={{"default": "…"}}')
    return "none" if info.default is None else f"`{_as_written(info.default)}`"


def _as_written(value: Any) -> str:
    """A value as it stands in an environment."""
    match value:
        case bool():
            return str(value).lower()
        case tuple():
            return "-".join(_as_written(each) for each in value)
        case float():
            return f"{value:g}"
        case Path():
            return value.as_posix()
        case _:
            return str(value)
