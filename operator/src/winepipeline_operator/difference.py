"""Whether a live object is already what is wanted of it. Pure.

A manifest is marked with its own fingerprint before it is applied. A live object needs no apply when it carries the
fingerprint and still has every value of the manifest; so both a changed wish and a change by hand are seen, also by an
operator that has just been started. The comparison may see a difference where the API server writes a value in another
form (`1000m` as `1`); the apply that follows then changes nothing, and the caller remembers that.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from winepipeline_operator.identity import APPLIED_ANNOTATION, Manifest

_DIGITS = 16
_ENCODER = msgspec.json.Encoder(order="deterministic")


def fingerprint(manifest: Manifest) -> str:
    """Of all that the manifest says, in hexadecimal; the order of its keys does not count."""
    return hashlib.sha256(_ENCODER.encode(manifest)).hexdigest()[:_DIGITS]


def marked(manifest: Manifest) -> dict[str, Any]:
    """The manifest with its fingerprint among the annotations."""
    metadata = manifest["metadata"]
    annotations = {**(metadata.get("annotations") or {}), APPLIED_ANNOTATION: fingerprint(manifest)}
    return {**manifest, "metadata": {**metadata, "annotations": annotations}}


def stands(wanted: Any, live: Any) -> bool:
    """Whether `live` has every value that `wanted` names; a list must have as many items, each with its values."""
    if isinstance(wanted, Mapping):
        if not isinstance(live, Mapping):
            return not wanted and live is None
        return all(stands(value, live.get(name)) for name, value in wanted.items())
    if isinstance(wanted, Sequence) and not isinstance(wanted, str):
        if not isinstance(live, Sequence) or isinstance(live, str):
            return not wanted and live is None
        return len(wanted) == len(live) and all(map(stands, wanted, live))
    return bool(wanted == live)
