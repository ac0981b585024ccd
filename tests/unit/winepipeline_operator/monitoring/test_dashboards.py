"""A linter of the dashboards: each panel says what it shows, in which unit, and is red where an alert is."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models import dashboard as grafana

from winepipeline_operator.monitoring import limits
from winepipeline_operator.monitoring.dashboard import COLUMNS, Dashboard
from winepipeline_operator.monitoring.fleet_dashboard import fleet_dashboard
from winepipeline_operator.monitoring.operator_alerts import operator_alerts
from winepipeline_operator.monitoring.panel import Panel
from winepipeline_operator.monitoring.pipeline_alerts import pipeline_alerts
from winepipeline_operator.monitoring.pipeline_dashboard import pipeline_dashboard
from winepipeline_operator.monitoring.scope import for_alerts

DOCS = Path(__file__).parents[4] / "docs"
BOARDS = (pipeline_dashboard(), fleet_dashboard())
PANELS = [
    pytest.param(panel, id=f"{board.uid}: {panel.title}")
    for board in BOARDS
    for panels in board.rows.values()
    for panel in panels
]
ASKED_FOR = (
    "Events Consumed Rate",
    "Total Events Consumed",
    "Current Batch Size",
    "Batch Processing Duration",
    "Snowflake Insert Duration",
    "Events Inserted to Snowflake (rate)",
    "DLQ Messages",
    "Events Summary",
)
OF_PROMETHEUS = {"step", "titleFormat", "textFormat", "tagKeys"}
"""Fields of an annotation that belong to the data source: its code reads them, Grafana's types leave them out."""

KNOWN_TO_GRAFANA = {"s", "short", "none", "percentunit", "bytes"}


def model(board: Dashboard) -> dict[str, Any]:
    return board.model("https://runbooks.example")


def texts(value: Any) -> Iterator[str]:
    """All strings in a document."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.uid)
def test_grafana_knows_every_field_of_a_dashboard(board: Dashboard) -> None:
    """A misspelt field is not silently dropped when the dashboard is imported: Grafana's own types keep all of it."""
    register_default_plugins()
    written = json.loads(json.dumps(model(board)))
    read = json.loads(json.dumps(grafana.Dashboard.from_json(written), cls=JSONEncoder))
    assert {path.rpartition(".")[2] for path in lost(written, read)} == OF_PROMETHEUS


def lost(written: Any, read: Any, path: str = "$") -> list[str]:
    """The paths of what is in `written` and has another value, or none, in `read`."""
    if isinstance(written, dict) and isinstance(read, dict):
        return [
            each
            for key, value in written.items()
            if value is not None
            for each in (lost(value, read[key], f"{path}.{key}") if key in read else [f"{path}.{key}"])
        ]
    if isinstance(written, list) and isinstance(read, list) and len(written) == len(read):
        pairs = enumerate(zip(written, read, strict=True))
        return [each for place, (one, other) in pairs for each in lost(one, other, f"{path}[{place}]")]
    return [] if written == read else [path]


@pytest.mark.parametrize("panel", PANELS)
def test_a_panel_says_what_it_shows_and_in_which_unit(panel: Panel) -> None:
    """Whoever sees a panel for the first time learns from it what the number means."""
    assert panel.title
    assert panel.description.endswith(".")
    assert len(panel.description) > 30
    assert panel.unit in KNOWN_TO_GRAFANA or panel.unit.startswith("suffix: ")
    assert panel.queries
    assert all(query.expression for query in panel.queries)


@pytest.mark.parametrize("panel", PANELS)
def test_a_panel_s_unit_follows_from_its_query(panel: Panel) -> None:
    """Seconds are shown as seconds, rates as rates: no panel claims a unit that its metric does not have."""
    for query in panel.queries:
        unit = panel.units.get(query.legend, panel.unit)
        claims = {
            "s": "_seconds" in query.expression or "/" in query.expression,
            "bytes": "_bytes" in query.expression,
            "percentunit": "/" in query.expression or "busy" in query.expression,
            "none": bool(panel.words),
            "short": "rate(" not in query.expression,
        }
        assert claims.get(unit, unit.startswith("suffix: ") and "rate(" in query.expression), unit


@pytest.mark.parametrize("panel", PANELS)
def test_a_panel_turns_red_where_an_alert_fires(panel: Panel) -> None:
    """A red panel means that somebody was told, and a green one that nobody was."""
    values = [step["value"] for step in panel.thresholds()["steps"] if step["value"] is not None]
    if panel.limit is None:
        assert values == []
        return
    assert sorted(values) == sorted(panel.limit.values)
    assert panel.runbook, "a panel with limits says what to do beyond them"


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.uid)
def test_without_an_address_the_runbooks_are_named_and_not_linked(board: Dashboard) -> None:
    """No panel links to a place that does not exist; its description names the file."""
    written = board.model("")
    assert all(link["type"] == "dashboards" or link["url"].startswith("/d/") for link in written["links"])
    for panel in written["panels"]:
        assert not any("Runbook" in link["title"] for link in panel.get("links", ()))
    named = [panel for panel in written["panels"] if "docs/runbooks/" in panel.get("description", "")]
    assert named


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.uid)
def test_only_declared_variables_are_used_and_all_are(board: Dashboard) -> None:
    """No query is empty because a variable is misspelt, and no choice is without effect."""
    written = model(board)
    declared = {variable["name"] for variable in written["templating"]["list"]}
    assert declared == {"datasource", "namespace", "pipeline", "topic"}
    without_list = {key: value for key, value in written.items() if key != "templating"}
    used = {name for text in texts(without_list) for name in re.findall(r"\$\{?([a-z_]+)", text)}
    assert used - {"__range", "__rate_interval"} == declared


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.uid)
def test_panels_do_not_overlap(board: Dashboard) -> None:
    """Every panel is seen."""
    taken: set[tuple[int, int]] = set()
    numbers = [panel["id"] for panel in model(board)["panels"]]
    assert len(numbers) == len(set(numbers))
    for panel in model(board)["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken
        assert all(x < COLUMNS for x, _ in cells)
        taken |= cells


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.uid)
def test_changes_scalings_and_alerts_are_marked(board: Dashboard) -> None:
    """A bend in a curve is seen beside what caused it."""
    names = {annotation["name"] for annotation in model(board)["annotations"]["list"]}
    assert names == {"Spec changed", "Scaled", "Alert"}


def test_the_dashboard_has_the_panels_that_were_asked_for_and_first_what_matters() -> None:
    """Within ten seconds a person knows whether the sales arrive; the panels everybody knows come below."""
    board = pipeline_dashboard()
    assert board.uid == "kafka-consumer-snowflake"
    rows = list(board.rows.values())
    assert [panel.title for panel in rows[0]] == [
        "Freshness (p99)",
        "Lag in seconds",
        "Time to drain",
        "Rows per second landed",
        "Dead letters",
        "Ready",
    ]
    titles = {panel.title for panels in rows[1:] for panel in panels}
    assert set(ASKED_FOR) <= titles


def test_dashboards_link_to_each_other() -> None:
    """From the fleet to one pipeline and back is one click."""
    links = {board.uid: {link["url"] for link in model(board)["links"]} for board in BOARDS}
    assert "/d/winepipeline-fleet" in links["kafka-consumer-snowflake"]
    assert "/d/kafka-consumer-snowflake" in links["winepipeline-fleet"]


@pytest.mark.parametrize("panel", PANELS)
def test_a_panel_s_limit_is_an_alert_s(panel: Panel, pipeline: Any) -> None:
    """The thresholds of a panel are those of the alert whose runbook it links to."""
    if not panel.runbook:
        return
    scope = for_alerts("wine", "albert")
    alerts = [*pipeline_alerts(pipeline({}), scope), *operator_alerts(scope)]
    named = [alert for alert in alerts if alert.name == panel.runbook]
    assert named, f"there is no alert {panel.runbook}"
    if panel.limit is limits.FRESHNESS_SECONDS:
        assert all('le="30.0"' in alert.expression for alert in named)
    elif panel.limit is not None:
        assert any(alert.limit == panel.limit for alert in named)
    assert (DOCS / "runbooks" / f"{panel.runbook}.md").exists()
