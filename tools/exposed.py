"""What each service exposes at /metrics: the real registries, with something in each metric that has labels."""

import logging
import random
from collections.abc import Callable
from typing import Final

from prometheus_client import CollectorRegistry

from winepipeline_backfill.metrics import Metrics as BackfillMetrics
from winepipeline_backfill.progress import Phase, Progress
from winepipeline_consumer.metrics import Metrics as ConsumerMetrics
from winepipeline_consumer.watch import Watch
from winepipeline_operator.metrics import Metrics as OperatorMetrics
from winepipeline_producer.deliveries import Deliveries
from winepipeline_warehouse.errors import Unavailable


def consumer() -> CollectorRegistry:
    """A consumer's, of one partition, after a load and a failed try."""
    metrics = ConsumerMetrics()
    metrics.lag.labels("sales_events", "0").set(1)
    metrics.committed_offset.labels("sales_events", "0").set(1)
    log = logging.getLogger("winepipeline_consumer.watch")
    log.disabled = True  # nothing has failed
    Watch(metrics, random.Random(1)).trouble(Unavailable("LockTimeout", "locked"), 1.0)  # noqa: S311
    log.disabled = False
    with metrics.step("copy"):
        pass
    return metrics.registry


def producer() -> CollectorRegistry:
    """A producer's."""
    registry = CollectorRegistry()
    registry.register(Deliveries())
    return registry


def backfill() -> CollectorRegistry:
    """A backfill's, half done, after a failed try and a row that was turned away."""
    metrics = BackfillMetrics()
    metrics.tell(Progress(Phase.LOADING, done=500, total=1000, rate=100.0))
    metrics.loaded.inc(500)
    metrics.rejected.labels("RefusedByWarehouse").inc()
    metrics.warehouse_errors.labels("LockTimeout").inc()
    with metrics.step("copy"):
        pass
    return metrics.registry


class OperatorLife:
    """The operator's metrics in the life of one pipeline, whose resource is changed again and again."""

    def __init__(self) -> None:
        self.metrics = OperatorMetrics()
        self._key = ("wine", "albert")
        self._generation = 0
        self.metrics.begin(self._key)
        self.metrics.applies.labels("Deployment").inc()
        self.metrics.prunes.labels("Deployment").inc()
        self.metrics.finished(self._key, 0.1, "Forbidden")
        self.go_on()

    def go_on(self) -> None:
        """A round that went well."""
        self._generation += 1
        condition = {"type": "Ready", "status": "True"}
        status = {"conditions": [condition], "observedGeneration": self._generation, "lag": 0, "replicas": 1}
        self.metrics.finished(self._key, 0.1, None)
        self.metrics.told(self._key, status)


def operator() -> CollectorRegistry:
    """The operator's, after a round that failed and one that did not."""
    return OperatorLife().metrics.registry


SERVICES: Final[dict[str, Callable[[], CollectorRegistry]]] = {
    "Consumer": consumer,
    "Producer": producer,
    "Backfill": backfill,
    "Operator": operator,
}
"""From each service to its registry."""
