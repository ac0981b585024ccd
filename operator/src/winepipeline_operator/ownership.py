"""Who asked for `spec.replicas`, as the API server notes it. Pure.

`managedFields` are larger than the object itself; this one fact of them is kept.
"""

from collections.abc import Iterable, Mapping
from typing import Any

_REPLICAS: Mapping[str, Any] = {"f:spec": {"f:replicas": {}}}


def owners_of_replicas(metadata: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Those entries of an object's `managedFields` that own `spec.replicas`, without all else that they own."""
    return [
        {"manager": entry.get("manager", ""), "fieldsV1": _REPLICAS}
        for entry in metadata.get("managedFields") or ()
        if "f:replicas" in (entry.get("fieldsV1") or {}).get("f:spec", {})
    ]


def without_replicas(entries: Iterable[Mapping[str, Any]], manager: str) -> list[Mapping[str, Any]]:
    """The `managedFields` as they are once a manager no longer owns `spec.replicas`; the number itself stays.

    An apply that no longer mentions the field would give it back to its default, 1, when nobody else owns it.
    """
    kept: list[Mapping[str, Any]] = []
    for each in entries:
        fields = each.get("fieldsV1") or {}
        if each.get("manager") != manager or "f:replicas" not in fields.get("f:spec", {}):
            kept.append(each)
            continue
        spec = {name: value for name, value in fields["f:spec"].items() if name != "f:replicas"}
        rest = {name: value for name, value in fields.items() if name != "f:spec"} | ({"f:spec": spec} if spec else {})
        if rest:
            kept.append({**each, "fieldsV1": rest})
    return kept
