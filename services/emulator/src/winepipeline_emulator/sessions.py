"""All sessions: logging in, finding them by their token, and forgetting those whose client has gone."""

import hmac
import logging
import secrets
import threading
import time
from collections.abc import Mapping
from typing import Any

from winepipeline_emulator.errors import LoginRefused, SessionGone
from winepipeline_emulator.session import Session, Shared
from winepipeline_emulator.session_state import SessionState

_LOGGER = logging.getLogger(__name__)
_SWEEP_SECONDS = 0.25


class Sessions:
    """The sessions by their tokens.

    A client that was killed says no goodbye. Snowflake aborts its transaction after a while and forgets its session;
    so does this, sooner: a session that holds an open transaction and sends nothing for `idle_transaction_seconds`, or
    nothing at all for `idle_session_seconds`, is rolled back and forgotten. Its client, should it live after all, is
    told that the session is gone, so that it never takes what it does next for a part of that transaction.
    """

    def __init__(
        self, shared: Shared, password: str | None, idle_transaction_seconds: float, idle_session_seconds: float
    ) -> None:
        self._shared = shared
        self._password = password
        self._idle_transaction_seconds = idle_transaction_seconds
        self._idle_session_seconds = idle_session_seconds
        self._mutex = threading.Lock()
        self._by_token: dict[str, Session] = {}
        self._stopped = threading.Event()
        self._sweeper = threading.Thread(target=self._sweep, name="sessions", daemon=True)
        self._sweeper.start()

    def __len__(self) -> int:
        return len(self._by_token)

    @property
    def running(self) -> int:
        """How many statements run now, or wait for a lock."""
        return sum(session.is_running for session in list(self._by_token.values()))

    def log_in(self, data: Mapping[str, Any], query: Mapping[str, str]) -> tuple[str, Session]:
        """Begin a session; returns its token, and the session.

        Args:
            data: the request's `data`: LOGIN_NAME, PASSWORD or AUTHENTICATOR and TOKEN, SESSION_PARAMETERS.
            query: the request's query parameters: databaseName, schemaName, roleName, warehouse.

        Raises:
            LoginRefused: the password is wrong.
            StatementError: a session parameter is.
        """
        self._check_credentials(data)
        state = SessionState(role=_name(query.get("roleName")) or "SYSADMIN", warehouse=_name(query.get("warehouse")))
        state.set({name: str(value) for name, value in (data.get("SESSION_PARAMETERS") or {}).items()})
        database, schema = _name(query.get("databaseName")), _name(query.get("schemaName"))
        session = Session(self._shared, str(data.get("LOGIN_NAME", "")), database, schema, state)
        token = secrets.token_urlsafe(32)
        with self._mutex:
            self._by_token[token] = session
        return token, session

    def find(self, token: str) -> Session:
        """The session of a token.

        Raises:
            SessionGone: there is none, or none any more.
        """
        session = self._by_token.get(token)
        if session is None or session.closed:
            raise SessionGone
        return session

    def log_out(self, token: str) -> None:
        """End a session; its open transaction is rolled back."""
        with self._mutex:
            session = self._by_token.pop(token, None)
        if session is not None:
            session.cancel()
            with session.mutex:
                session.close()

    def stop_waiting(self) -> None:
        """Have every statement that waits for a lock fail: the process is to end."""
        for session in list(self._by_token.values()):
            session.stop_waiting()

    def cancel_all(self) -> None:
        """Stop every statement that runs or waits: the process is to end."""
        for session in list(self._by_token.values()):
            session.cancel()

    def close(self) -> None:
        """End every session."""
        self._stopped.set()
        self._sweeper.join()
        for token in list(self._by_token):
            self.log_out(token)

    def _check_credentials(self, data: Mapping[str, Any]) -> None:
        # A key pair's token is taken on trust: no user's public key is known here.
        if self._password is None or data.get("AUTHENTICATOR") == "SNOWFLAKE_JWT":
            return
        given = str(data.get("PASSWORD") or "")
        if not hmac.compare_digest(given.encode(), self._password.encode()):
            raise LoginRefused

    def _sweep(self) -> None:
        while not self._stopped.wait(_SWEEP_SECONDS):
            for token, session in list(self._by_token.items()):
                self._forget_if_idle(token, session)

    def _forget_if_idle(self, token: str, session: Session) -> None:
        if not session.mutex.acquire(blocking=False):
            return  # a statement runs: its client is waited for
        try:
            idle_seconds = time.monotonic() - session.used_at_seconds
            limit_seconds = self._idle_transaction_seconds if session.in_transaction else self._idle_session_seconds
            if idle_seconds < limit_seconds:
                return
            if session.in_transaction:
                _LOGGER.warning(
                    "Session %d sent nothing for %.1f s in an open transaction: rolled back and forgotten",
                    session.number,
                    idle_seconds,
                )
            session.close()
        finally:
            session.mutex.release()
        with self._mutex:
            self._by_token.pop(token, None)


def _name(written: str | None) -> str | None:
    """An identifier as Snowflake stores it."""
    if not written:
        return None
    return written[1:-1] if written.startswith('"') else written.upper()
