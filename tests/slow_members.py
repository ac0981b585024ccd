"""Members of a consumer group that take so many events a second each: a fleet whose speed a test knows."""

import threading
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from confluent_kafka import Consumer

TURNS_PER_SECOND = 5


@dataclass(eq=False)
class Member:
    """One member, in a thread of its own; looks to the autoscaler as a service does."""

    bootstrap: str
    topic: str
    group: str
    events_per_second: int
    wanted: bool = True
    latest: None = None
    assigned: bool = False
    plan: Any = field(default_factory=lambda: SimpleNamespace(name="member"))

    def __post_init__(self) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    @property
    def state(self) -> str:
        """`running` from its first assignment on, until it is asked to stop."""
        return "running" if self.assigned and self.wanted else "starting"

    def stop(self) -> None:
        """Leave the group; returns when it has."""
        self.wanted = False
        self._stop.set()
        self._thread.join(20)

    def _work(self) -> None:
        consumer = Consumer(
            {
                "bootstrap.servers": self.bootstrap,
                "group.id": self.group,
                "enable.auto.commit": False,
                "auto.offset.reset": "earliest",
                "partition.assignment.strategy": "cooperative-sticky",
                "session.timeout.ms": 6000,
            }
        )
        consumer.subscribe([self.topic], on_assign=self._on_assign)
        while not self._stop.wait(1 / TURNS_PER_SECOND):
            if consumer.consume(max(1, self.events_per_second // TURNS_PER_SECOND), 0.1):
                consumer.commit(asynchronous=True)
        consumer.close()

    def _on_assign(self, *_: Any) -> None:
        self.assigned = True


class Members:
    """Several, as many as are asked for."""

    def __init__(self, bootstrap: str, topic: str, group: str, events_per_second: int) -> None:
        self._each = (bootstrap, topic, group, events_per_second)
        self.consumers: tuple[Member, ...] = ()

    def scale(self, count: int) -> None:
        """Have so many."""
        for member in self.consumers[count:]:
            member.stop()
        new = [Member(*self._each) for _ in range(count - len(self.consumers))]
        self.consumers = (*self.consumers[:count], *new)
