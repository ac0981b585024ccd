"""A real emulator process, and the real connector to talk to it with."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import snowflake.connector


@dataclass
class Emulator:
    """An emulator process: `directory` holds its databases, `settings` are further environment variables."""

    directory: Path | None
    settings: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[str] | None = None
    port: int = 0
    greeting: str = ""

    def start(self) -> "Emulator":
        """Start the process and wait until it serves."""
        places = {"EMULATOR_DATABASE_DIR": str(self.directory)} if self.directory else {}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "winepipeline_emulator"],
            env={**os.environ, **places, **self.settings},
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stderr is not None
        self.greeting = self.process.stderr.readline()
        self.port = int(self.greeting.partition("http://127.0.0.1:")[2].split()[0].rstrip(","))
        return self

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """Send a signal and wait for the end; returns the exit status and what was logged after the greeting."""
        assert self.process is not None
        self.process.send_signal(number)
        _, log = self.process.communicate(timeout=20)
        return self.process.returncode, log

    def connect(self, **options: Any) -> snowflake.connector.SnowflakeConnection:
        """Log in with the real connector."""
        defaults: dict[str, Any] = {
            "account": "emulator",
            "user": "fake",
            "password": "snow",
            "protocol": "http",
            "host": "127.0.0.1",
            "port": self.port,
            "login_timeout": 10,
            "network_timeout": 20,
            "database": "WINE",
            "schema": "RAW",
        }
        return snowflake.connector.connect(**{**defaults, **options})


@contextlib.contextmanager
def running(directory: Path | None, **settings: str) -> Iterator[Emulator]:
    """An emulator for the length of a with block, however the block ends."""
    emulator = Emulator(directory, settings)
    try:
        yield emulator.start()
    finally:
        if emulator.process is not None:
            emulator.process.kill()
            emulator.process.communicate()


def prepare(emulator: Emulator) -> None:
    """Make the database WINE with the schema RAW."""
    with emulator.connect(database=None, schema=None) as connection:
        run(connection, "CREATE DATABASE WINE")
        run(connection, "CREATE SCHEMA WINE.RAW")


def run(connection: snowflake.connector.SnowflakeConnection, sql: str, **options: Any) -> list[Any]:
    """Run one statement and fetch all its rows."""
    with connection.cursor() as cursor:
        cursor.execute(sql, **options)
        return list(cursor.fetchall())


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """One emulator for a module's tests, with a database WINE and a schema RAW; its transactions idle out in 1 s."""
    directory = tmp_path_factory.mktemp("emulator")
    with running(directory, EMULATOR_IDLE_TRANSACTION_SECONDS="1") as started:
        prepare(started)
        yield started


@pytest.fixture
def connect(emulator: Emulator) -> Iterator[Callable[..., snowflake.connector.SnowflakeConnection]]:
    """Log in as often as a test likes; every connection is closed after it."""
    with contextlib.ExitStack() as opened:

        def log_in(**options: Any) -> snowflake.connector.SnowflakeConnection:
            return opened.enter_context(contextlib.closing(emulator.connect(**options)))

        yield log_in
