"""The PromQL of what is both shown and alerted on. Each function says what it yields, in which unit, by pipeline."""

from winepipeline_operator.monitoring.limits import FRESHNESS_SECONDS
from winepipeline_operator.monitoring.scope import BY, Scope

FRESHNESS = "winepipeline_event_freshness_seconds"


def total_rate(scope: Scope, counter: str, *more: str, by: str = BY) -> str:
    """A counter's growth, in units a second."""
    return f"sum by ({by}) (rate({scope.series(counter, *more)}[{scope.rate_window}]))"


def quantile(scope: Scope, histogram: str, share: float, by: str = BY) -> str:
    """A quantile of a histogram, in the histogram's unit; no value while nothing is observed."""
    bounds = f"{by}, le" if by else "le"
    return f"histogram_quantile({share}, {total_rate(scope, f'{histogram}_bucket', by=bounds)})"


def freshness_seconds(scope: Scope, share: float) -> str:
    """How old an event is when it can be queried, in seconds."""
    return quantile(scope, FRESHNESS, share)


def late_share(scope: Scope, window: str = "") -> str:
    """The share of events that became queryable later than the objective allows, 0 … 1; none while nothing lands."""
    window = window or scope.rate_window
    bound = float(FRESHNESS_SECONDS.values[0])
    in_time = f"sum by ({BY}) (rate({scope.series(f'{FRESHNESS}_bucket', le=str(bound))}[{window}]))"
    every = f"sum by ({BY}) (rate({scope.series(f'{FRESHNESS}_count')}[{window}]))"
    return f"1 - {in_time} / ({every} > 0)"


def landed_per_second(scope: Scope) -> str:
    """Rows committed in the warehouse, a second."""
    return total_rate(scope, "kafka_events_inserted_snowflake_total")


def dead_letters_per_second(scope: Scope) -> str:
    """Events turned away, a second."""
    return total_rate(scope, "kafka_events_dlq_total")


def dead_letter_share(scope: Scope) -> str:
    """The share of events that are turned away, 0 … 1; none while nothing is loaded."""
    return f"{dead_letters_per_second(scope)} / ({_done_per_second(scope)} > 0)"


def lag_events(scope: Scope) -> str:
    """Events that wait in the topic. While a partition moves, two consumers may tell of it: it counts once."""
    return f"sum by ({BY}) ({_by_partition(scope, 'kafka_consumer_lag')})"


def lag_by_partition(scope: Scope) -> str:
    """Events that wait in each partition."""
    return _by_partition(scope, "kafka_consumer_lag")


def lag_seconds(scope: Scope) -> str:
    """The age of the oldest event that was read and is not committed, in seconds: the largest of the last minute."""
    return f"max by ({BY}) (max_over_time({scope.series('winepipeline_lag_seconds')}[{scope.seconds(60)}]))"


def lag_growth(scope: Scope) -> str:
    """By how many events the lag grows, a second; negative while it shrinks."""
    return f"deriv(({lag_events(scope)})[{scope.seconds(300)}:{scope.seconds(15)}])"


def drain_seconds(scope: Scope) -> str:
    """In how many seconds that which waits now is loaded, at the present speed; infinite while nothing is loaded."""
    lag = lag_events(scope)
    return f"({lag} > 0) / ({_done_per_second(scope)}) or {lag} * 0"


def stalled(scope: Scope) -> str:
    """Seconds since the last commit, of each consumer that has events waiting."""
    since = scope.series("winepipeline_seconds_since_last_commit")
    waiting = f"sum by (namespace, instance) ({scope.series('kafka_consumer_lag')}) > 0"
    return f"{since} and on (namespace, instance) {waiting}"


def longest_stall_seconds(scope: Scope) -> str:
    """Seconds since the last commit, of the consumer for which that is longest among those with events waiting."""
    return f"max by ({BY}) ({stalled(scope)}) or max by ({BY}) ({scope.series('kafka_consumer_lag')}) * 0"


def unread_partitions(scope: Scope, partitions: int) -> str:
    """How many of so many partitions no consumer tells of, while one answers; only for a scope of one pipeline."""
    answering = up(scope, "consumer")
    told = f"count by ({BY}) ({_by_partition(scope, 'kafka_consumer_lag')})"
    return f"{partitions} - ({told} or {answering} * 0) and on ({BY}) {answering} > 0"


def warehouse_trouble(scope: Scope) -> str:
    """1 while a consumer tries the warehouse again, else 0."""
    return f"max by ({BY}) ({scope.series('winepipeline_warehouse_retrying')})"


def audit_faults(scope: Scope) -> str:
    """Events that the last audit found missing or there twice."""
    missing, twice = (scope.series(f"winepipeline_audit_{which}_events") for which in ("missing", "duplicate"))
    return f"sum by ({BY}) ({missing} + {twice})"


def audit_age(scope: Scope) -> str:
    """Since how many audits none has held, of the consumer for which that is most; none while nothing lands."""
    age = scope.series("winepipeline_audit_age_intervals")
    lands = total_rate(scope, "kafka_events_inserted_snowflake_total", by="namespace, instance")
    return f"max by ({BY}) ({age} and on (namespace, instance) {lands} > 0)"


def up(scope: Scope, component: str) -> str:
    """How many processes of a component answer when they are scraped."""
    return f"sum by ({BY}) ({scope.series('up', component=component)})"


def up_or_none(scope: Scope, component: str) -> str:
    """The same, and 0 where there is nothing to scrape; only for a scope that names one pipeline."""
    return f"{up(scope, component)} or max by ({BY}) (absent({scope.series('up', component=component)})) * 0"


def brokers_down(scope: Scope) -> str:
    """Brokers that do not answer when they are scraped."""
    return f"sum by ({BY}) (1 - {scope.series('up', component='redpanda')})"


def disk_free_share(scope: Scope) -> str:
    """The free share of the disk of the broker that has least, 0 … 1."""
    free, size = (scope.series(f"redpanda_storage_disk_{kind}_bytes") for kind in ("free", "total"))
    return f"min by ({BY}) ({free} / {size})"


def disk_full_in_hours(scope: Scope, hours: int) -> str:
    """The bytes that would be free so many hours from now, should the disk go on filling as in the last hour."""
    free = scope.series("redpanda_storage_disk_free_bytes")
    return f"min by ({BY}) (predict_linear({free}[{scope.seconds(3600)}], {hours} * 3600))"


def unavailable_partitions(scope: Scope) -> str:
    """Partitions without a leader."""
    return f"max by ({BY}) ({scope.series('redpanda_cluster_unavailable_partitions')})"


def delivery_failures_per_second(scope: Scope) -> str:
    """Events that the broker never took, a second."""
    return total_rate(scope, "winepipeline_delivery_failures_total")


def _done_per_second(scope: Scope) -> str:
    return f"{landed_per_second(scope)} + {dead_letters_per_second(scope)}"


def _by_partition(scope: Scope, gauge: str) -> str:
    return f"max by ({BY}, topic, partition) ({scope.of_topic(gauge)})"
