"""What Prometheus and the kubelet get."""

import json
import logging
import socket
from collections.abc import Iterator
from http.client import HTTPConnection

import pytest
from prometheus_client import CollectorRegistry, Counter

from winepipeline_process.http import Endpoints, Health


class State:
    """What the process says of itself."""

    def __init__(self) -> None:
        self.health = Health(ok=True, reason="Alive")
        self.readiness: Health | Exception = Health(ok=True, reason="Ready")

    def ready(self) -> Health:
        """As it was set."""
        if isinstance(self.readiness, Exception):
            raise self.readiness
        return self.readiness


@pytest.fixture
def state() -> State:
    """Well, until a test says otherwise."""
    return State()


@pytest.fixture
def endpoints(state: State) -> Iterator[Endpoints]:
    """Listening on a free port, with one metric."""
    registry = CollectorRegistry()
    Counter("bottles", "Bottles sold.", registry=registry).inc(3)
    served = Endpoints("127.0.0.1", 0, registry, lambda: state.health, state.ready)
    yield served
    served.close()


def get(endpoints: Endpoints, path: str) -> tuple[int, str, bytes]:
    connection = HTTPConnection("127.0.0.1", endpoints.port, timeout=5)
    connection.request("GET", path)
    answer = connection.getresponse()
    found = answer.status, answer.headers["Content-Type"], answer.read()
    connection.close()
    return found


def test_prometheus_reads_the_metrics(endpoints: Endpoints) -> None:
    """A scrape gets the registry's metrics in the form that Prometheus knows."""
    status, kind, body = get(endpoints, "/metrics")
    assert (status, kind.split(";")[0]) == (200, "text/plain")
    assert b"bottles_total 3.0" in body


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/readyz?verbose"])
def test_a_process_that_is_well_says_so(endpoints: Endpoints, path: str) -> None:
    """The kubelet's probes pass."""
    status, kind, body = get(endpoints, path)
    assert (status, kind, json.loads(body)["ok"]) == (200, "application/json", True)


def test_a_process_that_is_not_ready_says_why(endpoints: Endpoints, state: State) -> None:
    """A failing probe tells the reason, in a word for machines and in words for people."""
    state.readiness = Health(ok=False, reason="Waiting", detail="no topic « ventes »")
    status, _, body = get(endpoints, "/readyz")
    assert (status, json.loads(body)) == (503, {"ok": False, "reason": "Waiting", "detail": "no topic « ventes »"})
    assert get(endpoints, "/healthz")[0] == 200


def test_a_check_that_fails_is_an_answer_too(
    endpoints: Endpoints, state: State, caplog: pytest.LogCaptureFixture
) -> None:
    """A fault in a check is told to the one who asks, and logged, and the server goes on."""
    state.readiness = KeyError("partition")
    status, _, body = get(endpoints, "/readyz")
    assert (status, json.loads(body)["reason"]) == (503, "CheckFailed")
    assert "partition" in caplog.text
    assert get(endpoints, "/healthz")[0] == 200


def test_another_path_is_told_what_there_is(endpoints: Endpoints) -> None:
    """Who mistypes a path reads the right ones."""
    assert get(endpoints, "/health")[::2] == (404, b"/metrics, /healthz or /readyz\n")


def test_a_scraper_that_goes_away_leaves_no_trace(endpoints: Endpoints, caplog: pytest.LogCaptureFixture) -> None:
    """A connection that is dropped in the middle is no line in the log, and the next scrape works."""
    with socket.create_connection(("127.0.0.1", endpoints.port)) as client:
        client.sendall(b"GET /metrics HTTP/1.0\r\n")
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # so that closing resets
    assert get(endpoints, "/metrics")[0] == 200
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_a_port_that_is_taken_is_told_at_once(endpoints: Endpoints) -> None:
    """Two processes on one port do not share it in silence."""
    with pytest.raises(OSError, match="in use"):
        Endpoints("127.0.0.1", endpoints.port, CollectorRegistry(), lambda: Health(True, ""), lambda: Health(True, ""))


def test_nothing_listens_after_the_end(state: State) -> None:
    """The port is free again as soon as a process has stopped."""
    served = Endpoints("127.0.0.1", 0, CollectorRegistry(), lambda: state.health, state.ready)
    served.close()
    with pytest.raises(ConnectionRefusedError):
        get(served, "/metrics")
