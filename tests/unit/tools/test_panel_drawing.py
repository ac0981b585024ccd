"""The picture of the dashboard in the README says what the dashboard would."""

import math
from xml.etree import ElementTree as ET

import pytest

from tools.panel_drawing import CRITICAL, FINE, NEUTRAL, Curve, board, worded
from winepipeline_operator.monitoring.limits import Limit
from winepipeline_operator.monitoring.panel import Panel, Query


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (0.75, "s", "750 ms"),
        (12.0, "s", "12 s"),
        (90.0, "s", "1.5 min"),
        (0.0213, "percentunit", "2.1 %"),
        (0.5, "percentunit", "50 %"),
        (1234.0, "suffix: rows/s", "1.23 k rows/s"),
        (math.inf, "s", "∞"),
        (math.nan, "s", "–"),
    ],
)
def test_a_value_is_written_with_its_unit(value: float, unit: str, words: str) -> None:
    """Seconds, shares and rates are told apart at a glance."""
    assert worded(value, unit) == words


@pytest.mark.parametrize(
    ("value", "limit", "fill"),
    [
        (10.0, Limit(critical=30), FINE),
        (30.0, Limit(critical=30), CRITICAL),
        (0.0, Limit(critical=1, below=True), CRITICAL),
        (99.0, None, NEUTRAL),
    ],
)
def test_a_tile_is_red_where_the_alert_fires(value: float, limit: Limit | None, fill: str) -> None:
    """The picture's colors are the dashboard's."""
    panel = Panel("stat", "A & B", "Words.", "s", (Query("x"),), limit=limit)
    drawn = board([(panel, [Curve("", [(0.0, 1.0), (2.0, value)])])], [(panel, [])], 60.0)
    ET.fromstring(drawn)  # noqa: S314 - our own
    assert f'fill="{fill}"' in drawn
