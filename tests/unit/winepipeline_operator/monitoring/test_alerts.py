"""Alerts: each says what it means, leads to its runbook, and compares with a limit that the dashboards show."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from winepipeline_operator.monitoring.alert import Alert, number
from winepipeline_operator.monitoring.limits import BURNS, FRESHNESS_OBJECTIVE, OBJECTIVE_DAYS
from winepipeline_operator.monitoring.operator_alerts import operator_alerts
from winepipeline_operator.monitoring.pipeline_alerts import pipeline_alerts
from winepipeline_operator.monitoring.scope import for_alerts
from winepipeline_operator.platform import Platform
from winepipeline_operator.spec import WinePipeline

RUNBOOKS = Path(__file__).parents[4] / "docs" / "runbooks"
SCOPE = for_alerts("wine", "albert")
Make = Callable[[dict[str, Any]], WinePipeline]


def alerts_of(pipeline: WinePipeline) -> list[Alert]:
    return [*pipeline_alerts(pipeline, SCOPE), *operator_alerts(SCOPE)]


def test_every_alert_says_what_it_means_and_where_to_read_on(pipeline: Make) -> None:
    """Whoever is woken learns from the message what is wrong and what to do first."""
    for alert in alerts_of(pipeline({})):
        rule = alert.rule(SCOPE, "https://runbooks.example")
        assert "{{ $labels.namespace }}/{{ $labels.pipeline }}" in rule["annotations"]["summary"]
        assert rule["annotations"]["description"].endswith(".")
        assert rule["annotations"]["runbook_url"] == f"https://runbooks.example/{alert.name}.md"
        assert rule["labels"]["severity"] in {"warning", "critical"}


def test_no_alert_claims_an_address_that_nobody_gave(pipeline: Make) -> None:
    """Without the address of the runbooks an alert names the file alone, and has no link that leads nowhere."""
    assert Platform().runbooks == ""
    for alert in alerts_of(pipeline({})):
        annotations = alert.rule(SCOPE, Platform().runbooks)["annotations"]
        assert annotations["runbook"] == f"docs/runbooks/{alert.name}.md"
        assert "runbook_url" not in annotations


def test_every_alert_has_a_runbook_and_every_runbook_an_alert(pipeline: Make) -> None:
    """No link leads nowhere, and no page is about an alert that does not exist any more."""
    written = {page.stem: page.read_text(encoding="utf-8") for page in RUNBOOKS.glob("WinePipeline*.md")}
    assert set(written) == {alert.name for alert in alerts_of(pipeline({}))}
    for name, text in written.items():
        assert text.startswith(f"# {name}\n"), name
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Meaning", "Impact", "Diagnosis", "Mitigation"], name


def test_an_alert_compares_with_its_limit(pipeline: Make) -> None:
    """The figure in the rule is the figure on the dashboard."""
    for alert in alerts_of(pipeline({})):
        if alert.labels.get("what") in {"forecast", "gone"} or "absent(" in alert.expression:
            continue
        value = alert.limit.warning if alert.severity == "warning" else alert.limit.critical
        assert value is not None
        assert f" {number(value)}" in alert.expression


def test_alerts_of_one_name_can_be_told_apart(pipeline: Make) -> None:
    """Two rules of one name never yield the same series, or Prometheus would mix up their states."""
    seen = [(alert.name, alert.severity, *sorted(alert.labels.items())) for alert in alerts_of(pipeline({}))]
    assert len(seen) == len(set(seen))


def test_the_burn_alerts_leave_time_before_the_budget_is_used_up() -> None:
    """At the speed that fires it, the critical alert comes when 2 % of the month's budget is gone, the other at 5 %."""
    month_hours = OBJECTIVE_DAYS * 24
    spent = {burn.severity: burn.factor * burn.long_seconds / 3600 / month_hours for burn in BURNS}
    assert spent == {"critical": pytest.approx(0.02), "warning": pytest.approx(0.05)}
    assert all(burn.factor * (1 - FRESHNESS_OBJECTIVE) < 1 for burn in BURNS), "a share above 1 never fires"


def test_a_paused_pipeline_does_not_miss_its_consumers(pipeline: Make) -> None:
    """Whoever pauses a pipeline is not woken for it."""
    assert "WinePipelineConsumerDown" in {alert.name for alert in alerts_of(pipeline({}))}
    paused = {alert.name for alert in alerts_of(pipeline({"paused": True}))}
    assert not paused & {"WinePipelineConsumerDown", "WinePipelinePartitionsUnread"}


def test_a_pipeline_that_may_sleep_is_missed_only_while_events_wait(pipeline: Make) -> None:
    """Scaling to zero wakes nobody."""
    sleepy = pipeline({"consumer": {"scaling": {"minReplicas": 0}}})
    down = next(alert for alert in alerts_of(sleepy) if alert.name == "WinePipelineConsumerDown")
    assert "winepipeline_operator_lag_events" in down.expression


def test_a_broker_of_somebody_else_s_is_not_watched(pipeline: Make) -> None:
    """There are no alerts about disks that the operator does not own."""
    external = pipeline({"broker": {"redpanda": None, "external": {"bootstrapServers": "kafka:9092"}}})
    assert not [alert.name for alert in alerts_of(external) if "Broker" in alert.name]
