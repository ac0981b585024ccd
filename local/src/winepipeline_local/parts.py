"""The broker and the warehouse of a run: embedded ones that we start, or those that the resource names."""

import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from winepipeline_local.access import client_config, warehouse_login
from winepipeline_local.broker import Broker
from winepipeline_local.emulator import Emulator
from winepipeline_local.errors import BrokerError, WarehouseError
from winepipeline_local.kafka import Cluster, Topic, wait_until_it_answers
from winepipeline_local.ports import free_ports
from winepipeline_local.restart import GiveUp, after_exit
from winepipeline_local.state import State
from winepipeline_operator.environment import Endpoints
from winepipeline_operator.spec import WinePipeline

EXTERNAL_SECONDS = 15.0
FULL_BYTES = 8_000_000
HOUR_MS = 3_600_000


class Parts:
    """What the services stand on. `launch` starts what is ours, the two `wait_…` return when it answers."""

    def __init__(self, pipeline: WinePipeline, state: State, environ: Mapping[str, str]) -> None:
        self.pipeline = pipeline
        self.broker: Broker | None = None
        self.emulator: Emulator | None = None
        self._environ = environ
        self._exits_seconds: dict[str, list[float]] = {"broker": [], "emulator": []}
        if pipeline.spec.broker.external is None:
            self.broker = Broker(state.kafka_folder, log_file=state.log_file("broker"))
        emulated = pipeline.spec.warehouse.emulator
        if emulated is not None:
            log_file = state.log_file("emulator")
            self.emulator = Emulator(state.warehouse_folder, free_ports(1)[0], log_file, emulated.upload_seconds)

    @property
    def endpoints(self) -> Endpoints:
        """Where both are; known once `launch` returned."""
        external = self.pipeline.spec.broker.external
        bootstrap = external.bootstrap_servers if external else (self.broker.bootstrap if self.broker else "")
        return Endpoints(bootstrap, self.emulator.address if self.emulator else None)

    @property
    def client_config(self) -> dict[str, Any]:
        """How librdkafka reaches the broker."""
        return client_config(self.pipeline, self.endpoints, self._environ)

    @property
    def warehouse_environment(self) -> dict[str, str]:
        """How a session reaches the warehouse."""
        return warehouse_login(self.pipeline, self.endpoints, self._environ)

    def launch(self) -> None:
        """Start what is ours; returns before it answers."""
        if self.emulator is not None:  # first, since the broker's very first start prepares its folder
            self.emulator.launch()
        if self.broker is not None:
            self.broker.launch()

    def wait_for_broker(self) -> Cluster:
        """Wait until it answers.

        Raises:
            BrokerError: it does not.
        """
        if self.broker is not None:
            self.broker.start()
        elif not wait_until_it_answers(self.client_config, EXTERNAL_SECONDS):
            raise BrokerError(
                f"The broker at {self.endpoints.bootstrap_servers} does not answer.",
                "Check `spec.broker.external` of the resource, the network, and KAFKA_SASL_USERNAME and _PASSWORD.",
            )
        cluster = Cluster(self.client_config, self.pipeline.spec.consumer.group_id)
        if self.broker is not None:
            cluster.warm_up()
        return cluster

    def wait_for_warehouse(self) -> None:
        """Wait until it answers; an account is left to the services, which say best what is wrong with it.

        Raises:
            WarehouseError: it does not.
        """
        if self.emulator is not None:
            self.emulator.start()

    def topics(self) -> tuple[Topic, Topic]:
        """The resource's two topics: events and dead letters."""
        spec = self.pipeline.spec
        replicas = 1 if self.broker is not None else spec.topic.replication_factor
        keep = {"retention.ms": str(spec.topic.retention_hours * HOUR_MS)}
        letters = spec.dead_letter_topic
        return (
            Topic(spec.topic.name, spec.topic.partitions, replicas, keep),
            Topic(letters.name, letters.partitions, replicas),
        )

    def make_topics(self, cluster: Cluster) -> tuple[str, ...]:
        """Create what is missing, delete nothing; returns the names of the new ones.

        A topic of the embedded broker that is too small grows. A broker that stands already is used as it is, since
        partitions cannot be taken away again and keys would move.
        """
        created = cluster.create(self.topics())
        if self.broker is None:
            return created
        standing = cluster.partition_counts()
        for topic in self.topics():
            if standing.get(topic.name, topic.partitions) < topic.partitions:
                cluster.grow(topic.name, topic.partitions)
        return created

    def tick(self, say: Callable[[str], None]) -> None:
        """Start again what died.

        Raises:
            BrokerError, WarehouseError: it dies again and again.
        """
        for name, part, failure in (
            ("broker", self.broker, BrokerError),
            ("emulator", self.emulator, WarehouseError),
        ):
            if part is None or part.running:
                continue
            exits = self._exits_seconds[name]
            exits.append(time.monotonic())
            verdict = after_exit(1, exits)
            if isinstance(verdict, GiveUp):
                raise failure(f"The {name} {verdict.why}.", f"{_full(part.log_file)}Its log is in {part.log_file}.")
            say(f"the {name} ended unasked; starting it again on the same data. {_full(part.log_file)}".rstrip())
            part.launch()

    def stop(self) -> None:
        """Stop what is ours, in order."""
        for part in (self.emulator, self.broker):
            if part is not None:
                part.stop()

    def kill(self) -> None:
        """End what is ours, now."""
        for part in (self.emulator, self.broker):
            if part is not None:
                part.kill()


def _full(log_file: Path) -> str:
    """Said of a part that ended, where its disk is full: that is why, and its log may not say it any more."""
    free = shutil.disk_usage(log_file.parent).free
    return f"The disk of {log_file.parent} is full: free some. " if free < FULL_BYTES else ""
