"""All services of a run: started, watched over, and stopped in the order that loses nothing."""

import time
from collections.abc import Callable, Sequence

from winepipeline_local.plan import ServicePlan
from winepipeline_local.service import Service
from winepipeline_local.state import State
from winepipeline_operator.environment import Endpoints

PRODUCER = "winepipeline_producer"
PRODUCER_STOP_SECONDS = 15.0
CONSUMER_STOP_SECONDS = 25.0


class Fleet:
    """The services; to be used from one thread, the one that started them."""

    def __init__(
        self, plans: Sequence[ServicePlan], endpoints: Endpoints, state: State, say: Callable[[str], None]
    ) -> None:
        """`endpoints` are those that the plans were made for."""
        self.endpoints = endpoints
        self.services = tuple(Service(plan, state.log_file(plan.name), say) for plan in plans)
        self._say = say

    @property
    def producers(self) -> tuple[Service, ...]:
        """Those that make events."""
        return tuple(each for each in self.services if each.plan.module == PRODUCER)

    @property
    def consumers(self) -> tuple[Service, ...]:
        """Those that load them."""
        return tuple(each for each in self.services if each.plan.module != PRODUCER)

    @property
    def restarts(self) -> int:
        """How often any of them was started again."""
        return sum(each.restarts for each in self.services)

    def unready(self) -> dict[str, str]:
        """From the name of each service that does not work (yet) to why, in its own words."""
        return {each.plan.name: why for each in self.services if (why := each.why_not_ready)}

    def prepare(self) -> None:
        """Let all load themselves, ahead of their start."""
        for service in self.services:
            service.prepare()

    def tick(self) -> None:
        """Start again what ended.

        Raises:
            ServiceError: one ends again and again.
        """
        for service in self.services:
            service.tick()

    def stop_producers(self) -> None:
        """Stop them together; each flushes what it has made."""
        self._stop(self.producers, PRODUCER_STOP_SECONDS)

    def stop_consumers(self) -> None:
        """Stop them together; each finishes or drops the batch in hand."""
        self._stop(self.consumers, CONSUMER_STOP_SECONDS)

    def kill(self) -> None:
        """End all, now."""
        for service in self.services:
            service.kill()

    def _stop(self, services: Sequence[Service], seconds: float) -> None:
        for service in services:
            service.ask_to_stop()
        deadline = time.monotonic() + seconds
        for service in services:
            if not service.wait_until_stopped(deadline):
                self._say(f"{service.plan.name} did not stop within {seconds:.0f} s and was killed")
