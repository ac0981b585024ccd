"""The JSON Schema of each event type, for producers in other languages."""

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
            **msgspec.json.schema(each),
        }
        for name, each in zip(TYPE_NAMES, EVENT_TYPES, strict=True)
    }


def documents() -> dict[str, str]:
    """From the file's name under `docs/reference/` to its text."""
    return {
        f"event-{name.lower().replace('_', '-')}.schema.json": msgspec.json.format(
            msgspec.json.encode(schema), indent=2
        ).decode()
        + "\n"
        for name, schema in schemas().items()
    }
