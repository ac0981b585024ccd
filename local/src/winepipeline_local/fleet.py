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
    """The services; to be changed from one thread, the one that started them. Others may look at `services`."""

    def __init__(
        self, plans: Sequence[ServicePlan], endpoints: Endpoints, state: State, say: Callable[[str], None]
    ) -> None:
        """`endpoints` are those that the plans were made for."""
        self.endpoints = endpoints
        self.services: tuple[Service, ...] = ()
        self._state = state
        self._say = say
        self._leaving: dict[Service, float] = {}
        for plan in plans:
            self._add(plan)

    @property
    def producers(self) -> tuple[Service, ...]:
        """Those that make events."""
        return tuple(each for each in self.services if each.plan.module == PRODUCER)

    @property
    def consumers(self) -> tuple[Service, ...]:
        """Those that load them, also those that have been scaled away."""
        return tuple(each for each in self.services if each.plan.module != PRODUCER)

    @property
    def present(self) -> tuple[Service, ...]:
        """The services that are wanted, or still there."""
        return tuple(each for each in self.services if each.wanted or each.running)

    @property
    def consumers_wanted(self) -> int:
        """How many consumers are to run."""
        return sum(each.wanted for each in self.consumers)

    @property
    def restarts(self) -> int:
        """How often any of them was started again unasked."""
        return sum(each.restarts for each in self.services)

    def unready(self) -> dict[str, str]:
        """From the name of each service that does not work (yet) to why, in its own words."""
        return {each.plan.name: why for each in self.services if (why := each.why_not_ready)}

    def prepare(self) -> None:
        """Let all load themselves, ahead of their start."""
        for service in self.services:
            service.prepare()

    def tick(self) -> None:
        """Start again what ended; see off those that were scaled away.

        Raises:
            ServiceError: one ends again and again.
        """
        for service in self.services:
            service.tick()
        for service, deadline in list(self._leaving.items()):
            if not service.running or time.monotonic() >= deadline:
                self._wait_for(service, deadline, CONSUMER_STOP_SECONDS)
                del self._leaving[service]

    def scale(self, consumers: int, plan: Callable[[int], ServicePlan]) -> None:
        """Have so many consumers; returns at once. The last one that came goes first.

        Args:
            consumers: how many.
            plan: makes the plan of a new one, given its number from 1 on.
        """
        wanted = [each for each in self.consumers if each.wanted]
        for service in reversed(wanted[consumers:]):
            service.ask_to_stop()
            self._leaving[service] = time.monotonic() + CONSUMER_STOP_SECONDS
        for _ in range(consumers - len(wanted)):
            resting = (each for each in self.consumers if not each.wanted and not each.running)
            service = next(resting, None) or self._add(plan(len(self.consumers) + 1))
            self._leaving.pop(service, None)
            service.start()

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

    def _add(self, plan: ServicePlan) -> Service:
        service = Service(plan, self._state.log_file(plan.name), self._say)
        self.services = (*self.services, service)  # anew, since others look at it just now
        return service

    def _stop(self, services: Sequence[Service], seconds: float) -> None:
        for service in services:
            service.ask_to_stop()
        deadline = time.monotonic() + seconds
        for service in services:
            self._wait_for(service, deadline, seconds)

    def _wait_for(self, service: Service, deadline: float, seconds: float) -> None:
        if not service.wait_until_stopped(deadline):
            self._say(f"{service.plan.name} did not stop within {seconds:.0f} s and was killed")
