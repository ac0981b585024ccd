"""/metrics for Prometheus, /healthz and /readyz for the kubelet."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest


@dataclass(frozen=True, slots=True)
class Health:
    """How a process is.

    Attributes:
        ok: whether it is well.
        reason: one CamelCase word.
        detail: for a person.
    """

    ok: bool
    reason: str
    detail: str = ""


class Endpoints:
    """An HTTP server in threads of its own."""

    def __init__(
        self,
        host: str,
        port: int,
        registry: CollectorRegistry,
        health: Callable[[], Health],
        readiness: Callable[[], Health],
    ) -> None:
        """Listen at once; `port` 0 takes a free one.

        Raises:
            OSError: the port is taken.
        """
        handler = type(
            "_Bound", (_Handler,), {"registry": registry, "checks": {"/healthz": health, "/readyz": readiness}}
        )
        self._server = ThreadingHTTPServer((host, port), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, name="http", daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    def close(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    registry: CollectorRegistry
    checks: dict[str, Callable[[], Health]]

    def do_GET(self) -> None:  # noqa: N802 - the standard library's name
        """Answer one request."""
        path = self.path.partition("?")[0]
        if path == "/metrics":
            self._answer(HTTPStatus.OK, CONTENT_TYPE_LATEST, generate_latest(self.registry))
        elif check := self.checks.get(path):
            found = check()
            status = HTTPStatus.OK if found.ok else HTTPStatus.SERVICE_UNAVAILABLE
            body = {"ok": found.ok, "reason": found.reason, "detail": found.detail}
            self._answer(status, "application/json", json.dumps(body, ensure_ascii=False).encode() + b"\n")
        else:
            self._answer(HTTPStatus.NOT_FOUND, "text/plain", b"/metrics, /healthz or /readyz\n")

    def log_message(self, *_: Any) -> None:
        """Probes and scrapes are no news."""

    def _answer(self, status: HTTPStatus, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
