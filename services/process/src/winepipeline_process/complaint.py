"""pydantic's errors as sentences for the person who sets the variables. Pure."""

from collections.abc import Mapping
from typing import Any

from pydantic.fields import FieldInfo

from winepipeline_process.allowed import allowed, is_secret

CONTRADICTIONS = "contradictions"
"""The type of an error that lists what values have against each other."""

_SHOWN_CHARACTERS = 80


def complaint(info: FieldInfo, error: Mapping[str, Any], value: str) -> str:
    """`BATCH_SIZE=0: allowed is a whole number from 1 to 1000; for example BATCH_SIZE=100`.

    Args:
        info: the variable's field.
        error: one of pydantic's, of this field.
        value: what the variable holds.
    """
    variable = str(info.alias)
    example = f"; for example {variable}={info.examples[0]}" if info.examples else ""
    if error["type"] == "missing":
        return f"{variable} is not set: {info.description} Allowed is {allowed(info)}{example}"
    got = "(hidden)" if is_secret(info) else _shown(value)
    own_words = error["type"] == "value_error"
    return f"{variable}={got}: {_words(error) if own_words else f'allowed is {allowed(info)}'}{example}"


def complaints_together(error: Mapping[str, Any]) -> list[str]:
    """What an error says that belongs to no single variable."""
    return list(error["ctx"]["problems"]) if error["type"] == CONTRADICTIONS else [_words(error)]


def _words(error: Mapping[str, Any]) -> str:
    return str(error["msg"]).removeprefix("Value error, ")


def _shown(value: str) -> str:
    """On one line, and not for ever."""
    text = "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in value)
    return text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + "…"
