"""From msgspec's complaint to a reason and a detail that names path, value and what was allowed.

msgspec's messages are the contract here: "Expected `int`, got `str` - at `$.quantity`" and their like. A test
pins each form, so that an upgrade which words them otherwise is noticed.
"""

import json
import re
from typing import Any

import msgspec

from winepipeline_events.reason import Reason

_COMPLAINT = re.compile(r"^(?P<what>.*?)(?: - at `(?P<path>[^`]*)`)?$", re.DOTALL)
_MISSING = re.compile(r"missing required field `(?P<field>[^`]+)`")
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]")
_SHOWN_CHARACTERS = 80
_WRONG_TYPE = re.compile(r"^Expected `[^`]*`, got `|^Invalid RFC3339|^Expected `datetime` with a timezone")


class Rejection(msgspec.Struct, frozen=True, gc=False):
    """A message that is no event.

    Attributes:
        reason: which rule it breaks.
        detail: the path, the value and what was allowed, for a person.
    """

    reason: Reason
    detail: str


def shown(value: Any) -> str:
    """A value as a person may see it in a log: JSON, cut to 80 characters."""
    if isinstance(value, bytes):
        text = value[: _SHOWN_CHARACTERS + 1].decode(errors="backslashreplace")
    else:
        text = json.dumps(value, ensure_ascii=False, default=str)
    text = text.encode(errors="backslashreplace").decode()
    return text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + "…"


def describe_fault(
    complaint: str, document: dict[str, Any], allowed: dict[str, str], event_types: tuple[str, ...]
) -> Rejection:
    """The rejection for one of msgspec's complaints.

    Args:
        complaint: the text of a `msgspec.ValidationError`.
        document: the message as plain JSON.
        allowed: what each path of the event's type allows; empty where the type is unknown.
        event_types: the types there are.
    """
    match = _COMPLAINT.match(complaint)
    what, path = (match["what"], match["path"] or "$") if match else (complaint, "$")
    if path == "$.event_type" or "`event_type`" in what:
        return _fault_of_type(document, event_types)
    if missing := _MISSING.search(what):
        place = f"{path}.{missing['field']}"
        return Rejection(Reason.MISSING_FIELD, f"{place}: missing, allowed: {allowed.get(place, what)}")
    reason = Reason.WRONG_TYPE if _WRONG_TYPE.match(what) else Reason.OUT_OF_RANGE
    return Rejection(reason, f"{path}: got {shown(_at(document, path))}, allowed: {allowed.get(path, what)}")


def _fault_of_type(document: dict[str, Any], event_types: tuple[str, ...]) -> Rejection:
    names = ", ".join(event_types)
    if "event_type" not in document:
        return Rejection(Reason.MISSING_FIELD, f"$.event_type: missing, allowed: one of {names}")
    got = document["event_type"]
    reason = Reason.UNKNOWN_TYPE if isinstance(got, str) else Reason.WRONG_TYPE
    return Rejection(reason, f"$.event_type: got {shown(got)}, allowed: one of {names}")


def _at(document: Any, path: str) -> Any:
    """The value at a path such as `$.product.id`; the nearest one above it where the path breaks off."""
    for name, index in _STEP.findall(path):
        try:
            document = document[name] if name else document[int(index)]
        except (LookupError, TypeError):
            break
    return document
