"""One run of a pipeline on this machine: started, watched, stopped."""

import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from winepipeline_local import broker_archive, jars
from winepipeline_local.child import Child
from winepipeline_local.fleet import Fleet
from winepipeline_local.interrupt import Interrupt
from winepipeline_local.kafka import Cluster
from winepipeline_local.observer import Observer, Watched
from winepipeline_local.order import Order
from winepipeline_local.parts import Parts
from winepipeline_local.plan import services
from winepipeline_local.ports import free_ports
from winepipeline_local.prometheus import Prometheus, find_prometheus
from winepipeline_local.reckoning import Reckoning
from winepipeline_local.scaling import Scaling
from winepipeline_local.state import State
from winepipeline_local.terminal import Terminal

SERVICES_SECONDS = 45.0
PATIENCE_SECONDS = 5.0
DRAIN_SECONDS = 15.0
TICK_SECONDS = 0.25
FAST_TICK_SECONDS = 0.02
ARCHIVE_AFTER_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Crew:
    """What there is once the services are started."""

    cluster: Cluster
    fleet: Fleet
    observer: Observer
    scaling: Scaling


class Run:
    """One run: `start`, `watch`, `stop`; or `kill` at any time. All from the main thread, which the children follow."""

    def __init__(self, order: Order, state: State, terminal: Terminal, interrupt: Interrupt) -> None:
        self.order = order
        self.state = state
        self.parts = Parts(order.pipeline, state, os.environ)
        self.reckoning = Reckoning(order, state, self.parts)
        self.up_seconds = time.monotonic()
        self._terminal = terminal
        self._interrupt = interrupt
        self._crew: Crew | None = None
        self._fleet: Fleet | None = None
        self._archivist: Child | None = None
        self._unready: dict[str, str] = {}
        self._begun_seconds = 0.0
        self.prometheus: Prometheus | None = None
        if order.flags.prometheus:
            self.prometheus = Prometheus(find_prometheus(), state.prometheus_folder, state.log_file("prometheus"))

    @property
    def crew(self) -> Crew:
        """Known once `start` returned."""
        if self._crew is None:
            raise RuntimeError("the run has not been started")
        return self._crew

    def start(self) -> None:
        """Start everything, as much at once as can be; returns when all services work, or have had time enough to.

        Raises:
            LocalError: something does not come up.
        """
        begun = time.monotonic()
        with self._terminal.waiting("Starting the broker and the warehouse"):
            self._fetch_jars()
            self.parts.launch()
            fleet = self._prepared_fleet()
            cluster = self.parts.wait_for_broker()
            kind = f"Apache Kafka {jars.KAFKA_VERSION}, embedded" if self.parts.broker else "yours"
            self._terminal.tick("broker", f"{kind}, at {self.parts.endpoints.bootstrap_servers}", begun)
            if fleet.endpoints != self.parts.endpoints:  # the broker had to move to another port
                fleet.kill()
                fleet = self._prepared_fleet()
            self._make_topics(cluster, begun)
            self.parts.wait_for_warehouse()
            if self.parts.emulator:  # what an account has to say to us, the consumers will hear
                self._terminal.tick("warehouse", "emulator", begun)
            self.reckoning.begin(cluster)
            for consumer in fleet.consumers:
                consumer.start()
        scaling = Scaling(self.order, self.state, self.parts, fleet, self._terminal)
        self._crew = Crew(cluster, fleet, self._observer(cluster, fleet), scaling)
        self._begun_seconds = time.monotonic()
        self.crew.observer.start()
        with self._terminal.waiting("Starting the services"):
            self._wait_until(lambda: all(each.answers for each in fleet.consumers))
            for producer in fleet.producers:  # so late that the first event does not have to wait for the consumers
                producer.start()
            self._wait_until(lambda: not self._complain(PATIENCE_SECONDS))
        if not self._unready:
            self._terminal.tick("services", ", ".join(each.plan.name for each in fleet.services) or "none", begun)
        if self.prometheus is not None:
            self.prometheus.start(self.order.pipeline, [each.plan for each in fleet.services])
            self._terminal.tick("prometheus", self.prometheus.address, begun)
        self.up_seconds = time.monotonic()

    def watch(self, seconds: float | None) -> None:
        """Show the pipeline at work until somebody asks to stop, or for so many seconds.

        Raises:
            LocalError: something dies again and again.
        """
        end = None if seconds is None else self.up_seconds + seconds
        self._interrupt.patient = True
        while (end is None or time.monotonic() < end) and not self._interrupt.wait(TICK_SECONDS):
            self._tick()
            if self._unready and not self._complain(0.0):
                self._terminal.say("all services work now")
            self._make_archive()
            self.crew.scaling.tick(rows_land=self.crew.observer.first_row_seconds is not None)
            self._show(end)

    def stop(self) -> None:
        """Producers first; then the consumers load what is left, for a bounded time, and stop too."""
        self._interrupt.patient = True
        if self._archivist is not None:
            self._archivist.kill()
        self.crew.scaling.stop()
        self.crew.fleet.stop_producers()
        self._drain()
        self.crew.observer.stop()
        self.crew.fleet.stop_consumers()
        if self.prometheus is not None:
            self.prometheus.stop()

    def abandon(self) -> None:
        """End all services now; broker and warehouse still have to be stopped."""
        if self._archivist is not None:
            self._archivist.kill()
        if self._fleet is not None:
            self._fleet.kill()
        if self.prometheus is not None:
            self.prometheus.kill()

    def kill(self) -> None:
        """End everything, now."""
        self.abandon()
        self.parts.kill()

    def _fetch_jars(self) -> None:
        missing = jars.missing() if self.parts.broker is not None else ()
        if missing:
            begun = time.monotonic()
            jars.class_path()
            self._terminal.tick("jars", f"{len(missing)} of Apache Kafka {jars.KAFKA_VERSION}, fetched once", begun)

    def _make_topics(self, cluster: Cluster, begun: float) -> None:
        new = self.parts.make_topics(cluster)
        events, letters = self.parts.topics()
        counted = f"{events.name} ({events.partitions} partitions), {letters.name}"
        self._terminal.tick("topics", counted if new else f"{counted}, as they stood", begun)

    def _prepared_fleet(self) -> Fleet:
        how_many = self.order.how_many
        ports = free_ports(how_many.ports)
        endpoints = self.parts.endpoints
        plans = services(self.order.pipeline, endpoints, os.environ, how_many, ports)
        self._fleet = Fleet(plans, endpoints, self.state, self._terminal.say)
        self._fleet.prepare()
        return self._fleet

    def _observer(self, cluster: Cluster, fleet: Fleet) -> Observer:
        spec = self.order.pipeline.spec
        return Observer(
            Watched(
                pipeline=self.order.pipeline.metadata.name,
                topic=spec.topic.name,
                table=self.reckoning.table,
                cluster=cluster,
                fleet=fleet,
                last_rows=self.reckoning.last_rows,
            )
        )

    def _wait_until(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + SERVICES_SECONDS
        while not condition() and time.monotonic() < deadline:
            self._tick()
            time.sleep(FAST_TICK_SECONDS)

    def _tick(self) -> None:
        self.parts.tick(self._terminal.say)
        self.crew.fleet.tick()
        if self.prometheus is not None and self.prometheus.running:
            self.prometheus.follow(self.order.pipeline, [each.plan for each in self.crew.fleet.present])
        elif self.prometheus is not None and self.prometheus.ended_unasked():
            self._terminal.say(f"Prometheus has ended; the pipeline goes on. Its log is in {self.prometheus.log_file}")

    def _complain(self, patience_seconds: float) -> dict[str, str]:
        """Say of each service why it does not work, once for each reason, after some patience; returns them all."""
        now = self.crew.fleet.unready()
        if time.monotonic() - self._begun_seconds >= patience_seconds:
            for name, why in now.items():
                if self._unready.get(name, "").split(":")[:2] != why.split(":")[:2]:
                    self._terminal.say(f"{name} is not ready: {why}")
            self._unready = now
        return now

    def _show(self, end: float | None) -> None:
        now = time.monotonic()
        snapshot = self.crew.observer.snapshot()
        remaining = None if end is None else max(0.0, end - now)
        running, scaling = now - self.up_seconds, self.crew.scaling.headline
        shown = replace(snapshot, running_seconds=running, remaining_seconds=remaining, scaling=scaling)
        self._terminal.show(shown)

    def _drain(self) -> None:
        """Wait until the consumers have loaded everything, as long as they get on with it."""
        topic = self.parts.topics()[0].name
        deadline = time.monotonic() + DRAIN_SECONDS
        while self.crew.fleet.consumers_wanted and time.monotonic() < deadline:
            ends = self.crew.cluster.reach(topic)
            done = self.crew.cluster.committed(topic, list(ends.ends))
            if all(done.get(number, ends.starts[number]) >= end for number, end in ends.ends.items()):
                return
            self._tick()
            self._show(deadline)
            time.sleep(FAST_TICK_SECONDS)

    def _make_archive(self) -> None:
        """Once rows land: prepare, at the lowest priority, what lets the next broker start in half the time."""
        if self._archivist is not None or self.parts.broker is None or not broker_archive.wanted():
            return
        first_row = self.crew.observer.first_row_seconds
        if first_row is not None and time.monotonic() > first_row + ARCHIVE_AFTER_SECONDS:
            command = [sys.executable, "-m", broker_archive.__name__]
            self._archivist = Child.start("archive", command, self.state.log_file("archive"))
