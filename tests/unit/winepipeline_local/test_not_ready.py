"""A pipeline that does not work yet is not called ready, and its services' own words say why."""

import http.server
import io
import json
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from winepipeline_local.child import Child
from winepipeline_local.plan import ServicePlan
from winepipeline_local.ready_view import Ready, ready_view
from winepipeline_local.service import Service

AWAY = {"ok": False, "reason": "WarehouseUnavailable", "detail": "nobody answers at nowhere"}
WELL = {"ok": True, "reason": "Assigned", "detail": "partitions [0]"}


class Answers(http.server.BaseHTTPRequestHandler):
    """A service's health endpoints; what it says of itself is the server's `said`."""

    def do_GET(self) -> None:
        """Answer."""
        said = self.server.said  # type: ignore[attr-defined]
        body = json.dumps(said).encode() if self.path == "/readyz" else b"# none yet\n"
        self.send_response(200 if self.path == "/metrics" or said["ok"] else 503)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def endpoint() -> Iterator[http.server.HTTPServer]:
    """A service's endpoint at which the warehouse is away."""
    server = http.server.HTTPServer(("127.0.0.1", 0), Answers)
    server.said = AWAY  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_a_service_says_why_it_is_not_ready(endpoint: http.server.HTTPServer, tmp_path: Path) -> None:
    """Whoever waits for a consumer reads that the warehouse does not answer, until it does."""
    plan = ServicePlan("consumer-1", "asyncio", dict(os.environ), endpoint.server_port)
    service = Service(plan, tmp_path / "log", lambda _: None)
    assert service.why_not_ready == "it is stopped"
    service._child = Child.start("consumer-1", [sys.executable, "-c", "import time; time.sleep(60)"], tmp_path / "log")
    try:
        assert service.why_not_ready == "it does not answer yet"
        service.scrape()
        assert service.why_not_ready == "WarehouseUnavailable: nobody answers at nowhere"
        endpoint.said = WELL  # type: ignore[attr-defined]
        service.scrape()
        assert (service.why_not_ready, service.state) == ("", "running")
    finally:
        service.kill()


@pytest.mark.parametrize("unready", [{}, {"consumer-1": "WarehouseUnavailable: nobody answers"}])
def test_only_what_works_is_called_ready(unready: dict[str, str]) -> None:
    """The block of addresses begins with "Ready" or with "Not ready", the reason and the command that looks further."""
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(ready_view(Ready("k:1", ("a", "b"), "w", "t", (), "logs", (), unready, "winepipeline check"), 45.0))
    text = console.export_text()
    assert ("Not ready after 45.0 s" in text) is bool(unready)
    assert ("WarehouseUnavailable: nobody answers" in text) is bool(unready)
    assert ("`winepipeline check`" in text) is bool(unready)
    assert "k:1" in text
