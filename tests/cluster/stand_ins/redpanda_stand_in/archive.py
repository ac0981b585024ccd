"""Makes the start-up archive while the image is built: with it Kafka starts with half the work (JEP 514).

A broker on throw-away data, reachable from this machine alone, runs until it answers; Java writes down what it loaded.
"""

import socket
import sys
import tempfile
import time
from pathlib import Path

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from .broker import ARCHIVE, TO_ARCHIVE, Broker
from .configuration import Node

START_SECONDS = 120.0
ASK_SECONDS = 1.0


def main() -> int:
    """Make the archive; 0 when it is there."""
    with tempfile.TemporaryDirectory() as folder:
        own, peers = free_port(), free_port()
        broker = Broker(trained(Path(folder), own, peers), None, TO_ARCHIVE)
        broker.start()
        client = AdminClient({"bootstrap.servers": f"127.0.0.1:{peers}", "log_level": 0})
        deadline = time.monotonic() + START_SECONDS
        while not answers(client) and time.monotonic() < deadline:
            pass  # each question waits
        broker.stop()
        broker.wait()  # Java writes the archive as it ends
    return 0 if ARCHIVE.exists() else 1


def trained(folder: Path, own: int, peers: int) -> Node:
    """A broker that listens on 127.0.0.1, on two free ports."""
    properties = {
        "process.roles": "broker,controller",
        "node.id": "0",
        "controller.quorum.voters": f"0@127.0.0.1:{own}",
        "controller.listener.names": "RPC",
        "listeners": f"RPC://127.0.0.1:{own},PEERS://127.0.0.1:{peers}",
        "advertised.listeners": f"PEERS://127.0.0.1:{peers}",
        "listener.security.protocol.map": "RPC:PLAINTEXT,PEERS:PLAINTEXT",
        "inter.broker.listener.name": "PEERS",
        "log.dirs": f"{folder}/kafka",
    }
    return Node(properties, str(folder), 0, 0, 1, {}, ())


def answers(client: AdminClient) -> bool:
    """Whether the broker does, within a second."""
    try:
        return bool(client.list_topics(timeout=ASK_SECONDS).brokers)
    except KafkaException:
        return False


def free_port() -> int:
    """One that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
