"""Redpanda's admin API, as much of it as probes, hooks and dashboards ask for."""

import json
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from .configuration import Node
from .metrics import Metrics, text
from .users import Users

READY_SECONDS = 2.0


class Admin:
    """What the admin port answers."""

    def __init__(self, node: Node, bootstrap: str) -> None:
        self.node = node
        self._client = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})
        self.users = Users(self._client)
        self.metrics = Metrics(node, self._client, bootstrap)
        self._maintained = False

    def ready(self) -> bool:
        """Whether the broker answers."""
        return bool(self._brokers())

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        """Status and content; content that is no text goes out as JSON."""
        if path.startswith("/v1/security/users"):
            return self._user(method, path.removeprefix("/v1/security/users").strip("/"), body)
        if re.fullmatch(r"/v1/brokers/\d+/maintenance", path) and method in {"PUT", "DELETE"}:
            self._maintained = method == "PUT"
            return 200, {}
        return self._told(path) if method == "GET" else _nothing(method, path)

    def _told(self, path: str) -> tuple[int, Any]:
        if path == "/v1/status/ready":
            return (200, {"status": "ready"}) if self.ready() else (503, {"status": "booting"})
        if path == "/v1/node_config":
            return 200, {"node_id": self.node.node_id}
        if path == "/v1/brokers":
            return 200, [self._broker(number) for number in self._brokers()]
        if one := re.fullmatch(r"/v1/brokers/(\d+)", path):
            return 200, self._broker(int(one[1]))
        if path == "/v1/cluster/health_overview":
            down = sorted(set(range(self.node.nodes)) - set(self._brokers()))
            return 200, {"is_healthy": not down, "nodes_down": down, "leaderless_partitions": []}
        if path == "/public_metrics":
            return 200, text(self.metrics.samples())
        return _nothing("GET", path)

    def _user(self, method: str, name: str, body: Any) -> tuple[int, Any]:
        if method == "GET":
            return 200, self.users.names()
        if method in {"POST", "PUT"}:
            self.users.put(name or body["username"], body["password"], body.get("algorithm", "SCRAM-SHA-256"))
            return 200, {}
        if method == "DELETE":
            self.users.delete(name)
            return 200, {}
        return 405, {"message": f"{method} is not for users", "code": 405}

    def _brokers(self) -> list[int]:
        try:
            return sorted(self._client.list_topics(timeout=READY_SECONDS).brokers)
        except KafkaException:
            return []

    def _broker(self, number: int) -> dict[str, Any]:
        status = {"draining": self._maintained, "finished": self._maintained, "errors": False}
        return {
            "node_id": number,
            "num_cores": 1,
            "membership_status": "active",
            "is_alive": True,
            "version": "stand-in",
            "maintenance_status": status if number == self.node.node_id else {"draining": False},
        }


def _nothing(method: str, path: str) -> tuple[int, Any]:
    return 404, {"message": f"the stand-in has no {method} {path}", "code": 404}


class Server(ThreadingHTTPServer):
    """Serves one Admin."""

    daemon_threads = True

    def __init__(self, admin: Admin) -> None:
        super().__init__(("0.0.0.0", admin.node.admin_port), Handler)  # noqa: S104 - probes come from outside the pod
        self.admin = admin


class Handler(BaseHTTPRequestHandler):
    """Takes a request apart and answers it."""

    server: Server

    def _serve(self) -> None:
        sent = self._body()
        try:
            body = json.loads(sent) if sent else None
            status, content = self.server.admin.answer(self.command, self.path.partition("?")[0], body)
        except (KafkaException, KeyError, TypeError, ValueError) as failure:
            status, content = 400, {"message": f"{type(failure).__name__}: {failure}", "code": 400}
        plain = isinstance(content, str)
        payload = (content if plain else json.dumps(content)).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; version=0.0.4" if plain else "application/json")
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def _body(self) -> bytes:
        """What was sent: of a known length, or in chunks, as the API server's proxy passes it on."""
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        found = b""
        while length := int(self.rfile.readline(), 16):
            found += self.rfile.read(length)
            self.rfile.readline()
        self.rfile.readline()
        return found

    do_GET = do_PUT = do_POST = do_DELETE = _serve  # noqa: N815 - the library's names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Probes are no news."""
