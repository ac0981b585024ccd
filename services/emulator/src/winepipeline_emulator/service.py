"""The whole emulator, put together: opened, served, and closed in order."""

import logging
import threading
from pathlib import Path

import duckdb

from winepipeline_emulator.account import Account
from winepipeline_emulator.locks import TableChanges, TableLocks
from winepipeline_emulator.server import Server
from winepipeline_emulator.session import Shared
from winepipeline_emulator.sessions import Sessions
from winepipeline_emulator.settings import EmulatorSettings
from winepipeline_emulator.stage_files import StageFiles

_LOGGER = logging.getLogger(__name__)

# Whoever stopped us is likely to kill us after ten or thirty seconds.
_DRAIN_SECONDS = 5.0


class CannotServe(Exception):
    """The folder or the port is not to be had; the words say why, and what to do."""


class Service:
    """A running emulator.

    Raises:
        CannotServe: another process has the databases or the port.
    """

    def __init__(self, settings: EmulatorSettings, folder: Path) -> None:
        """Open the databases in `folder` (in memory, where the settings name none), and serve them."""
        directory = None if settings.database_dir is None else folder
        try:
            stages = StageFiles(folder / "stages", settings.upload_seconds)
            self._account = Account(directory, stages.root, settings.threads, settings.memory_megabytes)
        except (duckdb.IOException, OSError) as error:
            raise CannotServe(
                f"The databases in {folder} cannot be opened: {error}\n"
                "If another emulator has them open, stop it or name another folder in EMULATOR_DATABASE_DIR."
            ) from error
        shared = Shared(self._account, stages, TableLocks(), TableChanges())
        password = None if settings.password is None else settings.password.get_secret_value()
        self._sessions = Sessions(shared, password, settings.idle_transaction_seconds, settings.idle_session_seconds)
        try:
            self._server = Server((settings.host, settings.port), self._account, self._sessions, stages)
        except OSError as error:
            self._sessions.close()
            self._account.close()
            raise CannotServe(
                f"Nothing can listen on {settings.host}:{settings.port}: {error.strerror}. "
                "Name another EMULATOR_HOST or EMULATOR_PORT; port 0 takes any free one."
            ) from error
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name="server", daemon=True
        )
        self._thread.start()

    @property
    def address(self) -> tuple[str, int]:
        """The host and the port that are listened on."""
        host, port = self._server.server_address[:2]
        return str(host), int(port)

    def close(self) -> None:
        """Take no more requests, answer those in hand (waiting ones with an error), and close the databases."""
        self._server.stopping = True
        self._server.shutdown()
        self._sessions.stop_waiting()  # nobody could give them the lock any more
        if not self._server.drain(_DRAIN_SECONDS):
            _LOGGER.warning("Statements still ran after %.0f s and were cancelled", _DRAIN_SECONDS)
            self._sessions.cancel_all()
            self._server.drain(_DRAIN_SECONDS)
        self._server.server_close()
        self._sessions.close()
        self._account.close()
