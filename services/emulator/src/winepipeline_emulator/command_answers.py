"""The answers to the statements that the emulator runs by itself (`commands.py`)."""

import uuid
from collections.abc import Iterable, Sequence
from typing import assert_never

from winepipeline_emulator import commands, protocol
from winepipeline_emulator.account import Account
from winepipeline_emulator.connection import Connection
from winepipeline_emulator.errors import StatementError
from winepipeline_emulator.protocol import Json
from winepipeline_emulator.session_state import SessionState
from winepipeline_emulator.stage_files import StageFiles
from winepipeline_emulator.transaction import Transaction

_PARTS_OF_A_NAME = 3  # database, schema, object
_DONE = "Statement executed successfully."


class CommandAnswers:
    """Runs one session's commands."""

    def __init__(
        self,
        account: Account,
        stages: StageFiles,
        connection: Connection,
        transaction: Transaction,
        state: SessionState,
    ) -> None:
        self._account = account
        self._stages = stages
        self._connection = connection
        self._transaction = transaction
        self._state = state

    def answer(self, command: commands.Command, origin: str) -> Json:
        """Run a command; `origin` is the address that the client reached us by, such as http://127.0.0.1:8080.

        Raises:
            StatementError: whatever is wrong with it.
        """
        match command:
            case commands.Put():
                return self._put(command, origin)
            case commands.Remove():
                names = self._stages.remove(self._stage(command.stage), command.stage.path)
                return self._rows(["name", "result"], [[name, "removed"] for name in names])
            case commands.ListFiles():
                files = self._stages.listing(self._stage(command.stage), command.stage.path)
                rows = [[file.name, str(file.size), file.md5, file.last_modified] for file in files]
                return self._rows(["name", "size", "md5", "last_modified"], rows)
            case commands.ShowGrants():
                columns = ["privilege", "granted_on", "name", "granted_to", "grantee_name", "grant_option"]
                return self._rows(columns, [["OWNERSHIP", "ACCOUNT", "EMULATOR", "ROLE", self._state.role, "true"]])
            case commands.CreateDatabase() | commands.DropDatabase():
                return self._rows(["status"], [[self._define_database(command)]])
            case _:
                self._control(command)
                return self._rows(["status"], [[_DONE]])

    def _control(
        self,
        command: commands.Begin
        | commands.Commit
        | commands.Rollback
        | commands.SetParameters
        | commands.Use
        | commands.Accepted,
    ) -> None:
        match command:
            case commands.Begin():
                self._transaction.begin()
            case commands.Commit():
                self._transaction.commit()
            case commands.Rollback():
                self._transaction.rollback()
            case commands.SetParameters():
                if "AUTOCOMMIT" in command.parameters:
                    self._transaction.commit()
                self._state.set(command.parameters)
            case commands.Use(what="ROLE"):
                self._state.role = command.name
            case commands.Use(what="WAREHOUSE"):
                self._state.warehouse = command.name
            case commands.Use():
                self._connection.use_database(command.name)
            case commands.Accepted():
                pass
            case _:
                assert_never(command)

    def _define_database(self, command: commands.CreateDatabase | commands.DropDatabase) -> str:
        self._transaction.commit()
        if isinstance(command, commands.CreateDatabase):
            said = self._account.create_database(
                command.name, replace=command.replace, if_not_exists=command.if_not_exists
            )
            self._connection.use_database(command.name)
            return said
        if command.name == self._connection.database:
            self._connection.leave_database()
        return self._account.drop_database(command.name, if_exists=command.if_exists)

    def _put(self, command: commands.Put, origin: str) -> Json:
        stage = self._stage(command.stage)
        file_name = command.source.replace("\\", "/").rpartition("/")[2]
        upload_path = self._stages.upload_path(stage, command.stage.path, file_name)
        return protocol.success(
            {
                "command": "UPLOAD",
                "src_locations": [command.source],
                "parallel": command.parallel,
                "autoCompress": command.auto_compress,
                "sourceCompression": command.source_compression,
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

    def _stage(self, reference: commands.StageReference) -> tuple[str, str, str]:
        missing = _PARTS_OF_A_NAME - len(reference.parts)
        current = [self._connection.database, self._connection.schema][:missing]
        if None in current:
            raise StatementError(
                90106,
                "22000",
                "This session does not have a current database and schema: call USE SCHEMA, or name the stage in full.",
            )
        database, schema, name = (*(part for part in current if part), *reference.parts)
        if not self._connection.stage_exists((database, schema, name)):
            raise StatementError(
                2003,
                "02000",
                f"SQL compilation error:\nStage '{database}.{schema}.{name}' does not exist or not authorized.",
            )
        return database, schema, name

    def _rows(self, columns: list[str], rows: Iterable[Sequence[str | None]]) -> Json:
        current = current_objects(self._connection, self._state)
        return protocol.rowset(protocol.text_columns(*columns), rows, _query_id(), 0, current)


def current_objects(connection: Connection, state: SessionState) -> dict[str, str | None]:
    """Where a session is, as every answer says."""
    return {
        "finalDatabaseName": connection.database,
        "finalSchemaName": connection.schema,
        "finalWarehouseName": state.warehouse,
        "finalRoleName": state.role,
    }


def _query_id() -> str:
    return str(uuid.uuid4())
