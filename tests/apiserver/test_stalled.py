"""A consumer that hangs: the operator finds it by what broker and consumer tell, says so, and starts it again."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition

from winepipeline_local.broker import Broker
from winepipeline_local.kafka import Cluster, Topic

from .control_plane import ControlPlane
from .scene import demo, make_place, until
from .test_status import events, make_pod

pytestmark = pytest.mark.long

HOST = "127.77.0.1"
"""An address of this machine's loopback: the pod's."""

TOPIC, GROUP = "stalled_sales", "snowflake-ingestion-group"


class _Hangs(BaseHTTPRequestHandler):
    """A consumer that says that all is well."""

    def do_GET(self) -> None:
        ready = {"ok": True, "reason": "Assigned", "detail": "partitions [0]"}
        metrics = "# TYPE kafka_events_inserted_snowflake_total counter\nkafka_events_inserted_snowflake_total 2\n"
        body = (json.dumps(ready) if self.path == "/readyz" else metrics).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nobody listens."""


@pytest.fixture
def hanging_consumer() -> Iterator[None]:
    """Answers at the pod's address."""
    try:
        server = ThreadingHTTPServer((HOST, 8000), _Hangs)
    except OSError as error:
        pytest.skip(f"{HOST}:8000 cannot be listened on, which takes Linux and a free port: {error}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield
    server.shutdown()
    server.server_close()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    """A Kafka with ten events, of which the group has committed two."""
    kafka = Broker(tmp_path / "kafka")
    kafka.start()
    Cluster({"bootstrap.servers": kafka.bootstrap}).create([Topic(TOPIC, 1), Topic(f"{TOPIC}_dlq", 1)])
    producer = Producer({"bootstrap.servers": kafka.bootstrap})
    for number in range(10):
        producer.produce(TOPIC, f"{number}".encode())
    assert producer.flush(30) == 0
    consumer = Consumer({"bootstrap.servers": kafka.bootstrap, "group.id": GROUP})
    consumer.commit(offsets=[TopicPartition(TOPIC, 0, 2)], asynchronous=False)
    consumer.close()
    yield kafka
    kafka.stop()


@pytest.mark.timeout(300)
def test_a_consumer_that_hangs_is_told_and_started_again(
    plane: ControlPlane, broker: Broker, hanging_consumer: None, start_operator: Any
) -> None:
    """The status says how much waits where and since when, the pod is deleted, and an Event says so."""
    place = make_place(plane)
    start_operator(plane, WATCH_NAMESPACES=place.namespace, STALL_SECONDS="5")
    spec = {
        "broker": {"external": {"bootstrapServers": broker.bootstrap}},
        "warehouse": {"emulator": {}},
        "topic": {"name": TOPIC, "partitions": 1},
        "deadLetterTopic": {"name": f"{TOPIC}_dlq"},
        "producer": {"enabled": False},
    }
    place.create({**demo(), "spec": spec})
    container = {
        "name": "consumer",
        "image": "c:1",
        "imageID": "",
        "ready": True,
        "restartCount": 0,
        "state": {"running": {"startedAt": "2026-11-26T17:00:00Z"}},
    }
    ready = [{"type": "Ready", "status": "True"}]
    status = {"phase": "Running", "podIP": HOST, "podIPs": [{"ip": HOST}]}
    make_pod(place, "consumer", {**status, "conditions": ready, "containerStatuses": [container]})
    until(lambda: place.pipeline("albert").get("status", {}).get("lag") == 8, 90)
    until(lambda: place.condition("albert", "Stalled").get("status") == "True", 120)
    message = place.condition("albert", "Stalled")["message"]
    assert "8 events wait in partition 0" in message
    assert "albert-consumer-x will be started again" in message
    until(lambda: place.get("pods", "albert-consumer-x") is None or _leaving(place), 60)
    until(lambda: ("Warning", "ConsumerRestarted") in events(place))


def _leaving(place: Any) -> bool:
    pod = place.get("pods", "albert-consumer-x")
    return pod is not None and "deletionTimestamp" in pod["metadata"]
