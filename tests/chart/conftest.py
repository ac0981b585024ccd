"""Helm for the tests of the chart."""

import pytest

from tests.chart.helm import MISSING, Helm, helm_path


@pytest.fixture(scope="session")
def helm() -> Helm:
    """Helm, where there is one."""
    path = helm_path()
    if path is None:
        pytest.skip(MISSING)
    return Helm(path)
