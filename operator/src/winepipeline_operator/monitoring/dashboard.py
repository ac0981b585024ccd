"""A dashboard: rows of panels, variables, annotations and links, as Grafana's JSON has it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from winepipeline_operator.monitoring.panel import DATASOURCE, Panel, link, row

SCHEMA_VERSION: Final = 41
"""That of Grafana 11.6; newer ones read it and bring it up to date by themselves."""

COLUMNS: Final = 24


@dataclass(frozen=True, slots=True)
class Annotation:
    """Moments that are marked in all panels: where the expression yields more than 0.

    Attributes:
        name: what they are.
        expression: PromQL.
        color: of the mark.
        text: what is written at it, with `{{label}}`.
    """

    name: str
    expression: str
    color: str
    text: str

    def model(self) -> dict[str, Any]:
        """As Grafana has it."""
        return {
            "name": self.name,
            "datasource": DATASOURCE,
            "enable": True,
            "hide": False,
            "iconColor": self.color,
            "expr": self.expression,
            "step": "60s",
            "titleFormat": self.name,
            "textFormat": self.text,
            "tagKeys": "pipeline",
        }


@dataclass(frozen=True, slots=True)
class Variable:
    """What the reader chooses.

    Attributes:
        name: as the expressions have it.
        label: as the reader sees it.
        query: `label_values(…)`.
        every: whether all may be chosen together, as they are at first.
    """

    name: str
    label: str
    query: str
    every: bool = False

    def model(self) -> dict[str, Any]:
        """As Grafana has it."""
        variable: dict[str, Any] = {
            "name": self.name,
            "label": self.label,
            "type": "query",
            "datasource": DATASOURCE,
            "query": self.query,
            "refresh": 2,
            "sort": 1,
            "multi": self.every,
            "includeAll": self.every,
            "hide": 0,
        }
        if self.every:
            variable |= {"allValue": ".*", "current": {"text": ["All"], "value": ["$__all"]}}
        return variable


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A dashboard.

    Attributes:
        uid: by which links find it.
        title: its name.
        description: what it is for.
        rows: from each heading to its panels.
        variables: besides the data source.
        annotations: marks in time.
        links: from each title to the uid of another dashboard.
    """

    uid: str
    title: str
    description: str
    rows: Mapping[str, Sequence[Panel]]
    variables: tuple[Variable, ...]
    annotations: tuple[Annotation, ...]
    links: Mapping[str, str]

    def model(self, runbooks: str) -> dict[str, Any]:
        """The dashboard as Grafana imports it; `runbooks` is the address of the runbooks' folder, or empty."""
        links = [_to_dashboard(title, uid) for title, uid in self.links.items()]
        return {
            "uid": self.uid,
            "title": self.title,
            "description": self.description,
            "tags": ["winepipeline"],
            "timezone": "browser",
            "editable": True,
            "graphTooltip": 1,
            "refresh": "15s",
            "time": {"from": "now-1h", "to": "now"},
            "schemaVersion": SCHEMA_VERSION,
            "templating": {"list": [_DATASOURCE_VARIABLE, *(each.model() for each in self.variables)]},
            "annotations": {"list": [each.model() for each in self.annotations]},
            "links": [*links, *([_to_runbooks(runbooks)] if runbooks else [])],
            "panels": list(self._placed(runbooks)),
        }

    def _placed(self, runbooks: str) -> Iterator[dict[str, Any]]:
        """Panels from left to right, a new line where one does not fit."""
        number, y = 1, 0
        for heading, panels in self.rows.items():
            yield row(number, heading, y)
            number, x, y, tallest = number + 1, 0, y + 1, 0
            for panel in panels:
                if x + panel.width > COLUMNS:
                    x, y, tallest = 0, y + tallest, 0
                yield panel.model(number, x, y, runbooks)
                number, x, tallest = number + 1, x + panel.width, max(tallest, panel.height)
            y += tallest


_DATASOURCE_VARIABLE: Final = {
    "name": "datasource",
    "label": "Data source",
    "type": "datasource",
    "query": "prometheus",
    "refresh": 1,
    "multi": False,
    "includeAll": False,
    "hide": 0,
}


def _to_dashboard(title: str, uid: str) -> dict[str, Any]:
    return link(title, f"/d/{uid}", "dashboard", keep_time=True)


def _to_runbooks(runbooks: str) -> dict[str, Any]:
    return link("Runbooks", runbooks, "doc", keep_time=False)
