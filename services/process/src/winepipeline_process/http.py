"""/metrics for Prometheus, /healthz and /readyz for the kubelet."""

import json
import logging
import socket
import socketserver
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

_LOG = logging.getLogger(__name__)

_CLIENT_SECONDS = 10.0
"""What a client may take for a request; Prometheus and the kubelet give up earlier."""

_CLOSING_SECONDS = 0.1
"""How long `close` takes at most: the pause between two looks whether to go on serving."""


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


Check = Callable[[], Health]
"""Asked at each probe, in a thread of the server's; one that raises counts as not well."""


class Endpoints:
    """An HTTP server in threads of its own."""

    def __init__(self, host: str, port: int, registry: CollectorRegistry, health: Check, readiness: Check) -> None:
        """Listen at once; `port` 0 takes a free one.

        Raises:
            OSError: the port is taken, or the host is none of ours.
        """
        handler = type(
            "_Bound", (_Handler,), {"registry": registry, "checks": {"/healthz": health, "/readyz": readiness}}
        )
        self._server = _Server(host, port, handler)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(_CLOSING_SECONDS,), name="http", daemon=True
        )
        self._thread.start()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    def close(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    def __init__(self, host: str, port: int, handler: type[BaseHTTPRequestHandler]) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, port), handler)

    def server_bind(self) -> None:
        """Bind without the standard library's reverse look-up of our own name, which takes seconds without a DNS."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - the standard library's
        """Log what went wrong; a client that went away is none of our faults."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            _LOG.exception("a request from %s failed", client_address[0])


class _Handler(BaseHTTPRequestHandler):
    timeout = _CLIENT_SECONDS
    registry: CollectorRegistry
    checks: dict[str, Check]

    def do_GET(self) -> None:
        """Answer one request."""
        path = self.path.partition("?")[0]
        if path == "/metrics":
            self._answer(HTTPStatus.OK, CONTENT_TYPE_LATEST, generate_latest(self.registry))
        elif check := self.checks.get(path):
            found = _asked(check)
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


def _asked(check: Check) -> Health:
    try:
        return check()
    except Exception as error:  # noqa: BLE001 - whatever it is, the process is not well
        _LOG.exception("a health check failed")
        return Health(ok=False, reason="CheckFailed", detail=f"{type(error).__name__}: {error}")
