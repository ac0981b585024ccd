"""Asks a running Prometheus, and makes answerable queries of the dashboards' and the alerts' expressions."""

import json
import math
import re
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from winepipeline_operator.children.monitoring import DASHBOARDS, rule_groups
from winepipeline_operator.platform import Platform
from winepipeline_operator.spec import WinePipeline

COMPARISON = re.compile(r"(>=|<|>) (?=[-\d])")


@dataclass(frozen=True)
class Question:
    """A query, where it stands, and the unit that it claims; empty for an alert's."""

    where: str
    expression: str
    unit: str = ""


class Asked:
    """A Prometheus at an address."""

    def __init__(self, address: str) -> None:
        self.address = address

    def get(self, path: str, **parameters: str) -> Any:
        """What its API answers.

        Raises:
            OSError: it refuses, or is not there.
        """
        url = f"{self.address}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310
            return json.load(answer)["data"]

    def values(self, expression: str) -> list[float]:
        """The values that an expression has now, one a series; without those that are no number."""
        found = [float(each["value"][1]) for each in self.get("query", query=expression)["result"]]
        return [each for each in found if not math.isnan(each)]

    def targets(self) -> dict[str, str]:
        """From each target's pod to its health."""
        active = self.get("targets", state="active")["activeTargets"]
        return {each["labels"].get("pod", each["labels"]["instance"]): each["health"] for each in active}

    def firing(self) -> set[str]:
        """The names of the alerts that fire now."""
        return {each["labels"]["alertname"] for each in self.get("alerts")["alerts"] if each["state"] == "firing"}


def until(condition: Callable[[], bool], seconds: float, what: str) -> None:
    """Wait until something holds.

    Raises:
        AssertionError: it does not within so many seconds.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:.0f} s: {what}")
        time.sleep(0.2)


def filled(expression: str, namespace: str, pipeline: str, window: str) -> str:
    """An expression with the dashboard's variables filled in."""
    fill = {
        "$namespace": namespace,
        "$pipeline": pipeline,
        "$topic": ".*",
        "$__rate_interval": window,
        "$__range": "5m",
    }
    for name, value in fill.items():
        expression = expression.replace(name, value)
    return expression


def panel_questions(namespace: str, pipeline: str, window: str) -> Iterator[Question]:
    """Every query of every panel, annotation and variable, with the variables filled in."""

    def fill(expression: str) -> str:
        return filled(expression, namespace, pipeline, window)

    for board in DASHBOARDS:
        for panels in board.rows.values():
            for panel in panels:
                for query in panel.queries:
                    unit = panel.units.get(query.legend, panel.unit)
                    yield Question(f"{board.uid}: {panel.title}: {query.legend}", fill(query.expression), unit)
        for annotation in board.annotations:
            lately = f"max_over_time(({fill(annotation.expression)})[10m:15s])"  # a mark is made once, and passes
            yield Question(f"{board.uid}: {annotation.name}", lately)
        for variable in board.variables:
            selector, _, label = variable.query.removeprefix("label_values(").removesuffix(")").rpartition(", ")
            yield Question(f"{board.uid}: ${variable.name}", f"count by ({label}) ({fill(selector)})")


def alert_questions(pipeline: WinePipeline, pace: float) -> Iterator[Question]:
    """What every alert compares: with `bool`, a comparison yields a value whether it holds or not."""
    for group in rule_groups(pipeline, Platform(), pace):
        for rule in group["rules"]:
            for number, part in enumerate(rule["expr"].split(" unless ")):
                yield Question(f"{rule['alert']} {number}", COMPARISON.sub(r"\1 bool ", part))
