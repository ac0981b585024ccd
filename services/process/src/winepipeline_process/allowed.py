"""What a setting may hold, in words: for the complaint about a value and for the reference page. Pure."""

import re
from pathlib import Path
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen
from pydantic import SecretStr
from pydantic.fields import FieldInfo

_PLAIN: dict[Any, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "text",
    Path: "a path",
    SecretStr: "text",
}

_ABOVE_TO = re.compile(r"above (\S+) to")
_BOUNDS = (
    (Ge, "ge", " from {}"),
    (Le, "le", " to {}"),
    (Gt, "gt", " above {}"),
    (Lt, "lt", " below {}"),
    (MinLen, "min_length", " of {} characters and more"),
    (MaxLen, "max_length", " of at most {} characters"),
)


def allowed(info: FieldInfo) -> str:
    """What a setting may hold, such as `a whole number from 1 to 1000`.

    A setting whose type does not say it all declares the words: `Field(json_schema_extra={"allowed": "host:port"})`.

    Raises:
        TypeError: there are no words for its type yet, and it declares none.
    """
    extra = info.json_schema_extra
    if isinstance(extra, dict) and "allowed" in extra:
        return str(extra["allowed"])
    kind = _kind(info)
    if get_origin(kind) is Literal:
        *others, last = [str(value) for value in get_args(kind)]
        return f"{', '.join(others)} or {last}" if others else last
    if kind not in _PLAIN:
        raise TypeError(f'{info.alias}: no words for {kind} yet; add json_schema_extra={{"allowed": "…"}}')
    words = _PLAIN[kind] + "".join(_bound(constraint) for constraint in info.metadata)
    return _ABOVE_TO.sub(r"above \1 and up to", words)


def is_secret(info: FieldInfo) -> bool:
    """Whether a setting's value must never be shown."""
    return _kind(info) is SecretStr


def _kind(info: FieldInfo) -> Any:
    """The type without `None`."""
    kinds = [kind for kind in get_args(info.annotation) if kind is not NoneType]
    return kinds[0] if NoneType in get_args(info.annotation) and len(kinds) == 1 else info.annotation


def _bound(constraint: Any) -> str:
    if isinstance(constraint, MinLen) and constraint.min_length == 1:
        return ""  # an empty variable counts as unset, so no text is ever empty
    for kind, attribute, words in _BOUNDS:
        if isinstance(constraint, kind):
            return words.format(getattr(constraint, attribute))
    pattern = getattr(constraint, "pattern", None)
    return f" that matches `{pattern}`" if pattern else ""
