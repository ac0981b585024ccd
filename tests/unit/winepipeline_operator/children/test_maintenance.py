"""The brokers' hooks against an admin API that answers as Redpanda's does."""

import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from winepipeline_operator.children.maintenance import hooks

_LOOKS = 2
"""So many times the hand-over is not finished yet."""


class Admin(ThreadingHTTPServer):
    """Redpanda's admin API, as far as maintenance goes; broker 3."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[str] = []

    def answer(self, request: str) -> dict[str, object]:
        """What it says, and remembers."""
        self.asked.append(request)
        if request == "GET /v1/node_config":
            return {"data_directory": "/var/lib/redpanda/data", "node_id": 3}
        looks = self.asked.count("GET /v1/brokers/3")
        return {"node_id": 3, "maintenance_status": {"draining": True, "finished": looks > _LOOKS}}


class _Handler(BaseHTTPRequestHandler):
    server: Admin

    def _say(self) -> None:
        body = json.dumps(self.server.answer(f"{self.command} {self.path}")).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_PUT = do_DELETE = _say  # noqa: N815 - the standard library's names

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def admin() -> Iterator[Admin]:
    """An admin API that runs as long as the test."""
    if shutil.which("curl") is None:
        pytest.skip("curl is missing, which Redpanda's image has: apt install curl")
    server = Admin()
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def run(hook: str, admin: Admin) -> int:
    """Run a hook as the kubelet does, at the test's port."""
    command = [
        each.replace("localhost:9644", f"127.0.0.1:{admin.server_port}") for each in hooks()[hook]["exec"]["command"]
    ]
    return subprocess.run(command, check=False, timeout=30, capture_output=True).returncode


def test_a_broker_that_stops_hands_over_first(admin: Admin) -> None:
    """Before a broker stops, its partitions are led by others: it waits until the hand-over is finished."""
    assert run("preStop", admin) == 0
    assert admin.asked[:2] == ["GET /v1/node_config", "PUT /v1/brokers/3/maintenance"]
    assert admin.asked[2:] == ["GET /v1/brokers/3"] * (_LOOKS + 1)


def test_a_broker_that_comes_back_leads_again(admin: Admin) -> None:
    """A broker that has started ends its maintenance, or it would lead nothing for ever."""
    assert run("postStart", admin) == 0
    assert admin.asked == ["GET /v1/node_config", "DELETE /v1/brokers/3/maintenance"]
