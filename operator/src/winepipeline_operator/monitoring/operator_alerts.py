"""The alerts on the operator's care for one pipeline."""

from winepipeline_operator.monitoring import limits
from winepipeline_operator.monitoring.alert import Alert, beyond
from winepipeline_operator.monitoring.scope import BY, Scope

_SINCE = "winepipeline_operator_seconds_since_success"
_OF = "{{ $labels.namespace }}/{{ $labels.pipeline }}"


def failing_reconciles(scope: Scope) -> str:
    """Reconciles of the last quarter of an hour that failed."""
    failures = scope.series("winepipeline_operator_reconcile_errors_total")
    return f"sum by ({BY}) (increase({failures}[{scope.seconds(900)}]))"


def silent_seconds(scope: Scope) -> str:
    """Seconds since the operator last looked at the pipeline and found that all could be done."""
    return f"max by ({BY}) ({scope.series(_SINCE)})"


def ready(scope: Scope) -> str:
    """1 while the pipeline is Ready, 0 while it is not, -1 while nobody knows."""
    return f"max by ({BY}) ({scope.series('winepipeline_condition', type='Ready')})"


def gone(scope: Scope) -> str:
    """Whether the operator was heard of within the last hour and is not any more; none where it is not scraped."""
    heard = f"max by ({BY}) (count_over_time({scope.series(_SINCE)}[{scope.seconds(3600)}]))"
    return f"{heard} unless {silent_seconds(scope)}"


def operator_alerts(scope: Scope) -> tuple[Alert, ...]:
    """Whether the operator still does its work for this pipeline; they need the operator's own metrics."""
    return (
        Alert(
            name="WinePipelineReconcileFailing",
            severity="warning",
            limit=limits.FAILING_RECONCILES,
            expression=beyond(failing_reconciles(scope), limits.FAILING_RECONCILES, "warning"),
            hold_seconds=300,
            summary=f"{_OF}: the operator fails to make it so",
            description="The pipeline goes on as it is, but changes of the resource and drift are not followed. The "
            "operator's log and the resource's conditions say why.",
        ),
        Alert(
            name="WinePipelineOperatorSilent",
            severity="critical",
            limit=limits.SILENT_SECONDS,
            expression=beyond(silent_seconds(scope), limits.SILENT_SECONDS, "critical"),
            hold_seconds=60,
            summary=f"{_OF}: the operator has not looked for {{{{ $value | humanizeDuration }}}}",
            description="The pipeline goes on as it is, but nothing scales it, mends it or follows changes of the "
            "resource. Look whether the operator's pod runs.",
        ),
        Alert(
            name="WinePipelineOperatorSilent",
            severity="critical",
            limit=limits.SILENT_SECONDS,
            expression=gone(scope),
            hold_seconds=limits.SILENT_SECONDS.values[0],
            summary=f"{_OF}: the operator does not answer",
            description="Its metrics are gone. The pipeline goes on as it is, but nothing scales it, mends it or "
            "follows changes of the resource. Look whether the operator's pod runs.",
            labels={"what": "gone"},
        ),
        Alert(
            name="WinePipelineNotReady",
            severity="warning",
            limit=limits.NOT_READY,
            expression=beyond(ready(scope), limits.NOT_READY, "warning"),
            hold_seconds=900,
            summary=f"{_OF} has not been Ready for a quarter of an hour",
            description="The resource's conditions say which part is not, why, and what to do.",
        ),
    )
