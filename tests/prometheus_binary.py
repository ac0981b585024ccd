"""Where Prometheus and promtool are, for the tests that need them."""

import os
import shutil
import sys
from pathlib import Path

import pytest

HOW_TO_GET_IT = "is missing: run `make prometheus-binary`, or install Prometheus 2.42 or newer"


def binary(name: str) -> str:
    """The path of `prometheus` or `promtool`; skips the test where it is missing."""
    places = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    found = shutil.which(name, path=places)
    if found is None:
        pytest.skip(f"{name} {HOW_TO_GET_IT}")
    return found
