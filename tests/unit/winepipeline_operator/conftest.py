"""Resources to start from, as the YAML would say them."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
import yaml

from winepipeline_operator.spec import WinePipeline

Mapping = dict[str, Any]

SMALLEST: Mapping = {
    "apiVersion": "caves-albert.io/v1alpha1",
    "kind": "WinePipeline",
    "metadata": {"name": "albert"},
    "spec": {"broker": {"redpanda": {}}, "warehouse": {"emulator": {}}},
}


def merged(base: Mapping, change: Mapping) -> Mapping:
    """A deep copy of `base` with `change` laid over it; `None` removes a key."""
    result = deepcopy(base)
    for key, value in change.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key] = merged(result[key], value)
        else:
            result[key] = deepcopy(value)
    return result


@pytest.fixture
def pipeline() -> Callable[[Mapping], WinePipeline]:
    """Makes the smallest resource, with a change laid over its spec."""

    def make(change: Mapping) -> WinePipeline:
        return WinePipeline.model_validate(merged(SMALLEST, {"spec": change}))

    return make


@pytest.fixture
def text_of() -> Callable[[Mapping], str]:
    """Makes the YAML of an entry of bad.yaml: a text of its own, or a change laid over the smallest resource."""

    def make(entry: Mapping) -> str:
        if "text" in entry:
            return str(entry["text"])
        resource = merged(SMALLEST, entry["resource"] if "resource" in entry else {"spec": entry["spec"]})
        return yaml.safe_dump(resource, sort_keys=False)

    return make
