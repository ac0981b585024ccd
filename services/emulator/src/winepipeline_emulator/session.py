"""One client's session: its statements, one at a time, from the request to the answer."""

import itertools
import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from winepipeline_emulator import commands, protocol
from winepipeline_emulator.account import Account
from winepipeline_emulator.command_answers import CommandAnswers, current_objects
from winepipeline_emulator.connection import Outcome
from winepipeline_emulator.errors import SessionGone, StatementError, is_conflict, translate
from winepipeline_emulator.locks import TableChanges, TableLocks
from winepipeline_emulator.protocol import Json
from winepipeline_emulator.session_state import SessionState
from winepipeline_emulator.stage_files import StageFiles
from winepipeline_emulator.statement import WRITING, Kind, Statement
from winepipeline_emulator.transaction import Transaction

_REMEMBERED_ANSWERS = 8
_PAUSE_SECONDS = 0.02
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Shared:
    """What all sessions have in common."""

    account: Account
    stages: StageFiles
    locks: TableLocks
    changes: TableChanges


@dataclass(frozen=True)
class Request:
    """One statement to run: the request's id, its body, and the address that the client reached us by."""

    request_id: str
    body: Json
    origin: str


class Session:
    """A logged-in client. Its requests may come from several threads, and wait for each other."""

    def __init__(
        self, shared: Shared, user: str, database: str | None, schema: str | None, state: SessionState
    ) -> None:
        self.number = next(_numbers)
        self.closed = False
        self.used_at_seconds = time.monotonic()
        self.mutex = threading.Lock()
        self._shared = shared
        self._state = state
        self._connection = shared.account.connect(database, schema)
        self._cancelled = threading.Event()
        self._transaction = Transaction(self._connection, shared.locks, shared.changes, self._cancelled.is_set)
        self._commands = CommandAnswers(shared.account, shared.stages, self._connection, self._transaction, state)
        self._user = user
        self._answers: OrderedDict[str, Json] = OrderedDict()
        self._running: str | None = None

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return self._transaction.is_open

    @property
    def is_running(self) -> bool:
        """Whether a statement runs now, or waits for a lock."""
        return self._running is not None

    @property
    def current(self) -> Mapping[str, str | None]:
        """Where the session is: finalDatabaseName and its like."""
        return current_objects(self._connection, self._state)

    def execute(self, request: Request) -> Json:
        """Run a statement and answer; a request that was answered before is answered the same, and not run again.

        The connector repeats a request whose answer it did not get with the same request id, as Snowflake expects.

        Raises:
            SessionGone: the session was closed while the request waited for its turn.
        """
        with self.mutex:
            if self.closed:
                raise SessionGone
            if (answer := self._answers.get(request.request_id)) is not None:
                return answer
            self._cancelled.clear()
            self._running = request.request_id
            try:
                answer, is_remembered = self._answer(request)
            finally:
                self._running = None
                self.used_at_seconds = time.monotonic()
            if is_remembered and request.request_id:
                self._answers[request.request_id] = answer
                while len(self._answers) > _REMEMBERED_ANSWERS:
                    self._answers.popitem(last=False)
            return answer

    def stop_waiting(self) -> None:
        """Have a statement that waits for a lock fail."""
        self._cancelled.set()
        self._shared.locks.wake()

    def cancel(self, request_id: str | None = None) -> None:
        """Stop the statement that runs, if it is this request's (None: whichever it is)."""
        if self._running is not None and request_id in {None, self._running}:
            self.stop_waiting()
            self._connection.interrupt()

    def close(self) -> None:
        """End the session: its open transaction is rolled back. The caller holds `mutex`."""
        if not self.closed:
            self.closed = True
            self._transaction.rollback()
            self._connection.close()

    def _answer(self, request: Request) -> tuple[Json, bool]:
        sql = request.body["sqlText"]
        command = commands.recognise(sql)
        if command is not None:
            return self._commands.answer(command, request.origin), True
        statement = self._connection.statement(sql)
        if request.body.get("describeOnly") and (columns := self._connection.describe(statement)) is not None:
            return protocol.described(columns[0], str(uuid.uuid4()), columns[1], self.current), False
        values, batch = protocol.parameters(request.body)
        if batch is not None:
            return self._batch(statement, batch), True
        outcome = self._run(statement, values)
        return protocol.result(outcome, self.current), statement.kind is not Kind.READ

    def _run(self, statement: Statement, values: Any) -> Outcome:
        self._connection.values = {
            exp.CurrentUser: self._user.upper(),
            exp.CurrentRole: self._state.role,
            exp.CurrentWarehouse: self._state.warehouse,
            exp.CurrentAccount: "EMULATOR",
            exp.CurrentSession: str(self.number),
            exp.CurrentTransaction: self._transaction.name,
        }
        if statement.kind is Kind.DDL:
            self._transaction.commit()
            return self._define(statement, values)
        if statement.kind in WRITING:
            if not self._state.autocommits:
                self._transaction.begin()
            return self._transaction.write(statement, values, self._state.lock_timeout_seconds)
        return self._transaction.read(statement, values)

    def _batch(self, statement: Statement, batch: list[tuple[Any, ...]]) -> Json:
        """Run a statement for each row of bound values: all of them or none, as one statement."""
        is_own = not self._transaction.is_open
        self._transaction.begin()
        try:
            outcomes = [self._run(statement, row) for row in batch]
        except BaseException:
            if is_own:
                self._transaction.rollback()
            raise
        if is_own and self._state.autocommits:
            self._transaction.commit()
        total = sum(next(iter(row.values())) for outcome in outcomes for row in outcome.counts)
        last = outcomes[-1]
        return protocol.rowset(last.rowtype[:1], [[str(total)]], last.query_id, last.statement_type, self.current)

    def _define(self, statement: Statement, values: Any) -> Outcome:
        """Run a definition; DuckDB lets the second of two at the same time fail, so they wait for each other."""
        deadline = time.monotonic() + self._state.lock_timeout_seconds
        while True:
            try:
                with self._shared.account.definitions:
                    outcome = self._connection.run(statement, values)
            except Exception as error:
                if not is_conflict(error) or time.monotonic() >= deadline or self._cancelled.is_set():
                    raise
                time.sleep(_PAUSE_SECONDS)
                continue
            if isinstance(statement.expression, exp.TruncateTable):
                table = statement.table(self._connection.database, self._connection.schema)
                self._shared.changes.record({table})
            return outcome


def answered(session: Session, request: Request) -> tuple[Json, StatementError | None]:
    """What a session answers to a request, and the error in it if there is one: never an exception."""
    try:
        return session.execute(request), None
    except Exception as error:  # noqa: BLE001 - whatever happens must reach the client as an error of Snowflake's
        translated = translate(error)
        return protocol.failure(translated, str(uuid.uuid4())), translated
