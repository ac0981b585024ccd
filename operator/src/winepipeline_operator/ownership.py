"""Who asked for `spec.replicas`, as the API server notes it. Pure.

`managedFields` are larger than the object itself; this one fact of them is kept.
"""

from collections.abc import Mapping
from typing import Any

_REPLICAS: Mapping[str, Any] = {"f:spec": {"f:replicas": {}}}


def owners_of_replicas(metadata: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Those entries of an object's `managedFields` that own `spec.replicas`, without all else that they own."""
    return [
        {"manager": entry.get("manager", ""), "fieldsV1": _REPLICAS}
        for entry in metadata.get("managedFields") or ()
        if "f:replicas" in (entry.get("fieldsV1") or {}).get("f:spec", {})
    ]
