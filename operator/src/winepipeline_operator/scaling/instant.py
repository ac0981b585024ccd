"""A moment: in Python seconds since the epoch, in the status RFC 3339 in UTC, to the millisecond."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, PlainSerializer, WithJsonSchema
from pydantic.alias_generators import to_camel


def written(seconds: float) -> str:
    """`1764000000.5` → `2025-11-24T16:00:00.500Z`."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _read(value: object) -> object:
    return datetime.fromisoformat(value).timestamp() if isinstance(value, str) else value


Instant = Annotated[
    float,
    BeforeValidator(_read),
    PlainSerializer(written, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]

_MOMENTS = frozenset({"time", "change", "resumed", "since", "until", "after"})


def status_name(name: str) -> str:
    """`time_seconds` → `time`, since a moment there has no unit; `catch_up_seconds` → `catchUpSeconds`."""
    stem = name.removesuffix("_seconds")
    return to_camel(stem if stem.rsplit("_", 1)[-1] in _MOMENTS else name)


IN_STATUS = ConfigDict(alias_generator=status_name, allow_inf_nan=False, extra="ignore")
"""How these dataclasses stand in a resource's status: camelCase; what a later version wrote besides is passed over."""
