"""The dashboard of a pipeline: do the sales arrive in Snowflake, how fresh, and if not, where do they stick."""

from typing import Final

from winepipeline_operator.monitoring import expressions as ask
from winepipeline_operator.monitoring import limits, operator_alerts
from winepipeline_operator.monitoring.dashboard import Annotation, Dashboard, Variable
from winepipeline_operator.monitoring.panel import PER_SECOND, Panel, Query
from winepipeline_operator.monitoring.pipeline_details import BACKFILL, BATCHES, BROKER, EVENTS, PRODUCERS, SCALING
from winepipeline_operator.monitoring.scope import BY, FOR_PANELS

PIPELINE_UID: Final = "kafka-consumer-snowflake"
FLEET_UID: Final = "winepipeline-fleet"

_ALL = FOR_PANELS

NAMESPACE = Variable("namespace", "Namespace", 'label_values(up{pipeline!=""}, namespace)')
PIPELINE = Variable("pipeline", "Pipeline", 'label_values(up{namespace=~"$namespace", pipeline!=""}, pipeline)')
TOPIC = Variable("topic", "Topic", f"label_values({_ALL.series('kafka_consumer_lag')}, topic)", every=True)

ANNOTATIONS: Final = (
    Annotation(
        "Spec changed",
        f"changes({_ALL.series('winepipeline_operator_observed_generation')}[1m]) > 0",
        "blue",
        "the resource {{pipeline}} was changed",
    ),
    Annotation(
        "Scaled",
        f"changes(({ask.up(_ALL, 'consumer')})[1m:15s]) > 0",
        "purple",
        "{{pipeline}}: the number of consumers that answer has changed",
    ),
    Annotation(
        "Alert",
        f"max by ({BY}, alertname, severity) ({_ALL.series('ALERTS', alertstate='firing')})",
        "red",
        "{{alertname}} ({{severity}})",
    ),
)

READY: Final = Panel(
    "stat",
    "Ready",
    "Whether the operator finds every part of the pipeline as it should be. If not, `kubectl describe winepipeline` "
    "says which part is not, and why.",
    "none",
    (Query(operator_alerts.ready(_ALL)),),
    limit=limits.NOT_READY,
    width=4,
    height=5,
    runbook="WinePipelineNotReady",
    words={"1": ("Ready", "green"), "0": ("Not ready", "orange"), "-1": ("Unknown", "orange")},
    no_value="no operator",
)

_FIRST = (
    Panel(
        "stat",
        "Freshness (p99)",
        "How old an event is when it can be queried in the warehouse: of a hundred events ninety-nine are fresher. "
        "Red from the objective on.",
        "s",
        (Query(ask.freshness_seconds(_ALL, 0.99)),),
        limit=limits.FRESHNESS_SECONDS,
        width=4,
        height=5,
        runbook="WinePipelineFreshnessBurn",
        no_value="nothing landed",
    ),
    Panel(
        "stat",
        "Lag in seconds",
        "The age of the oldest event that was read and is not committed; the largest of the last minute. It grows "
        "while the warehouse does not take loads, or consumers are too few.",
        "s",
        (Query(ask.lag_seconds(_ALL)),),
        limit=limits.LAG_SECONDS,
        width=4,
        height=5,
        runbook="WinePipelineLagGrowing",
    ),
    Panel(
        "stat",
        "Time to drain",
        "In how long that which waits in the topic now is loaded, at the present speed. Infinite while events wait and "
        "none is loaded.",
        "s",
        (Query(ask.drain_seconds(_ALL)),),
        width=4,
        height=5,
    ),
    Panel(
        "stat",
        "Rows per second landed",
        "Rows that were committed in the warehouse, a second.",
        PER_SECOND["rows"],
        (Query(ask.landed_per_second(_ALL)),),
        width=4,
        height=5,
    ),
    Panel(
        "stat",
        "Dead letters",
        "The share of events that are turned away. Each is in the dead-letter topic and in the table of rejects, with "
        "the reason.",
        "percentunit",
        (Query(ask.dead_letter_share(_ALL)),),
        limit=limits.DEAD_LETTER_SHARE,
        width=4,
        height=5,
        runbook="WinePipelineDeadLetters",
        no_value="nothing landed",
    ),
    READY,
)

_STICKS = (
    Panel(
        "timeseries",
        "Freshness",
        "Seconds from an event's production to the commit that makes it queryable. The dashed line is the objective.",
        "s",
        tuple(Query(ask.freshness_seconds(_ALL, share), f"p{share * 100:g}") for share in (0.5, 0.95, 0.99)),
        limit=limits.FRESHNESS_SECONDS,
        width=8,
        runbook="WinePipelineFreshnessBurn",
    ),
    Panel(
        "timeseries",
        "Late events",
        "The share of events that became queryable later than the objective allows. The dashed lines are where the "
        "alerts on the month's budget begin.",
        "percentunit",
        (Query(ask.late_share(_ALL)),),
        limit=limits.LATE_SHARE,
        width=8,
        runbook="WinePipelineFreshnessBurn",
    ),
    Panel(
        "timeseries",
        "Consumer lag",
        "Events in each partition that are not committed to the warehouse. Whether many are too many depends on the "
        "speed: see the lag in seconds.",
        "short",
        (Query(ask.lag_by_partition(_ALL), "{{topic}}-{{partition}}"),),
        width=8,
        stacked=True,
    ),
    Panel(
        "stat",
        "Longest wait for a commit",
        "Seconds since the last commit of the consumer for which that is longest, among those with events waiting. 0 "
        "while none waits.",
        "s",
        (Query(ask.longest_stall_seconds(_ALL)),),
        limit=limits.STALLED_SECONDS,
        width=6,
        height=5,
        runbook="WinePipelineConsumerStalled",
    ),
    Panel(
        "stat",
        "Warehouse",
        "Whether a consumer is trying the warehouse again at the moment.",
        "none",
        (Query(ask.warehouse_trouble(_ALL)),),
        limit=limits.WAREHOUSE_TROUBLE,
        width=6,
        height=5,
        runbook="WinePipelineWarehouseErrors",
        words={"0": ("Takes loads", "green"), "1": ("Tried again", "orange")},
    ),
    Panel(
        "stat",
        "Missing or doubled events",
        "What the last audit of the consumers found: events that the tables do not have, or have twice.",
        "short",
        (Query(ask.audit_faults(_ALL)),),
        limit=limits.AUDIT_FAULTS,
        width=6,
        height=5,
        runbook="WinePipelineAuditFailed",
    ),
    Panel(
        "stat",
        "Audits overdue",
        "How many audits should have held since the last one that did, of the consumer for which that is most.",
        "suffix: intervals",
        (Query(ask.audit_age(_ALL)),),
        limit=limits.AUDIT_AGE,
        width=6,
        height=5,
        runbook="WinePipelineAuditOverdue",
        no_value="none",
    ),
    Panel(
        "stat",
        "Consumers",
        "How many consumers answer when they are scraped. None in a pipeline that sleeps is well.",
        "short",
        (Query(ask.up(_ALL, "consumer")),),
        limit=limits.CONSUMERS_UP,
        width=6,
        height=5,
        runbook="WinePipelineConsumerDown",
        no_value="none",
    ),
)


def pipeline_dashboard() -> Dashboard:
    """The same for every pipeline: variables choose which one it shows."""
    return Dashboard(
        uid=PIPELINE_UID,
        title="WinePipeline: Kafka to Snowflake",
        description="Do the sales arrive in Snowflake, how fresh are they, and if not, where do they stick.",
        rows={
            "What matters first": _FIRST,
            "Where it sticks": _STICKS,
            "Events": EVENTS,
            "Batches and warehouse": BATCHES,
            "Scaling": SCALING,
            "Producers": PRODUCERS,
            "Broker": BROKER,
            "Backfill": BACKFILL,
        },
        variables=(NAMESPACE, PIPELINE, TOPIC),
        annotations=ANNOTATIONS,
        links={"All pipelines and the operator": FLEET_UID},
    )
