"""A person who has only kubectl: for each of these faults the status says what is wrong and what to do.

Broker, warehouse (the emulator), consumers, producers, API server and operator are real. Pods that a cluster cannot
run here are played (`consumer_pods`); the image that cannot be pulled is provoked on a cluster (`tests/cluster`).
"""

import contextlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import snowflake.connector
from confluent_kafka.admin import (
    AclBinding,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
)

from winepipeline_local.kafka import Cluster, Topic
from winepipeline_local.ports import free_ports

from .consumer_pods import ConsumerPods
from .control_plane import ControlPlane
from .guarded_broker import PASSWORD, USER, GuardedBroker
from .scene import PIPELINES, Operator, Place, make_place, until

pytestmark = [pytest.mark.long, pytest.mark.timeout(300, func_only=True)]
"""A busy machine takes its time; each wait within has bounds of its own."""

PATIENCE = {"LOOK_SECONDS": "1", "JUDGED_SECONDS": "5"}
PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "troubleshooting.md"
WAIT_SECONDS = 150.0
"""A broker that something was refused by is looked at once a minute in the end."""


@dataclass
class Ward:
    """All the pipelines, each with its fault.

    Attributes:
        place: the namespace.
        broker: everybody's, but for the one who cannot reach it.
        warehouse_port: of everybody's warehouse, which wants a password; each upload takes half a second.
        pipelines: the names of those that have consumers.
        producers: the processes that make events.
    """

    place: Place
    broker: GuardedBroker
    warehouse_port: int
    folder: Path
    pipelines: list[str] = field(default_factory=list)
    producers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def outside(self, address: str, secret: str = "kafka") -> dict[str, Any]:  # noqa: S107 - the name of one
        """A broker to log in to."""
        return {
            "external": {
                "bootstrapServers": address,
                "securityProtocol": "SASL_PLAINTEXT",
                "saslMechanism": "PLAIN",
                "credentialsSecret": {"name": secret},
            }
        }

    def admit(self, name: str, *, secret: str = "snowflake", broker: Any = None, **spec: Any) -> None:  # noqa: S107
        """A pipeline of that name, with a topic and a table of its own."""
        account = {"account": "emulator", "table": name.upper(), "credentialsSecret": {"name": secret}}
        whole = {
            "topic": {"name": name, "partitions": 2},
            "deadLetterTopic": {"name": f"{name}-dlq"},
            "broker": broker or self.outside(self.broker.guarded),
            "warehouse": {"snowflake": account},
            "producer": {"enabled": False},
            **spec,
        }
        whole["consumer"] = {"groupId": name, **whole.get("consumer", {})}
        self.place.create({"apiVersion": PIPELINES, "kind": "WinePipeline", "metadata": {"name": name}, "spec": whole})
        self.pipelines.append(name)

    def secret(self, name: str, **values: str) -> None:
        """A Secret."""
        body = {"metadata": {"name": name}, "stringData": values}
        status, answer = self.place.plane.call("POST", self.place.path("secrets"), body)
        assert status == 201, answer

    def produce(self, topic: str, events_per_second: int, invalid: float = 0.0) -> None:
        """So many events a second from now on."""
        environment = {
            "KAFKA_BOOTSTRAP_SERVERS": self.broker.bootstrap,
            "KAFKA_TOPIC": topic,
            "EVENTS_PER_SECOND": str(events_per_second),
            "INVALID_EVENT_PROBABILITY": str(invalid),
            "METRICS_HOST": "127.0.0.1",
            "METRICS_PORT": "0",
        }
        with (self.folder / f"{topic}-producer.log").open("wb") as log:
            command = [sys.executable, "-m", "winepipeline_producer"]
            self.producers.append(subprocess.Popen(command, env=environment, stdout=log, stderr=log))

    def says(self, name: str, kind: str, reason: str, status: str = "False") -> str:
        """What `kubectl get wp NAME -o yaml` says in a condition, once it is so."""
        found: dict[str, Any] = {}

        def so() -> bool:
            found.update(self.place.condition(name, kind))
            return (found.get("status"), found.get("reason")) == (status, reason)

        try:
            until(so, WAIT_SECONDS)
        except AssertionError:
            conditions = self.place.pipeline(name).get("status", {}).get("conditions")
            raise AssertionError(f"{kind} is not {status}, {reason}: {conditions}") from None
        return str(found["message"])

    def documented(self, name: str, message: str) -> bool:
        """Whether the documentation shows this message, as that of a pipeline called albert."""
        renamed = message.replace(self.place.namespace, "wine")
        renamed = renamed.replace(name.upper(), "ALBERT").replace(f"{name}-", "albert-")
        renamed = re.sub(rf"\b{name}\b(?!-)", "albert", renamed)
        assert plain(renamed) in plain(PAGE.read_text(encoding="utf-8")), plain(renamed)
        return True

    def row(self, name: str) -> dict[str, str]:
        """What `kubectl get wp NAME` says, column by column."""
        shown = self.place.plane.kubectl("get", "-n", self.place.namespace, "wp", name)
        assert shown.returncode == 0, shown.stderr
        heads, cells = (re.split(r"\s{2,}", line.strip()) for line in shown.stdout.splitlines())
        return dict(zip(heads, cells, strict=False))


@pytest.fixture(scope="module")
def ward(plane: ControlPlane, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ward]:
    """All pipelines are made at once, so that their faults show at the same time."""
    folder = tmp_path_factory.mktemp("ward")
    with contextlib.ExitStack() as ending:
        broker = GuardedBroker(folder / "kafka")
        ending.callback(broker.stop)
        broker.launch()
        port = _warehouse(folder, ending)
        broker.start()
        found = Ward(make_place(plane), broker, port, folder)
        ending.callback(lambda: _end(found.producers))
        _prepare(found)
        settings = {"WATCH_NAMESPACES": found.place.namespace, **PATIENCE}
        operator = Operator(plane, folder / "operator.log", settings, forked=True)
        ending.callback(lambda: print(operator.log[-20_000:]))  # noqa: T201 - pytest shows it when a test fails
        ending.callback(operator.kill)
        operator.start()
        pods = ConsumerPods(found.place, found.pipelines, _of_this_machine(port), folder)
        ending.callback(pods.stop)
        yield found


def _warehouse(folder: Path, ending: contextlib.ExitStack) -> int:
    """An emulator that wants a password; returns its port."""
    file = folder / "warehouse.port"
    environment = {
        **os.environ,
        "EMULATOR_PORT": "0",
        "EMULATOR_PORT_FILE": str(file),
        "EMULATOR_PASSWORD": PASSWORD,
        "EMULATOR_UPLOAD_SECONDS": "0.5",
    }
    with (folder / "warehouse.log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "winepipeline_emulator"], env=environment, stderr=log)
    ending.callback(lambda: _end([process]))
    until(lambda: file.exists() and file.read_text(encoding="ascii"), WAIT_SECONDS)
    return int(file.read_text(encoding="ascii"))


def _end(processes: list[subprocess.Popen[bytes]]) -> None:
    for each in processes:
        each.kill()
        each.wait()


def _of_this_machine(port: int) -> Mapping[str, str]:
    where = {"SNOWFLAKE_HOST": "127.0.0.1", "SNOWFLAKE_PORT": str(port), "SNOWFLAKE_PROTOCOL": "http"}
    return {**where, "CONSUMER_SESSION_TIMEOUT_MS": "6000", "AUDIT_INTERVAL_SECONDS": "0"}


def _prepare(ward: Ward) -> None:
    """The Secrets, what stands already, the pipelines, and the events."""
    ward.secret("kafka", username=USER, password=PASSWORD)
    ward.secret("kafka-old", username=USER, password="vin-de-table")  # noqa: S106
    ward.secret("snowflake", user="winepipeline", password=PASSWORD)
    ward.secret("snowflake-old", user="winepipeline", password="vin-de-table")  # noqa: S106
    cluster = Cluster({"bootstrap.servers": ward.broker.bootstrap})
    cluster.create([Topic("narrow", 2), *(Topic(each, 2) for each in ("poison", "poison-dlq", "slow", "slow-dlq"))])
    _forbid_to_alter(ward.broker.bootstrap, "narrow")
    _make_another_table(ward.warehouse_port, "MISMATCH")
    (closed,) = free_ports(1)
    ward.admit("kafkalogin", broker=ward.outside(ward.broker.guarded, "kafka-old"))
    ward.admit("login", secret="snowflake-old")  # noqa: S106
    ward.admit("unreachable", broker=ward.outside(f"127.0.0.1:{closed}"))
    ward.admit("narrow", topic={"name": "narrow", "partitions": 6})
    ward.admit("mismatch")
    ward.admit("poison")
    slow = {"batchSize": 20, "maxBatchSize": 20, "scaling": {"maxReplicas": 1, "catchUpSeconds": 1}}
    ward.admit("slow", consumer=slow)
    ward.produce("poison", 20, invalid=1)
    ward.produce("slow", 400)


def _forbid_to_alter(bootstrap: str, topic: str) -> None:
    """The user may read, write and describe the topic, as where topics belong to somebody else."""
    admin = AdminClient({"bootstrap.servers": bootstrap})
    bindings = [
        AclBinding(
            *(ResourceType.TOPIC, topic, ResourcePatternType.LITERAL),
            *(f"User:{USER}", "*", operation, AclPermissionType.ALLOW),
        )
        for operation in (AclOperation.DESCRIBE, AclOperation.READ, AclOperation.WRITE, AclOperation.DESCRIBE_CONFIGS)
    ]
    for created in admin.create_acls(bindings).values():
        created.result(30)


def _make_another_table(port: int, table: str) -> None:
    """A table of somebody else's, under the name that a pipeline is to use."""
    session = snowflake.connector.connect(
        account="emulator", user="winepipeline", password=PASSWORD, protocol="http", host="127.0.0.1", port=port
    )
    with contextlib.closing(session), session.cursor() as cursor:
        cursor.execute("CREATE DATABASE IF NOT EXISTS WINE_SALES_DB")
        cursor.execute("CREATE SCHEMA IF NOT EXISTS WINE_SALES_DB.RAW_DATA")
        cursor.execute(f"CREATE TABLE WINE_SALES_DB.RAW_DATA.{table} (ID INT, NOTE VARCHAR)")


def plain(text: str) -> str:
    """A message without what is another one each time: numbers, addresses, restarts, the commonest reason."""
    text = re.sub(r" \(\d+ restarts so far\)", "", text)
    text = re.sub(r"[\w.-]+:\d{2,5}\b", "ADDRESS", text)
    text = re.sub(r"of them \w+", "of them Reason", text)
    return re.sub(r"\d[\d,.]*", "N", text)


FAULTS = [
    ("kafkalogin", "BrokerReady", "AuthenticationFailed"),
    ("login", "WarehouseReady", "LoginFailed"),
    ("unreachable", "BrokerReady", "BrokerUnreachable"),
    ("narrow", "TopicsReady", "TopicTooFewPartitions"),
    ("mismatch", "WarehouseReady", "TableMismatch"),
    ("poison", "EventsLoadable", "OnlyMalformedEvents"),
]


@pytest.mark.parametrize(("name", "kind", "reason"), FAULTS, ids=[each[2] for each in FAULTS])
def test_the_status_says_what_is_wrong_and_what_to_do(ward: Ward, name: str, kind: str, reason: str) -> None:
    """The condition, `Ready` and the columns of `kubectl get wp` say it, in the words that the documentation shows."""
    message = ward.says(name, kind, reason)
    assert ward.documented(name, message)
    assert ward.says(name, "Ready", reason).startswith(f"{kind}: ")
    row = ward.row(name)
    assert (row["READY"], row["REASON"]) == ("False", reason)


def test_consumers_that_fall_behind_are_told_though_every_part_is_ready(ward: Ward) -> None:
    """The pipeline is ready and late: `KeepsUp` has the figures and what to raise, and `Ready` repeats it."""
    ward.says("slow", "ConsumersReady", "AllPodsReady", status="True")
    message = until(lambda: (said := ward.says("slow", "KeepsUp", "FallsBehind")) and ", 0 are" not in said and said)
    assert ward.documented("slow", message)
    ready = ward.says("slow", "Ready", "AllPartsReady", status="True")
    assert ready.startswith("every part is ready, but the consumers fall behind: ")
    assert int(ward.row("slow")["LAG"]) > 0


def test_what_is_mended_is_well_again(ward: Ward) -> None:
    """Doing what the messages say is enough: a right password in each Secret, and more partitions."""
    ward.place.patch("secrets", "kafka-old", {"stringData": {"password": PASSWORD}})
    ward.place.patch("secrets", "snowflake-old", {"stringData": {"password": PASSWORD}})
    Cluster({"bootstrap.servers": ward.broker.bootstrap}).grow("narrow", 6)
    for name in ("kafkalogin", "login", "narrow"):
        ward.says(name, "Ready", "AllPartsReady", status="True")
