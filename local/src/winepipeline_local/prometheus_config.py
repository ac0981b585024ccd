"""What Prometheus is told on a laptop: where the services are, and the alerts of a cluster. Pure."""

from collections.abc import Sequence
from typing import Any, Final

from winepipeline_local.plan import HOST, ServicePlan
from winepipeline_operator.children.monitoring import rule_groups
from winepipeline_operator.platform import Platform
from winepipeline_operator.spec import WinePipeline

SCRAPE_SECONDS: Final = 1
"""A demo takes half a minute; in a cluster it is 15."""

RULES_FILE: Final = "rules.json"

_NOT_HERE: Final = ("WinePipelineBroker", "WinePipelineOperator", "WinePipelineReconcile", "WinePipelineNotReady")
"""Alerts about Redpanda and the operator, neither of which runs on a laptop."""


TARGETS_FILE: Final = "targets.json"
"""Prometheus reads it again whenever it changes: consumers come and go."""


def config(pipeline: WinePipeline) -> dict[str, Any]:
    """Prometheus' configuration."""
    return {
        "global": {"scrape_interval": f"{SCRAPE_SECONDS}s", "evaluation_interval": f"{SCRAPE_SECONDS}s"},
        "rule_files": [RULES_FILE],
        "scrape_configs": [
            {
                "job_name": pipeline.metadata.name,
                "file_sd_configs": [{"files": [TARGETS_FILE]}],
            }
        ],
    }


def targets(pipeline: WinePipeline, plans: Sequence[ServicePlan]) -> list[dict[str, Any]]:
    """Where the services are that run now; the labels are those that the monitors of a cluster give."""
    return [_target(pipeline, plan) for plan in plans]


def rules(pipeline: WinePipeline) -> dict[str, Any]:
    """The alerts of a cluster, as far as what they look at runs here."""
    groups = rule_groups(pipeline, Platform())
    for group in groups:
        group["rules"] = [rule for rule in group["rules"] if not rule["alert"].startswith(_NOT_HERE)]
    return {"groups": [group for group in groups if group["rules"]]}


def _target(pipeline: WinePipeline, plan: ServicePlan) -> dict[str, Any]:
    labels = {
        "namespace": pipeline.metadata.namespace,
        "pipeline": pipeline.metadata.name,
        "component": plan.module.removeprefix("winepipeline_"),
        "pod": plan.name,
    }
    return {"targets": [f"{HOST}:{plan.metrics_port}"], "labels": labels}
