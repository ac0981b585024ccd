"""Answers that are none: the connector falls over them, and the pipeline does not."""

import json
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from winepipeline_warehouse.errors import Misconfigured, Unavailable
from winepipeline_warehouse.session import Session
from winepipeline_warehouse.settings import WarehouseSettings

HOST = "127.0.0.1"
WELCOME = {"token": "t", "masterToken": "m", "sessionId": 1, "parameters": [], "sessionInfo": {}}
HEAD = "HTTP/1.1 {status}\r\nContent-Type: application/json\r\n{more}\r\n"


def whole(body: bytes, status: str = "200 OK", more: str = "") -> bytes:
    """An answer of this body."""
    return HEAD.format(status=status, more=f"Content-Length: {len(body)}\r\n{more}").encode() + body


ANSWERS = {
    "a proxy's page": whole(b"<html>Please log in</html>"),
    "nothing": whole(b""),
    "half of it": whole(b'{"success":true,'),
    "null": whole(b"null"),
    "a list": whole(b"[]"),
    "an empty object": whole(b"{}"),
    "success without data": whole(b'{"success":true,"code":null,"message":null,"data":null}'),
    "a broken chunk": HEAD.format(status="200 OK", more="Transfer-Encoding: chunked\r\n").encode() + b"zz\r\n",
    "broken compression": whole(b"abcde", more="Content-Encoding: gzip\r\n"),
    "a redirection": whole(b"", "302 Found"),
    "not authorised": whole(b"", "401 Unauthorized"),
    "forbidden": whole(b"", "403 Forbidden"),
    "not found": whole(b"", "404 Not Found"),
    "too many requests": whole(b"", "429 Too Many Requests"),
    "a fault of the server's": whole(b"", "500 Internal Server Error"),
    "no answer at all": b"",
}


class Oddity(ThreadingHTTPServer):
    """Lets everybody log in unless `login` says otherwise, and gives `answer` to all else."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__((HOST, 0), _Handler)
        self.login = whole(json.dumps({"success": True, "data": WELCOME}).encode())
        self.answer = b""
        self.result = b""
        self.asked = self.questions = 0
        self.pause_seconds = 0.0
        self.cancelled = False
        Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def handle_error(self, *_: Any) -> None:
        """A client that goes away is no news."""


class _Handler(BaseHTTPRequestHandler):
    server: Oddity

    def do_POST(self) -> None:
        """Answer with raw bytes, and close the connection."""
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.cancelled |= "abort-request" in self.path
        self.wfile.write(self.server.login if "login-request" in self.path else self.server.answer)

    def do_GET(self) -> None:
        """How far a statement is."""
        self.server.asked += 1
        time.sleep(self.server.pause_seconds)
        self.wfile.write(self.server.answer if self.server.asked < self.server.questions else self.server.result)

    def log_message(self, *_: Any) -> None:
        """The test sees what comes of it."""


@pytest.fixture
def oddity() -> Iterator[Oddity]:
    """A server that does not answer like a warehouse."""
    server = Oddity()
    yield server
    server.shutdown()
    server.server_close()


def settings(server: Oddity) -> WarehouseSettings:
    return WarehouseSettings.from_environment(
        {
            "SNOWFLAKE_ACCOUNT": "caves-albert",
            "SNOWFLAKE_USER": "wine_loader",
            "SNOWFLAKE_PASSWORD": "secret",
            "SNOWFLAKE_PROTOCOL": "http",
            "SNOWFLAKE_HOST": HOST,
            "SNOWFLAKE_PORT": str(server.server_port),
            "SNOWFLAKE_LOGIN_TIMEOUT": "1",
            "SNOWFLAKE_NETWORK_TIMEOUT": "1",
        }
    )


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_an_answer_that_is_none_is_tried_again(oddity: Oddity, answer: bytes) -> None:
    """Whatever stands between the pipeline and the warehouse, the load is in doubt, and neither lost nor its end."""
    oddity.answer = answer
    session = Session(settings(oddity))
    actions: list[Callable[[], object]] = [
        lambda: session.change("COMMIT"),
        lambda: session.query("SELECT 1"),
        lambda: session.put(b"content", "file", "stage"),
    ]
    for action in actions:
        with pytest.raises(Unavailable):
            action()
    session.close()


def test_an_account_that_does_not_exist_is_told(oddity: Oddity) -> None:
    """A misspelt account ends the consumer with a hint instead of being tried for ever."""
    oddity.login = ANSWERS["not found"]
    with pytest.raises(Misconfigured) as caught:
        Session(settings(oddity))
    assert "SNOWFLAKE_ACCOUNT" in caught.value.hint


def test_a_statement_takes_longer_than_a_request(oddity: Oddity) -> None:
    """A load that queues, or an audit of a large table, is waited for: only a single answer must come in time."""
    running = {"success": True, "code": "333333", "data": {"queryId": "q", "getResultUrl": "/queries/q/result"}}
    data = {"rowtype": [], "rowset": [], "total": 0, "returned": 0, "queryResultFormat": "json", "parameters": []}
    oddity.answer = whole(json.dumps(running).encode())
    oddity.result = whole(json.dumps({"success": True, "code": None, "data": {**data, "queryId": "q"}}).encode())
    oddity.questions, oddity.pause_seconds = 4, 0.6
    with Session(settings(oddity)) as session:
        assert session.query("SELECT 1", scans=True) == []
    assert oddity.asked >= oddity.questions
    assert not oddity.cancelled
