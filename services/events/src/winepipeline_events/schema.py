"""The JSON Schema of each event type, for producers in other languages."""

import inspect
from typing import Any

import msgspec

from winepipeline_events.validation import EVENT_TYPES, TYPE_NAMES

_RULES = {
    "ORDER_CREATED": "total = quantity × unit_price × (1 - discount), to the cent.",
    "INVENTORY_ADJUSTED": "quantity_change is above 0 for REPLENISHMENT, below 0 for SPOILAGE, and never 0.",
}


def schemas() -> dict[str, dict[str, Any]]:
    """From the name of an event type to its JSON Schema (draft 2020-12).

    What no schema can say, the arithmetic, stands in `$comment`.
    """
    return {
        name: {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$comment": _RULES[name],
            **_told(msgspec.json.schema(each)),
        }
        for name, each in zip(TYPE_NAMES, EVENT_TYPES, strict=True)
    }


def _told(part: Any) -> Any:
    """The same, its descriptions without their indentation, as Python 3.13 has them already and 3.11 has not."""
    if isinstance(part, dict):
        return {
            key: inspect.cleandoc(value) if key == "description" and isinstance(value, str) else _told(value)
            for key, value in part.items()
        }
    return [_told(each) for each in part] if isinstance(part, list) else part


def documents() -> dict[str, str]:
    """From the file's name under `docs/reference/` to its text."""
    return {
        f"event-{name.lower().replace('_', '-')}.schema.json": msgspec.json.format(
            msgspec.json.encode(schema), indent=2
        ).decode()
        + "\n"
        for name, schema in schemas().items()
    }
