"""One client's session: its statements, one at a time, from the request to the answer."""

import itertools
import threading
import time
import uuid
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, assert_never

from sqlglot import exp

from winepipeline_emulator import commands, protocol
from winepipeline_emulator.engine import Account, Outcome
from winepipeline_emulator.errors import StatementError, is_conflict, translate
from winepipeline_emulator.locks import TableChanges, TableLocks
from winepipeline_emulator.protocol import Json
from winepipeline_emulator.stage_files import StageFiles
from winepipeline_emulator.statement import WRITING, Kind, Statement
from winepipeline_emulator.transaction import Transaction

DEFAULT_LOCK_TIMEOUT_SECONDS = 10.0
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

    def __init__(self, shared: Shared, user: str, current: dict[str, str | None], *, autocommit: bool) -> None:
        self.number = next(_numbers)
        self.closed = False
        self.used_at_seconds = time.monotonic()
        self.mutex = threading.Lock()
        self._shared = shared
        self._connection = shared.account.connect(current["databaseName"], current["schemaName"])
        self._role = current["roleName"] or "SYSADMIN"
        self._warehouse = current["warehouseName"]
        self._parameters: dict[str, str] = {"AUTOCOMMIT": str(autocommit)}
        self._answers: OrderedDict[str, Json] = OrderedDict()
        self._running: str | None = None
        self._cancelled = threading.Event()
        self._transaction = Transaction(self._connection, shared.locks, shared.changes, self._cancelled.is_set)
        self._connection.values.update(
            {exp.CurrentUser: user.upper(), exp.CurrentAccount: "EMULATOR", exp.CurrentSession: str(self.number)}
        )
        self._name_current()

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return self._transaction.is_open

    def execute(self, request: Request) -> Json:
        """Run a statement and answer; a request that was answered before is answered the same, and not run again.

        The connector repeats a request whose answer it did not get with the same request id, as Snowflake expects.
        """
        with self.mutex:
            if (answer := self._answers.get(request.request_id)) is not None:
                return answer
            self._running = request.request_id
            self._cancelled.clear()
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

    def cancel(self, request_id: str | None = None) -> None:
        """Stop the statement that runs, if it is this request's (None: whichever it is)."""
        if self._running is not None and request_id in {None, self._running}:
            self._cancelled.set()
            self._shared.locks.wake()
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
            return self._command(command, request), True
        statement = self._connection.statement(sql)
        if request.body.get("describeOnly") and (columns := self._connection.describe(statement)) is not None:
            return protocol.described(columns[0], _query_id(), columns[1], self._current()), False
        values, batch = protocol.parameters(request.body)
        if batch is not None:
            return self._batch(statement, batch), True
        outcome = self._run(statement, values)
        return protocol.result(outcome, self._current()), statement.kind is not Kind.READ

    def _run(self, statement: Statement, values: Any) -> Outcome:
        if statement.kind is Kind.DDL:
            self._transaction.commit()
            return self._define(statement, values)
        if statement.kind in WRITING:
            if not self._transaction.is_open and not self._autocommits():
                self._transaction.begin()
            return self._transaction.write(statement, values, self._lock_timeout_seconds())
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
        if is_own and self._autocommits():
            self._transaction.commit()
        total = sum(next(iter(row.values())) for outcome in outcomes for row in outcome.counts)
        last = outcomes[-1]
        return protocol.rowset(last.rowtype[:1], [[str(total)]], last.query_id, last.statement_type, self._current())

    def _define(self, statement: Statement, values: Any) -> Outcome:
        deadline = time.monotonic() + self._lock_timeout_seconds()
        while True:
            try:
                with self._shared.account.exclusive():
                    outcome = self._connection.run(statement, values)
            except Exception as error:
                if not is_conflict(error) or time.monotonic() >= deadline:
                    raise
                time.sleep(_PAUSE_SECONDS)
                continue
            if isinstance(statement.expression, exp.TruncateTable):
                table = statement.table(self._connection.database, self._connection.schema)
                self._shared.changes.record({table}, {table})
            return outcome

    def _command(self, command: commands.Command, request: Request) -> Json:  # noqa: C901 - one line a command
        match command:
            case commands.Begin():
                self._transaction.begin()
            case commands.Commit():
                self._transaction.commit()
            case commands.Rollback():
                self._transaction.rollback()
            case commands.SetParameters():
                self._set(command)
            case commands.Put():
                return self._put(command, request.origin)
            case commands.Remove():
                names = self._shared.stages.remove(self._stage(command.stage), command.stage.path)
                return self._rows(["name", "result"], [[name, "removed"] for name in names])
            case commands.ListFiles():
                files = self._shared.stages.listing(self._stage(command.stage), command.stage.path)
                rows = [[file.name, str(file.size), file.md5, file.last_modified] for file in files]
                return self._rows(["name", "size", "md5", "last_modified"], rows)
            case commands.CreateDatabase():
                return self._create_database(command)
            case commands.DropDatabase():
                self._transaction.commit()
                said = self._shared.account.drop_database(command.name, if_exists=command.if_exists)
                return self._rows(["status"], [[said]])
            case commands.Use():
                self._use(command)
            case commands.ShowGrants():
                columns = ["privilege", "granted_on", "name", "granted_to", "grantee_name", "grant_option"]
                return self._rows(columns, [["OWNERSHIP", "ACCOUNT", "EMULATOR", "ROLE", self._role, "true"]])
            case commands.Accepted():
                pass
            case _:
                assert_never(command)
        return self._rows(["status"], [["Statement executed successfully."]])

    def _set(self, command: commands.SetParameters) -> None:
        for name, value in command.parameters.items():
            if name == "LOCK_TIMEOUT" and value is not None and not value.isdecimal():
                raise StatementError(
                    1008, "22023", f"SQL compilation error:\ninvalid value [{value}] for parameter 'LOCK_TIMEOUT'"
                )
            if name == "AUTOCOMMIT":
                self._transaction.commit()
            if value is None:
                self._parameters.pop(name, None)
            else:
                self._parameters[name] = value

    def _put(self, command: commands.Put, origin: str) -> Json:
        stage = self._stage(command.stage)
        file_name = command.source.replace("\\", "/").rpartition("/")[2]
        upload_path = self._shared.stages.upload_path(stage, command.stage.path, file_name)
        return protocol.success(
            {
                "command": "UPLOAD",
                "src_locations": [command.source],
                "parallel": 4,
                "autoCompress": command.auto_compress,
                "sourceCompression": "auto_detect",
                "overwrite": command.overwrite,
                "queryId": _query_id(),
                "stageInfo": {
                    # The one kind of storage that the connector uploads to with a plain PUT, and over plain HTTP.
                    "locationType": "GCS",
                    "location": f"{'.'.join(stage)}/",
                    "creds": {},
                    "presignedUrl": f"{origin}/fs_bucket/{upload_path}",
                },
            }
        )

    def _create_database(self, command: commands.CreateDatabase) -> Json:
        self._transaction.commit()
        said = self._shared.account.create_database(
            command.name, replace=command.replace, if_not_exists=command.if_not_exists
        )
        self._connection.use(command.name)
        return self._rows(["status"], [[said]])

    def _use(self, command: commands.Use) -> None:
        if command.what == "ROLE":
            self._role = command.name
        else:
            self._warehouse = command.name
        self._name_current()

    def _stage(self, reference: commands.StageReference) -> tuple[str, str, str]:
        missing = 3 - len(reference.parts)
        current = [self._connection.database, self._connection.schema][:missing]
        if None in current:
            raise StatementError(
                90105, "22000", "This session does not have a current database and schema. Name the stage in full."
            )
        database, schema, name = (*(part for part in current if part), *reference.parts)
        if not self._connection.stage_exists((database, schema, name)):
            raise StatementError(
                2003,
                "02000",
                f"SQL compilation error:\nStage '{database}.{schema}.{name}' does not exist or not authorized.",
            )
        return database, schema, name

    def _rows(self, columns: list[str], rows: list[list[str | None]]) -> Json:
        return protocol.rowset(protocol.text_columns(*columns), rows, _query_id(), 0, self._current())

    def _current(self) -> dict[str, str | None]:
        return {
            "finalDatabaseName": self._connection.database,
            "finalSchemaName": self._connection.schema,
            "finalWarehouseName": self._warehouse,
            "finalRoleName": self._role,
        }

    def _name_current(self) -> None:
        self._connection.values[exp.CurrentRole] = self._role
        self._connection.values[exp.CurrentWarehouse] = self._warehouse or ""

    def _autocommits(self) -> bool:
        return self._parameters.get("AUTOCOMMIT", "TRUE").upper() != "FALSE"

    def _lock_timeout_seconds(self) -> float:
        return float(self._parameters.get("LOCK_TIMEOUT", DEFAULT_LOCK_TIMEOUT_SECONDS))


def answered(session: Session, request: Request) -> tuple[Json, StatementError | None]:
    """What a session answers to a request, and the error in it if there is one: never an exception."""
    try:
        return session.execute(request), None
    except Exception as error:  # noqa: BLE001 - whatever happens must reach the client as an error of Snowflake's
        translated = translate(error)
        return protocol.failure(translated, _query_id()), translated


def _query_id() -> str:
    return str(uuid.uuid4())
