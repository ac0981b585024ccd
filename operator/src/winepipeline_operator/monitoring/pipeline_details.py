"""The lower rows of a pipeline's dashboard: events, batches, the warehouse, scaling, producers, the broker."""

from typing import Final

from winepipeline_operator.monitoring import expressions as ask
from winepipeline_operator.monitoring import limits
from winepipeline_operator.monitoring.panel import PER_SECOND, Panel, Query
from winepipeline_operator.monitoring.scope import BY, FOR_PANELS

_ALL = FOR_PANELS


def _total(counter: str, *more: str) -> str:
    return f"sum by ({BY}) ({_ALL.series(counter, *more)})"


def _middle_and_slow(histogram: str) -> tuple[Query, ...]:
    return tuple(Query(ask.quantile(_ALL, histogram, share), f"p{share * 100:g}") for share in (0.5, 0.95))


def _in_range(counter: str) -> str:
    return f"sum by ({BY}) (increase({_ALL.series(counter)}[$__range]))"


EVENTS: Final = (
    Panel(
        "timeseries",
        "Events Consumed Rate",
        "Events read from the topic, a second.",
        PER_SECOND["events"],
        (Query(ask.total_rate(_ALL, "kafka_events_consumed_total")),),
        width=8,
    ),
    Panel(
        "timeseries",
        "Events Inserted to Snowflake (rate)",
        "Rows committed in the warehouse, a second. It follows the rate at which events are consumed, less the dead "
        "letters.",
        PER_SECOND["rows"],
        (Query(ask.landed_per_second(_ALL)),),
        width=8,
    ),
    Panel(
        "timeseries",
        "DLQ Messages",
        "Events turned away, a second, by the reason.",
        PER_SECOND["events"],
        (Query(ask.total_rate(_ALL, "kafka_events_dlq_total", by="reason"), "{{reason}}"),),
        width=8,
        stacked=True,
        runbook="WinePipelineDeadLetters",
    ),
    Panel(
        "stat",
        "Total Events Consumed",
        "Events read from the topic by the consumers that run now, since each of them started.",
        "short",
        (Query(_total("kafka_events_consumed_total")),),
        width=4,
        height=6,
    ),
    Panel(
        "table",
        "Events Summary",
        "What became of the events in the time that is chosen above, as the consumers counted. Consumed less inserted "
        "and dead letters is what is in hand, or was read again after a restart.",
        "short",
        (
            Query(_in_range("kafka_events_consumed_total"), "Consumed"),
            Query(_in_range("kafka_events_inserted_snowflake_total"), "Inserted"),
            Query(_in_range("kafka_events_dlq_total"), "Dead letters"),
            Query(ask.lag_events(_ALL), "Waiting"),
            Query(ask.freshness_seconds(_ALL, 0.5), "Freshness p50"),
        ),
        width=14,
        height=6,
        units={"Freshness p50": "s"},
    ),
    Panel(
        "stat",
        "Event size",
        "The mean size of an event, as it is in the topic.",
        "bytes",
        (
            Query(
                f"{ask.total_rate(_ALL, 'kafka_event_size_bytes_sum')} / "
                f"({ask.total_rate(_ALL, 'kafka_event_size_bytes_count')} > 0)"
            ),
        ),
        width=6,
        height=6,
    ),
)

BATCHES: Final = (
    Panel(
        "timeseries",
        "Current Batch Size",
        "Events in the batch that is being read, by consumer: small while the topic is quiet, large behind a backlog.",
        "short",
        (Query(f"max by (pod) ({_ALL.series('kafka_current_batch_size')})", "{{pod}}"),),
        width=8,
    ),
    Panel(
        "timeseries",
        "Batch Processing Duration",
        "Seconds from a batch's first event to its commit: the middle one, and one that is slower than 95 of 100.",
        "s",
        _middle_and_slow("kafka_batch_processing_duration_seconds"),
        width=8,
    ),
    Panel(
        "timeseries",
        "Snowflake Insert Duration",
        "Seconds that a load took in the warehouse, all its tries together. A resuming warehouse shows here.",
        "s",
        _middle_and_slow("snowflake_insert_duration_seconds"),
        width=8,
    ),
    Panel(
        "timeseries",
        "Stages of a load",
        "Seconds a second that each stage takes, all consumers together: where the time goes.",
        "s",
        (Query(ask.total_rate(_ALL, "winepipeline_stage_duration_seconds_sum", by="stage"), "{{stage}}"),),
        width=8,
        stacked=True,
    ),
    Panel(
        "timeseries",
        "Rows of the last load",
        "Rows that the last load of each consumer committed.",
        "short",
        (Query(f"max by (pod) ({_ALL.series('kafka_snowflake_insert_rows')})", "{{pod}}"),),
        width=8,
    ),
    Panel(
        "timeseries",
        "Warehouse errors",
        "Tries that the warehouse refused or did not answer, a second, by the reason.",
        PER_SECOND["times"],
        (Query(ask.total_rate(_ALL, "winepipeline_warehouse_errors_total", by="reason"), "{{reason}}"),),
        width=8,
        runbook="WinePipelineWarehouseErrors",
        no_value="none",
    ),
)

SCALING: Final = (
    Panel(
        "timeseries",
        "Consumers",
        "How many consumers the operator sees, and how many answer when they are scraped. More than the topic has "
        "partitions would idle.",
        "short",
        (
            Query(f"max by ({BY}) ({_ALL.series('winepipeline_operator_consumers')})", "seen by the operator"),
            Query(ask.up(_ALL, "consumer"), "answering"),
        ),
        width=8,
    ),
    Panel(
        "timeseries",
        "Busy",
        "The share of its time that each consumer works, or waits for the warehouse with a full batch in hand. At "
        "100 % it cannot do more.",
        "percentunit",
        (
            Query(
                f"clamp_max(sum by (pod) (rate({_ALL.series('winepipeline_busy_seconds_total')}[{_ALL.window}])), 1)",
                "{{pod}}",
            ),
        ),
        width=8,
    ),
    Panel(
        "timeseries",
        "Partitions that moved",
        "Rebalances of the consumer group, a second, and batches that were dropped because another consumer had loaded "
        "them.",
        PER_SECOND["times"],
        (
            Query(ask.total_rate(_ALL, "winepipeline_rebalances_total", by="kind"), "{{kind}}"),
            Query(ask.total_rate(_ALL, "winepipeline_fenced_batches_total"), "fenced batches"),
        ),
        width=8,
    ),
)

PRODUCERS: Final = (
    Panel(
        "timeseries",
        "Events produced",
        "Events that the broker has taken from the producers, a second.",
        PER_SECOND["events"],
        (Query(ask.total_rate(_ALL, "winepipeline_events_produced_total", by="event_type"), "{{event_type}}"),),
        width=8,
        stacked=True,
    ),
    Panel(
        "timeseries",
        "Delivery",
        "Seconds from an event's making to the broker's word that it has it.",
        "s",
        _middle_and_slow("winepipeline_delivery_latency_seconds"),
        width=8,
    ),
    Panel(
        "timeseries",
        "Delivery failures",
        "Events that the broker never took, a second.",
        PER_SECOND["events"],
        (Query(ask.delivery_failures_per_second(_ALL), "failures"),),
        limit=limits.DELIVERY_FAILURES,
        width=8,
        runbook="WinePipelineDeliveryFailures",
    ),
)

BACKFILL: Final = (
    Panel(
        "stat",
        "Backfill done",
        "The share of the history's rows that are in the warehouse. No value while no backfill runs.",
        "percentunit",
        (
            Query(
                f"max by ({BY}) ({_ALL.series('winepipeline_backfill_rows_done')} / "
                f"({_ALL.series('winepipeline_backfill_rows')} > 0))"
            ),
        ),
        width=6,
        height=6,
        no_value="no backfill",
    ),
    Panel(
        "stat",
        "Backfill: time left",
        "In how long the history is loaded, at the present speed. No value while no backfill runs, or nobody knows.",
        "s",
        (Query(f"max by ({BY}) ({_ALL.series('winepipeline_backfill_seconds_left')} >= 0)"),),
        width=6,
        height=6,
        no_value="no backfill",
    ),
    Panel(
        "timeseries",
        "Backfill: rows landed",
        "Rows of the history that were committed in the warehouse, a second, and those that were turned away.",
        PER_SECOND["rows"],
        (
            Query(ask.total_rate(_ALL, "winepipeline_backfill_events_loaded_total"), "loaded"),
            Query(ask.total_rate(_ALL, "winepipeline_backfill_events_rejected_total"), "turned away"),
        ),
        height=6,
        no_value="no backfill",
    ),
)

BROKER: Final = (
    Panel(
        "stat",
        "Brokers that do not answer",
        "Of the pipeline's own brokers. No value where the broker is not the operator's.",
        "short",
        (Query(ask.brokers_down(_ALL)),),
        limit=limits.BROKERS_DOWN,
        width=6,
        height=6,
        runbook="WinePipelineBrokerDown",
        no_value="external",
    ),
    Panel(
        "stat",
        "Partitions without a leader",
        "Nothing is read from these or written to them.",
        "short",
        (Query(ask.unavailable_partitions(_ALL)),),
        limit=limits.UNAVAILABLE_PARTITIONS,
        width=6,
        height=6,
        runbook="WinePipelineBrokerDown",
        no_value="external",
    ),
    Panel(
        "timeseries",
        "Free disk of the brokers",
        "The free share of the disk of the broker that has least. The dashed lines are the alerts'.",
        "percentunit",
        (Query(ask.disk_free_share(_ALL)),),
        limit=limits.DISK_FREE_SHARE,
        height=6,
        runbook="WinePipelineBrokerDiskFilling",
        no_value="external",
    ),
)
