"""Between the connector and the emulator: passes everything on, looks at the statements, and misbehaves when told.

Uploads pass here too, since the emulator names the address that it was reached by.
"""

import gzip
import http.client
import json
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

_HOST = "127.0.0.1"
_FORWARD_SECONDS = 60.0


class Act(Enum):
    """What to do with a request."""

    REFUSE = "answer 503, and do not pass it on"
    DROP_BEFORE = "close the connection, and do not pass it on"
    DROP_AFTER = "pass it on, and close the connection instead of answering"
    HANG_BEFORE = "neither pass it on nor answer"
    HANG_AFTER = "pass it on, and do not answer"
    DELAY = "pass it on when healed"
    ANSWER = "answer with `Fault.answer`, and do not pass it on"


@dataclass
class Fault:
    """A rule: what to do with requests that fit.

    A request that the connector repeats (it has the same id) gets the same treatment again, since it is the same
    request; `times` counts different ones.

    Attributes:
        pattern: searched for in the statement, or, where there is none, in the address (`login-request`).
        act: what to do.
        times: how many requests, the first ones that fit; None for all of them.
        answer: for `Act.ANSWER`.
        hit: the ids of the requests that it was applied to.
    """

    pattern: str
    act: Act
    times: int | None = 1
    answer: dict[str, Any] = field(default_factory=dict)
    hit: set[str] = field(default_factory=set)

    def fits(self, text: str, request_id: str) -> bool:
        """Whether it is for this request; remembers that it was."""
        if request_id not in self.hit:
            if (self.times is not None and len(self.hit) >= self.times) or not re.search(self.pattern, text):
                return False
            self.hit.add(request_id)
        return True


class FaultProxy(ThreadingHTTPServer):
    """Listens on a free port of this machine.

    Attributes:
        seen: the statements and addresses that came by, in their order.
    """

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, upstream_port: int) -> None:
        super().__init__((_HOST, 0), _Handler)
        self.upstream_port = upstream_port
        self.seen: list[str] = []
        self._faults: list[Fault] = []
        self._mutex = threading.Lock()
        self._released = threading.Event()
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    @property
    def environment(self) -> dict[str, str]:
        """What makes a consumer come this way."""
        return {"SNOWFLAKE_HOST": _HOST, "SNOWFLAKE_PORT": str(self.server_address[1])}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.heal()
        self.shutdown()
        self.server_close()

    def inject(self, pattern: str, act: Act, times: int | None = 1, answer: dict[str, Any] | None = None) -> Fault:
        """From now on, do this to requests that fit; the rule that was given last is asked first."""
        fault = Fault(pattern, act, times, answer or {})
        with self._mutex:
            self._faults.insert(0, fault)
        return fault

    def heal(self) -> None:
        """Do no more harm; what hangs is let go, without an answer."""
        with self._mutex:
            self._faults.clear()
        self._released.set()
        self._released = threading.Event()

    def fault_for(self, text: str, request_id: str) -> Fault | None:
        """What to do with a request."""
        with self._mutex:
            self.seen.append(text)
            return next((fault for fault in self._faults if fault.fits(text, request_id)), None)

    def hang(self) -> None:
        """Wait until healed."""
        self._released.wait()

    def handle_error(self, *_: object) -> None:
        """A client that goes away is no news here."""


class _Handler(BaseHTTPRequestHandler):
    server: FaultProxy
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        text, request_id = self._subject(body)
        fault = self.server.fault_for(text, request_id)
        if fault is None:
            self._answer(*self._forwarded(body))
            return
        match fault.act:
            case Act.REFUSE:
                self._answer(503, {}, b"<html>503 Service Unavailable</html>")
            case Act.ANSWER:
                self._answer(200, {"Content-Type": "application/json"}, json.dumps(fault.answer).encode())
            case Act.DELAY:
                self.server.hang()
                self._answer(*self._forwarded(body))
            case Act.DROP_BEFORE | Act.HANG_BEFORE:
                self._leave(fault)
            case Act.DROP_AFTER | Act.HANG_AFTER:
                self._forwarded(body)
                self._leave(fault)

    do_PUT = do_POST  # noqa: N815 - the standard library's name
    do_GET = do_POST  # noqa: N815

    def log_message(self, *_: Any) -> None:
        """The tests look at `seen`."""

    def _subject(self, body: bytes) -> tuple[str, str]:
        """The statement, or the address; and the request's id."""
        url = urlsplit(self.path)
        request_id = parse_qs(url.query).get("requestId", [f"{id(self)}-{len(self.server.seen)}"])[0]
        if not url.path.startswith("/queries/"):
            return url.path, request_id
        plain = gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body
        return str(json.loads(plain).get("sqlText", url.path)), request_id

    def _leave(self, fault: Fault) -> None:
        if fault.act in {Act.HANG_BEFORE, Act.HANG_AFTER}:
            self.server.hang()
        self.close_connection = True

    def _forwarded(self, body: bytes) -> tuple[int, Mapping[str, str], bytes]:
        upstream = http.client.HTTPConnection(_HOST, self.server.upstream_port, timeout=_FORWARD_SECONDS)
        try:
            headers = {name: value for name, value in self.headers.items() if name.lower() != "connection"}
            upstream.request(self.command, self.path, body, headers)
            answer = upstream.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            upstream.close()

    def _answer(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            if name.lower() not in {"content-length", "connection", "transfer-encoding"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()
