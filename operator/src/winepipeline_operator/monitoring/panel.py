"""The panels of a dashboard, as Grafana's JSON has them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from winepipeline_operator.monitoring.limits import Limit

DATASOURCE: Final = {"type": "prometheus", "uid": "${datasource}"}

Kind = Literal["stat", "timeseries", "table"]

_FINE, _NEUTRAL, _WARNING, _CRITICAL = "green", "blue", "orange", "red"

PER_SECOND: Final = {"events": "suffix: events/s", "rows": "suffix: rows/s", "times": "suffix: /s"}
"""Grafana's names for units of ours; its own are `s`, `percentunit`, `bytes`, `short`, `none`."""


@dataclass(frozen=True, slots=True)
class Query:
    """A line of a panel, or a column of a table.

    Attributes:
        expression: PromQL, of the dashboard's variables.
        legend: what the line is called, with `{{label}}`; of a table, the column.
        instant: only the newest value.
    """

    expression: str
    legend: str = "{{pipeline}}"
    instant: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel.

    Attributes:
        kind: of panel.
        title: what it shows.
        description: what that means, for whoever hovers over it.
        unit: Grafana's name for the unit.
        queries: at least one.
        limit: where the colors change; None where no alert looks at this.
        width: of the 24 columns of a dashboard.
        height: in Grafana's units of 30 pixels.
        runbook: the alert whose runbook the panel links to.
        words: what to write instead of a number.
        no_value: what to write where there is no value.
        stacked: whether lines are added up.
        units: a table's columns that have another unit.
    """

    kind: Kind
    title: str
    description: str
    unit: str
    queries: tuple[Query, ...]
    limit: Limit | None = None
    width: int = 12
    height: int = 8
    runbook: str = ""
    words: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    no_value: str = "nothing yet"
    stacked: bool = False
    units: Mapping[str, str] = field(default_factory=dict)

    def model(self, number: int, x: int, y: int, runbooks: str) -> dict[str, Any]:
        """The panel as Grafana has it, at its place; `runbooks` is the address of the runbooks' folder, or empty."""
        panel = {
            "id": number,
            "type": self.kind,
            "title": self.title,
            "description": self.description,
            "datasource": DATASOURCE,
            "gridPos": {"x": x, "y": y, "w": self.width, "h": self.height},
            "fieldConfig": {"defaults": self._defaults(), "overrides": self._overrides()},
            "options": _OPTIONS[self.kind],
            "targets": [self._target(place, query) for place, query in enumerate(self.queries)],
        }
        if self.runbook and runbooks:
            url = f"{runbooks}/{self.runbook}.md"
            panel["links"] = [link(f"Runbook: {self.runbook}", url, "doc", keep_time=False)]
        elif self.runbook:
            panel["description"] = f"{self.description} Runbook: docs/runbooks/{self.runbook}.md"
        if self.kind == "table":
            panel["transformations"] = self._columns()
        return panel

    def thresholds(self) -> dict[str, Any]:
        """Where the colors change."""
        return {"mode": "absolute", "steps": _steps(self.limit)}

    def _defaults(self) -> dict[str, Any]:
        defaults: dict[str, Any] = {
            "unit": self.unit,
            "noValue": self.no_value,
            "color": {"mode": "palette-classic" if self.kind == "timeseries" else "thresholds"},
            "thresholds": self.thresholds(),
            "mappings": _mappings(self.words),
        }
        if self.unit == "percentunit":
            defaults |= {"min": 0, "max": 1}
        elif self.kind == "timeseries":
            defaults |= {"min": 0}
        if self.kind == "timeseries":
            defaults["custom"] = _lines(stacked=self.stacked, marked=self.limit is not None)
        return defaults

    def _overrides(self) -> list[dict[str, Any]]:
        return [
            {"matcher": {"id": "byName", "options": column}, "properties": [{"id": "unit", "value": unit}]}
            for column, unit in self.units.items()
        ]

    def _target(self, place: int, query: Query) -> dict[str, Any]:
        instant = query.instant or self.kind == "table"
        return {
            "refId": chr(ord("A") + place),
            "datasource": DATASOURCE,
            "expr": query.expression,
            "legendFormat": query.legend,
            "instant": instant,
            "range": not instant,
            "format": "table" if self.kind == "table" else "time_series",
        }

    def _columns(self) -> list[dict[str, Any]]:
        """One row a pipeline: the queries' results side by side, under their names."""
        names = {f"Value #{chr(ord('A') + place)}": query.legend for place, query in enumerate(self.queries)}
        return [
            {"id": "merge", "options": {}},
            {"id": "organize", "options": {"excludeByName": {"Time": True}, "indexByName": {}, "renameByName": names}},
        ]


def row(number: int, title: str, y: int) -> dict[str, Any]:
    """A heading."""
    place = {"x": 0, "y": y, "w": 24, "h": 1}
    return {"id": number, "type": "row", "title": title, "collapsed": False, "gridPos": place, "panels": []}


def link(title: str, url: str, icon: str, *, keep_time: bool) -> dict[str, Any]:
    """A link of a dashboard or a panel; to another dashboard it opens in place and keeps the time."""
    return {
        "title": title,
        "type": "link",
        "url": url,
        "icon": icon,
        "tooltip": "",
        "tags": [],
        "asDropdown": False,
        "targetBlank": not keep_time,
        "includeVars": False,
        "keepTime": keep_time,
    }


def _steps(limit: Limit | None) -> list[dict[str, Any]]:
    if limit is None:
        return [{"color": _NEUTRAL, "value": None}]
    bounds = [(limit.warning, _WARNING), (limit.critical, _CRITICAL)]
    given = [(value, color) for value, color in bounds if value is not None]
    if not limit.below:
        return [{"color": _FINE, "value": None}, *({"color": color, "value": value} for value, color in given)]
    # From below: the worst color first, each up to the next bound.
    upwards = sorted(given, key=lambda pair: pair[0])
    colors = [color for _, color in upwards] + [_FINE]
    steps: list[dict[str, Any]] = [{"color": colors[0], "value": None}]
    steps.extend({"color": color, "value": value} for (value, _), color in zip(upwards, colors[1:], strict=True))
    return steps


def _mappings(words: Mapping[str, tuple[str, str]]) -> list[dict[str, Any]]:
    if not words:
        return []
    options = {
        value: {"text": text, "color": color, "index": index}
        for index, (value, (text, color)) in enumerate(words.items())
    }
    return [{"type": "value", "options": options}]


def _lines(*, stacked: bool, marked: bool) -> dict[str, Any]:
    return {
        "drawStyle": "line",
        "lineInterpolation": "linear",
        "lineWidth": 2,
        "fillOpacity": 30 if stacked else 8,
        "showPoints": "never",
        "spanNulls": False,
        "stacking": {"mode": "normal" if stacked else "none", "group": "A"},
        "thresholdsStyle": {"mode": "dashed" if marked else "off"},
    }


_OPTIONS: Final[dict[Kind, dict[str, Any]]] = {
    "stat": {
        "colorMode": "background",
        "graphMode": "area",
        "justifyMode": "auto",
        "textMode": "auto",
        "orientation": "auto",
        "wideLayout": True,
        "showPercentChange": False,
        "percentChangeColorMode": "standard",
        "reduceOptions": {"values": False, "calcs": ["lastNotNull"], "fields": ""},
    },
    "timeseries": {
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True, "calcs": ["lastNotNull"]},
        "tooltip": {"mode": "multi", "sort": "desc"},
    },
    "table": {"showHeader": True, "cellHeight": "sm", "frameIndex": 0},
}
