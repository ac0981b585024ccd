"""A range of ids as a setting: `1000-1049`."""

import re
from typing import Annotated, Any

from pydantic import BeforeValidator

LAST_ID = 2**53 - 1
"""The largest whole number that every JSON reader keeps exact (RFC 8259, section 6)."""

IDS_ALLOWED = "the first and the last id, such as 1000-1049 or 1000,1049"
_RANGE = re.compile(r"\s*(\d+)\s*[-,]\s*(\d+)\s*")


def _id_range(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    match = _RANGE.fullmatch(value)
    if match is None:
        raise ValueError(f"allowed is {IDS_ALLOWED}")
    first, last = int(match[1]), int(match[2])
    if not 1 <= first <= last <= LAST_ID:
        raise ValueError(f"allowed is {IDS_ALLOWED}, the smaller one first, from 1 to {LAST_ID}")
    return first, last


IdRange = Annotated[tuple[int, int], BeforeValidator(_id_range)]
"""The first and the last id, both included."""
