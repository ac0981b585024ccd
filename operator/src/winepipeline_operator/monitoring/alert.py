"""An alert, and how it becomes a rule of Prometheus."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from winepipeline_operator.monitoring.limits import Limit
from winepipeline_operator.monitoring.scope import Scope

Severity = Literal["warning", "critical"]


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that a person should know of.

    Attributes:
        name: CamelCase; the runbook's file is named for it.
        severity: `critical` wakes somebody, `warning` waits for working hours.
        limit: what the expression compares with; panels of the same measure have their thresholds from it.
        expression: PromQL; whatever series it yields are alerts.
        hold_seconds: how long it must yield them first.
        summary: one line, with Prometheus' template variables.
        description: what it means, with the value and what to do first.
        labels: more of them, to tell alerts of one name apart.
    """

    name: str
    severity: Severity
    limit: Limit
    expression: str
    hold_seconds: float
    summary: str
    description: str
    labels: Mapping[str, str] = field(default_factory=dict)

    def rule(self, scope: Scope, runbooks: str) -> dict[str, Any]:
        """As Prometheus and prometheus-operator read it; `runbooks` is the address of their folder, or empty."""
        return {
            "alert": self.name,
            "expr": self.expression,
            "for": scope.seconds(self.hold_seconds),
            "labels": {"severity": self.severity, **self.labels},
            "annotations": {
                "summary": self.summary,
                "description": self.description,
                "runbook": f"docs/runbooks/{self.name}.md",
                **({"runbook_url": f"{runbooks}/{self.name}.md"} if runbooks else {}),
            },
        }


def group(name: str, alerts: Iterable[Alert], scope: Scope, runbooks: str) -> dict[str, Any]:
    """A group of rules, evaluated together."""
    return {"name": name, "rules": [alert.rule(scope, runbooks) for alert in alerts]}


def beyond(expression: str, limit: Limit, severity: Severity) -> str:
    """The expression compared with its limit, the limit itself included."""
    value = limit.warning if severity == "warning" else limit.critical
    if value is None:
        raise ValueError(f"there is no limit of severity {severity}")
    if limit.below:
        return f"({expression}) < {number(value)}"
    return f"({expression}) >= {number(value)}"


def number(value: float) -> str:
    """As PromQL reads it, without the noise of floating point.

    >>> [number(each) for each in (30, 0.05, 14.4 * (1 - 0.99))]
    ['30', '0.05', '0.144']
    """
    return f"{value:.6g}"
