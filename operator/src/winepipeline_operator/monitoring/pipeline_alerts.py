"""The alerts of one pipeline: is it fresh, does it move, is anything lost, do its neighbours work."""

from collections.abc import Iterator

from winepipeline_operator.monitoring import expressions, limits
from winepipeline_operator.monitoring.alert import Alert, Severity, beyond
from winepipeline_operator.monitoring.scope import BY, Scope
from winepipeline_operator.spec import WinePipeline

_OF = "{{ $labels.namespace }}/{{ $labels.pipeline }}"
_BOTH: tuple[Severity, ...] = ("critical", "warning")


def pipeline_alerts(pipeline: WinePipeline, scope: Scope) -> tuple[Alert, ...]:
    """All that can be seen in what the pipeline's own processes say of themselves.

    A pipeline that is paused has no consumers and no alerts about them.
    """
    spec = pipeline.spec
    alerts = [*_freshness(scope), *_movement(scope), *_losses(scope), *_neighbours(scope)]
    if not spec.paused:
        alerts.extend([_no_consumer(pipeline, scope), _unread(pipeline.spec.topic.partitions, scope)])
    if spec.broker.redpanda is not None:
        alerts.extend(_broker(spec.broker.redpanda.replicas, scope))
    return tuple(alerts)


def _freshness(scope: Scope) -> Iterator[Alert]:
    bound = limits.FRESHNESS_SECONDS.values[0]
    for burn in limits.BURNS:
        severity: Severity = "critical" if burn.severity == "critical" else "warning"
        late = [
            beyond(expressions.late_share(scope, scope.seconds(seconds)), limits.LATE_SHARE, severity)
            for seconds in (burn.long_seconds, burn.short_seconds)
        ]
        yield Alert(
            name="WinePipelineFreshnessBurn",
            severity=severity,
            limit=limits.LATE_SHARE,
            expression=f"{late[0]} and {late[1]}",
            hold_seconds=burn.hold_seconds,
            summary=f"{_OF}: {{{{ $value | humanizePercentage }}}} of the events are late",
            description=f"Events became queryable later than {bound:g} s after they were produced, {burn.factor:g} "
            f"times as many as the objective ({limits.FRESHNESS_OBJECTIVE:.0%} in time) can bear. Look where the time "
            "goes: the panels on lag, on the warehouse and on the stages of a load.",
            labels={"window": scope.seconds(burn.long_seconds)},
        )


def _movement(scope: Scope) -> Iterator[Alert]:
    growing = f"({expressions.lag_growth(scope)} > 0)"
    for severity in _BOTH:
        yield Alert(
            name="WinePipelineLagGrowing",
            severity=severity,
            limit=limits.LAG_SECONDS,
            expression=f"{beyond(expressions.lag_seconds(scope), limits.LAG_SECONDS, severity)} and {growing}",
            hold_seconds=300,
            summary=f"{_OF}: events wait {{{{ $value | humanizeDuration }}}}, and ever more of them",
            description="The oldest event that waits is old, and more arrive than are loaded: this does not end by "
            "itself. Look whether the consumers are as many as they may be, and whether the warehouse is slow.",
        )
    yield Alert(
        name="WinePipelineConsumerStalled",
        severity="critical",
        limit=limits.STALLED_SECONDS,
        expression=beyond(expressions.stalled(scope), limits.STALLED_SECONDS, "critical"),
        hold_seconds=60,
        summary=f"{_OF}: {{{{ $labels.pod }}}} has loaded nothing for {{{{ $value | humanizeDuration }}}}",
        description="Events wait for this consumer and it commits none. Its log says what it waits for; its /healthz "
        "says whether Kubernetes is about to start it again.",
    )


def _no_consumer(pipeline: WinePipeline, scope: Scope) -> Alert:
    gone = beyond(expressions.up_or_none(scope, "consumer"), limits.CONSUMERS_UP, "critical")
    if pipeline.spec.consumer.scaling.min_replicas == 0:  # it may sleep, but not while events wait
        gone = f"{gone} and on ({BY}) {scope.series('winepipeline_operator_lag_events')} > 0"
    return Alert(
        name="WinePipelineConsumerDown",
        severity="critical",
        limit=limits.CONSUMERS_UP,
        expression=gone,
        hold_seconds=120,
        summary=f"{_OF}: no consumer answers",
        description="Nothing is loaded. The events stay in the topic for as long as its retention says, and are "
        "loaded when a consumer is there again. Look at the consumers' pods and their last words.",
    )


def _unread(partitions: int, scope: Scope) -> Alert:
    return Alert(
        name="WinePipelinePartitionsUnread",
        severity="critical",
        limit=limits.UNREAD_PARTITIONS,
        expression=beyond(expressions.unread_partitions(scope, partitions), limits.UNREAD_PARTITIONS, "critical"),
        hold_seconds=300,
        summary=f"{_OF}: nobody reads {{{{ $value }}}} of {partitions} partitions",
        description="Consumers answer, but none has claimed these partitions: their events wait, and no lag is told of "
        "them. Look at the log of the consumer that reads nothing.",
    )


def _losses(scope: Scope) -> Iterator[Alert]:
    for severity in _BOTH:
        yield Alert(
            name="WinePipelineDeadLetters",
            severity=severity,
            limit=limits.DEAD_LETTER_SHARE,
            expression=beyond(expressions.dead_letter_share(scope), limits.DEAD_LETTER_SHARE, severity),
            hold_seconds=120,
            summary=f"{_OF}: {{{{ $value | humanizePercentage }}}} of the events are turned away",
            description="They are in the dead-letter topic and in the table of rejects, each with its reason. Most "
            "often a producer was changed. Look which reason grows.",
        )
    yield Alert(
        name="WinePipelineAuditFailed",
        severity="critical",
        limit=limits.AUDIT_FAULTS,
        expression=beyond(expressions.audit_faults(scope), limits.AUDIT_FAULTS, "critical"),
        hold_seconds=0,
        summary=f"{_OF}: {{{{ $value }}}} events are missing or there twice",
        description="The ledger and the table do not agree: somebody changed the table, or exactly-once is broken. "
        "Nothing repairs this by itself. Run `winepipeline audit` and keep what it prints.",
    )
    yield Alert(
        name="WinePipelineAuditOverdue",
        severity="warning",
        limit=limits.AUDIT_AGE,
        expression=beyond(expressions.audit_age(scope), limits.AUDIT_AGE, "warning"),
        hold_seconds=1800,
        summary=f"{_OF}: no audit of a consumer has held for {{{{ $value | humanize }}}} intervals, and rows land",
        description="Whether events are missing or there twice is not known since then. The consumer's log says why "
        "the audit was not made.",
    )


def _neighbours(scope: Scope) -> Iterator[Alert]:
    yield Alert(
        name="WinePipelineWarehouseErrors",
        severity="warning",
        limit=limits.WAREHOUSE_TROUBLE,
        expression=beyond(expressions.warehouse_trouble(scope), limits.WAREHOUSE_TROUBLE, "warning"),
        hold_seconds=120,
        summary=f"{_OF}: the warehouse has not taken a load for two minutes",
        description="A consumer tries again and again and loses nothing; what it waits for is the reason in its log "
        "and in winepipeline_warehouse_errors_total.",
    )
    yield Alert(
        name="WinePipelineDeliveryFailures",
        severity="warning",
        limit=limits.DELIVERY_FAILURES,
        expression=beyond(expressions.delivery_failures_per_second(scope), limits.DELIVERY_FAILURES, "warning"),
        hold_seconds=120,
        summary=f"{_OF}: producers cannot deliver",
        description="The broker has not taken {{ $value | humanize }} events a second; they are lost unless whoever "
        "made them makes them again. Look at the broker.",
    )


def _broker(replicas: int, scope: Scope) -> Iterator[Alert]:
    down = f"{replicas} - ({expressions.up_or_none(scope, 'redpanda')})"
    yield Alert(
        name="WinePipelineBrokerDown",
        severity="critical",
        limit=limits.BROKERS_DOWN,
        expression=beyond(down, limits.BROKERS_DOWN, "critical"),
        hold_seconds=120,
        summary=f"{_OF}: {{{{ $value }}}} of {replicas} brokers do not answer",
        description="With one broker nothing can be produced or loaded until it is back; with three the topic goes on "
        "without one of them. Look at the broker's pods and their volumes.",
    )
    yield Alert(
        name="WinePipelineBrokerDown",
        severity="critical",
        limit=limits.UNAVAILABLE_PARTITIONS,
        expression=beyond(expressions.unavailable_partitions(scope), limits.UNAVAILABLE_PARTITIONS, "critical"),
        hold_seconds=120,
        summary=f"{_OF}: {{{{ $value }}}} partitions have no leader",
        description="Nothing is read from these partitions or written to them. Look at the broker's pods.",
        labels={"what": "partitions"},
    )
    for severity in _BOTH:
        yield Alert(
            name="WinePipelineBrokerDiskFilling",
            severity=severity,
            limit=limits.DISK_FREE_SHARE,
            expression=beyond(expressions.disk_free_share(scope), limits.DISK_FREE_SHARE, severity),
            hold_seconds=300,
            summary=f"{_OF}: {{{{ $value | humanizePercentage }}}} of a broker's disk is free",
            description="A full disk stops the broker from taking events. Make the volume larger or the retention "
            "shorter.",
        )
    yield Alert(
        name="WinePipelineBrokerDiskFilling",
        severity="warning",
        limit=limits.DISK_FREE_SHARE,
        expression=f"{expressions.disk_full_in_hours(scope, 24)} < 0",
        hold_seconds=3600,
        summary=f"{_OF}: a broker's disk will be full within a day",
        description="It fills as fast as that in the last hour. Make the volume larger or the retention shorter.",
        labels={"what": "forecast"},
    )
