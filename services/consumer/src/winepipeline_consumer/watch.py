"""Keeps an eye on warehouse and broker: times each step, counts and logs trouble, and knows when to stop waiting."""

import logging
import random
import threading
from contextlib import AbstractContextManager

from winepipeline_consumer.errors import BrokerUnavailable
from winepipeline_consumer.metrics import Metrics
from winepipeline_warehouse.errors import Unavailable

_LOG = logging.getLogger(__name__)


class Watch:
    """A `winepipeline_warehouse.loader.Watcher`.

    Attributes:
        rng: spreads the waits.
    """

    def __init__(self, metrics: Metrics, rng: random.Random) -> None:
        self.rng = rng
        self._trouble: Unavailable | None = None
        self._metrics = metrics
        self._hurry = threading.Event()

    @property
    def trouble_reason(self) -> str:
        """Why the warehouse, or the broker on the way there, is tried again; empty while it is not."""
        error = self._trouble
        if error is None:
            return ""
        return f"{error.reason}: {error.message}" + (f". What to do: {error.hint}" if error.hint else "")

    @property
    def broker_is_away(self) -> bool:
        """Whether it is the broker that is tried again."""
        error = self._trouble
        return error is not None and error.reason == BrokerUnavailable.reason

    def step(self, stage: str) -> AbstractContextManager[None]:
        """Time a step."""
        return self._metrics.step(stage)

    def trouble(self, error: Unavailable, delay_seconds: float) -> None:
        """A try failed."""
        self._metrics.warehouse_errors.labels(error.reason).inc()
        self._metrics.retrying.set(1)
        self._trouble = error
        _LOG.warning("the %s does not take it: %s; next try in %.1f s", self._who, self.trouble_reason, delay_seconds)

    def recovered(self) -> None:
        """It goes well again."""
        self._metrics.retrying.set(0)
        _LOG.info("the %s takes it again", self._who)
        self._trouble = None

    @property
    def _who(self) -> str:
        return "broker" if self.broker_is_away else "warehouse"

    def wait(self, seconds: float) -> bool:
        """Wait; True at once when nobody waits for the outcome any more."""
        return self._hurry.wait(seconds)

    def give_up(self) -> None:
        """The process is to end: no further tries."""
        self._hurry.set()
