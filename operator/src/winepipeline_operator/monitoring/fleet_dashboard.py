"""The dashboard of all pipelines, and of the operator that looks after them."""

from dataclasses import replace
from typing import Final

from winepipeline_operator.monitoring import expressions as ask
from winepipeline_operator.monitoring import limits, operator_alerts
from winepipeline_operator.monitoring.dashboard import Dashboard
from winepipeline_operator.monitoring.panel import PER_SECOND, Panel, Query
from winepipeline_operator.monitoring.pipeline_dashboard import (
    ANNOTATIONS,
    FLEET_UID,
    NAMESPACE,
    PIPELINE,
    PIPELINE_UID,
    TOPIC,
)
from winepipeline_operator.monitoring.scope import FOR_PANELS

_ALL = FOR_PANELS
_WHICH: Final = "{{namespace}}/{{pipeline}}"

_PIPELINES = (
    Panel(
        "table",
        "Pipelines",
        "A row for each pipeline: ready (1) or not (0), how fresh, how far behind, how fast, what is turned away, how "
        "many consumers answer.",
        "short",
        (
            Query(operator_alerts.ready(_ALL), "Ready"),
            Query(ask.freshness_seconds(_ALL, 0.99), "Freshness p99"),
            Query(ask.lag_seconds(_ALL), "Lag in seconds"),
            Query(ask.drain_seconds(_ALL), "Time to drain"),
            Query(ask.landed_per_second(_ALL), "Rows landed"),
            Query(ask.dead_letter_share(_ALL), "Dead letters"),
            Query(ask.up(_ALL, "consumer"), "Consumers"),
        ),
        width=24,
        height=9,
        units={
            "Freshness p99": "s",
            "Lag in seconds": "s",
            "Time to drain": "s",
            "Rows landed": PER_SECOND["rows"],
            "Dead letters": "percentunit",
        },
    ),
    Panel(
        "timeseries",
        "Freshness (p99) by pipeline",
        "How old an event is when it can be queried. The dashed line is the objective.",
        "s",
        (Query(ask.freshness_seconds(_ALL, 0.99), _WHICH),),
        limit=limits.FRESHNESS_SECONDS,
        width=8,
        runbook="WinePipelineFreshnessBurn",
    ),
    Panel(
        "timeseries",
        "Lag in seconds by pipeline",
        "The age of the oldest event that was read and is not committed.",
        "s",
        (Query(ask.lag_seconds(_ALL), _WHICH),),
        limit=limits.LAG_SECONDS,
        width=8,
        runbook="WinePipelineLagGrowing",
    ),
    Panel(
        "timeseries",
        "Rows landed by pipeline",
        "Rows that were committed in the warehouse, a second.",
        PER_SECOND["rows"],
        (Query(ask.landed_per_second(_ALL), _WHICH),),
        width=8,
        stacked=True,
    ),
)

_OPERATOR = (
    Panel(
        "timeseries",
        "Reconciles",
        "How often the operator looks at a pipeline and makes it so, and how often that fails, by the reason.",
        PER_SECOND["times"],
        (
            Query(ask.total_rate(_ALL, "winepipeline_operator_reconciles_total", by=""), "all"),
            Query(ask.total_rate(_ALL, "winepipeline_operator_reconcile_errors_total", by="reason"), "{{reason}}"),
        ),
        width=8,
    ),
    Panel(
        "timeseries",
        "Duration of a reconcile",
        "Seconds that one took, all pipelines together.",
        "s",
        tuple(
            Query(
                ask.quantile(
                    replace(_ALL, matchers=""), "winepipeline_operator_reconcile_duration_seconds", share, by=""
                ),
                f"p{share * 100:g}",
            )
            for share in (0.5, 0.95)
        ),
        width=8,
    ),
    Panel(
        "timeseries",
        "Failed reconciles",
        "Those of the last quarter of an hour, by pipeline. The dashed line is where the alert begins.",
        "short",
        (Query(operator_alerts.failing_reconciles(_ALL), _WHICH),),
        limit=limits.FAILING_RECONCILES,
        width=8,
        runbook="WinePipelineReconcileFailing",
    ),
    Panel(
        "timeseries",
        "Since the last look",
        "Seconds since the operator last looked at each pipeline. The dashed line is where the alert begins.",
        "s",
        (Query(operator_alerts.silent_seconds(_ALL), _WHICH),),
        limit=limits.SILENT_SECONDS,
        runbook="WinePipelineOperatorSilent",
    ),
    Panel(
        "timeseries",
        "Consumers by pipeline",
        "How many consumers of each pipeline answer when they are scraped.",
        "short",
        (Query(ask.up(_ALL, "consumer"), _WHICH),),
        stacked=True,
    ),
)


def fleet_dashboard() -> Dashboard:
    """All pipelines at once."""
    return Dashboard(
        uid=FLEET_UID,
        title="WinePipeline: all pipelines and the operator",
        description="Which pipeline needs a look, and does the operator do its work.",
        rows={"Pipelines": _PIPELINES, "Operator": _OPERATOR},
        variables=(replace(NAMESPACE, every=True), replace(PIPELINE, every=True), TOPIC),
        annotations=ANNOTATIONS,
        links={"One pipeline": PIPELINE_UID},
    )
