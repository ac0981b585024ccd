"""`rpk redpanda start …`: reads the configuration as Redpanda does, runs Kafka, serves the admin port."""

import os
import signal
import socket
import sys
import threading
import time
from pathlib import Path
from typing import Any

import yaml

from .admin import Admin, Server
from .broker import Broker
from .configuration import PEERS_PORT, Node, WrongConfiguration, node
from .flags import Flags, WrongFlag, parse

FOLDER = Path("/etc/redpanda")
POLL_SECONDS = 0.2


def main() -> int:
    """Run until Kafka ends or a signal ends it."""
    try:
        flags = parse(sys.argv[1:])
        wanted = configured(FOLDER, flags)
    except (WrongFlag, WrongConfiguration, OSError, yaml.YAMLError) as wrong:
        say(f"cannot start: {wrong}")
        return 1
    say(f"THIS IS A STAND-IN for Redpanda: an Apache Kafka as broker {wanted.node_id} of {wanted.nodes}")
    for name in wanted.unknown:
        say(f"the cluster property {name} means nothing here")
    broker = Broker(wanted, flags.memory_bytes)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: broker.stop())
    broker.start()
    admin = Admin(wanted, f"127.0.0.1:{PEERS_PORT}")
    server = Server(admin)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    if user := os.environ.get("RP_BOOTSTRAP_USER"):
        threading.Thread(target=create, args=(admin, user), daemon=True).start()
    status = broker.wait()
    say(f"Kafka ended with status {status}")
    return 0 if status in {0, 143} else 1  # 143: it ended because it was asked to


def configured(folder: Path, flags: Flags) -> Node:
    """What the files in Redpanda's folder say; redpanda.yaml is written back, as rpk does.

    Raises:
        WrongConfiguration: Redpanda would not start with them.
    """
    file = folder / "redpanda.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text, encoding="utf-8")  # rpk rewrites it at each start: where that fails, Redpanda does not start
    bootstrap = folder / ".bootstrap.yaml"
    properties = read(bootstrap.read_text(encoding="utf-8")) if bootstrap.exists() else {}
    return node(read(text), properties, flags, socket.gethostname())


def read(text: str) -> dict[str, Any]:
    """A YAML file's mapping."""
    return dict(yaml.safe_load(text) or {})


def create(admin: Admin, user: str) -> None:
    """Create the user of `RP_BOOTSTRAP_USER` (name:password[:algorithm]) as soon as the broker answers."""
    while not admin.ready():
        time.sleep(POLL_SECONDS)
    name, password, *algorithm = user.split(":")
    admin.users.put(name, password, *algorithm)


def say(words: str) -> None:
    """To the log."""
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
