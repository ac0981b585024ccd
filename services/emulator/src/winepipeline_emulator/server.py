"""HTTP: the addresses of Snowflake's that the connector uses, and /healthz, /readyz.

Python's own threading server: a session's statements follow each other anyway, a waiting one costs a thread and no
more, and the process is up sooner than with a framework's imports.
"""

import json
import logging
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from winepipeline_emulator import protocol
from winepipeline_emulator.account import Account
from winepipeline_emulator.errors import INTERNAL, SessionGone, StatementError, translate
from winepipeline_emulator.session import Request, answered
from winepipeline_emulator.sessions import Sessions
from winepipeline_emulator.stage_files import StageFiles

_LOGGER = logging.getLogger(__name__)
_AUTHORIZATION = 'Snowflake Token="'


class Server(ThreadingHTTPServer):
    """Serves the account until told to stop, and then finishes the requests in hand."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], account: Account, sessions: Sessions, stages: StageFiles) -> None:
        self.account = account
        self.sessions = sessions
        self.stages = stages
        self.stopping = False
        self._in_hand = 0
        self._changed = threading.Condition()
        super().__init__(address, Handler)

    def enter(self) -> None:
        """A request has come in."""
        with self._changed:
            self._in_hand += 1

    def leave(self) -> None:
        """A request has been answered."""
        with self._changed:
            self._in_hand -= 1
            self._changed.notify_all()

    def drain(self, timeout_seconds: float) -> bool:
        """Wait until no request is in hand; False when some still are after the time."""
        with self._changed:
            return self._changed.wait_for(lambda: self._in_hand == 0, timeout_seconds)


class Handler(BaseHTTPRequestHandler):
    """One connection of a client's: its requests one after the other."""

    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body in one packet
    timeout = 3600.0  # seconds; a client whose machine is gone does not keep a thread for ever

    def do_GET(self) -> None:
        """Health."""
        self._serve({"/healthz": self._healthz, "/readyz": self._healthz})

    def do_PUT(self) -> None:
        """Uploads to stages."""
        self._serve({"/fs_bucket/": self._upload})

    def do_POST(self) -> None:
        """Log-ins, sessions and statements."""
        self._serve(
            {
                "/queries/v1/query-request": self._query,
                "/queries/v1/abort-request": self._abort,
                "/session/v1/login-request": self._log_in,
                "/session/heartbeat": self._heartbeat,
                "/session/token-request": self._heartbeat,
                "/session": self._end_session,
                "/telemetry/send": self._accept,
            }
        )

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Say nothing: a line for every request is noise."""

    def _serve(self, routes: dict[str, Callable[[bytes, dict[str, str]], None]]) -> None:
        self.server.enter()
        try:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.server.stopping:
                self.close_connection = True
                self._send(HTTPStatus.SERVICE_UNAVAILABLE, {"ok": False, "reason": "the emulator is stopping"})
                return
            url = urlsplit(self.path)
            for address, route in routes.items():
                if url.path == address or (address.endswith("/") and url.path.startswith(address)):
                    self._answer_with(route, body, dict(parse_qsl(url.query)))
                    return
            self._send(HTTPStatus.NOT_FOUND, protocol.failure(StatementError(404, "08001", f"no {url.path} here")))
        except (ConnectionError, TimeoutError):
            self.close_connection = True  # the client has gone
        finally:
            self.server.leave()

    def _answer_with(self, route: Callable[[bytes, dict[str, str]], None], body: bytes, query: dict[str, str]) -> None:
        try:
            route(body, query)
        except (ConnectionError, TimeoutError):
            raise
        except Exception as error:
            translated = translate(error)
            if translated.errno == INTERNAL:
                _LOGGER.exception("The emulator failed at %s", self.path.partition("?")[0])
            self._send(HTTPStatus.OK, protocol.failure(translated))

    def _log_in(self, body: bytes, query: dict[str, str]) -> None:
        data = self._decoded(body).get("data", {})
        token, session = self.server.sessions.log_in(data, query)
        self._send(HTTPStatus.OK, protocol.logged_in(token, session.number, session.current))

    def _query(self, body: bytes, query: dict[str, str]) -> None:
        session = self.server.sessions.find(self._token())
        origin = f"http://{self.headers.get('Host')}"
        request = Request(query.get("requestId", ""), self._decoded(body), origin)
        answer, error = answered(session, request)
        if error is not None and error.errno == INTERNAL:
            _LOGGER.error("%s, at the statement: %s", error.message, request.body.get("sqlText"))
        self._send(HTTPStatus.OK, answer)

    def _abort(self, body: bytes, _: dict[str, str]) -> None:
        self.server.sessions.find(self._token()).cancel(str(self._decoded(body).get("requestId")))
        self._send(HTTPStatus.OK, protocol.success())

    def _heartbeat(self, _: bytes, __: dict[str, str]) -> None:
        self.server.sessions.find(self._token())
        self._send(HTTPStatus.OK, protocol.success())

    def _end_session(self, _: bytes, query: dict[str, str]) -> None:
        if query.get("delete"):
            self.server.sessions.log_out(self._token())
        self._send(HTTPStatus.OK, protocol.success())

    def _accept(self, _: bytes, __: dict[str, str]) -> None:
        self._send(HTTPStatus.OK, protocol.success())

    def _upload(self, body: bytes, query: dict[str, str]) -> None:
        target = unquote(urlsplit(self.path).path.removeprefix("/fs_bucket/"))
        is_taken = self.server.stages.receive(target, query.get("signature", ""), body)
        self._send(HTTPStatus.OK if is_taken else HTTPStatus.UNAUTHORIZED, {})

    def _healthz(self, _: bytes, __: dict[str, str]) -> None:
        try:
            self.server.account.check()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the answer
            self._send(HTTPStatus.SERVICE_UNAVAILABLE, {"ok": False, "reason": str(error)})
            return
        sessions = self.server.sessions
        self._send(HTTPStatus.OK, {"ok": True, "sessions": len(sessions), "running": sessions.running})

    def _decoded(self, body: bytes) -> dict[str, Any]:
        return protocol.decoded(body, self.headers.get("Content-Encoding"))

    def _token(self) -> str:
        header = self.headers.get("Authorization", "")
        if not header.startswith(_AUTHORIZATION):
            raise SessionGone
        return header[len(_AUTHORIZATION) : -1]

    def _send(self, status: HTTPStatus, answer: dict[str, Any]) -> None:
        content = json.dumps(answer).encode()
        self.send_response_only(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()
