"""A real emulator process, and the real connector to talk to it with."""

import contextlib
import io
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
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
        if found := re.search(r"http://127.0.0.1:(\d+), its", self.greeting):
            self.port = int(found[1])
        return self

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """Send a signal and wait for the end; returns the exit status and what was logged after the greeting."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.end()

    def end(self) -> tuple[int, str]:
        """Wait for the process's end; returns the exit status and what was logged after the greeting."""
        assert self.process is not None
        assert self.process.stderr is not None
        log = self.process.stderr.read()
        return self.process.wait(timeout=20), log

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
            emulator.process.wait()
            emulator.process.stderr.close()  # type: ignore[union-attr]


def prepare(emulator: Emulator, **options: Any) -> None:
    """Make the database WINE with the schema RAW."""
    with emulator.connect(database=None, schema=None, **options) as connection:
        run(connection, "CREATE DATABASE WINE")
        run(connection, "CREATE SCHEMA WINE.RAW")


def run(connection: snowflake.connector.SnowflakeConnection, sql: str, **options: Any) -> list[Any]:
    """Run one statement and fetch all its rows."""
    with connection.cursor() as cursor:
        cursor.execute(sql, **options)
        return list(cursor.fetchall())


def parquet(*rows: tuple[str, int, str]) -> bytes:
    """A file of events: type, product id and content (JSON)."""
    columns = list(zip(*rows, strict=True))
    table = pa.table(
        {
            "EVENT_TYPE": pa.array(columns[0]),
            "PRODUCT_ID": pa.array(columns[1], pa.int32()),
            "EVENT_METADATA": pa.array(['{"partition":0}'] * len(rows)),
            "EVENT_CONTENT": pa.array(columns[2]),
        }
    )
    file = io.BytesIO()
    pq.write_table(table, file, compression="zstd")
    return file.getvalue()


def put(connection: snowflake.connector.SnowflakeConnection, stage: str, name: str, content: bytes) -> list[Any]:
    """Upload a file to a stage from memory."""
    sql = f"PUT 'file:///{name}' @{stage} AUTO_COMPRESS=FALSE OVERWRITE=TRUE"
    return run(connection, sql, file_stream=io.BytesIO(content))


def copy_statement(table: str, source: str) -> str:
    """The COPY that the warehouse package uses."""
    return (
        f"COPY INTO {table} (EVENT_TYPE, PRODUCT_ID, EVENT_METADATA, EVENT_CONTENT, INGESTION_TIME) FROM ("  # noqa: S608
        "SELECT $1:EVENT_TYPE::VARCHAR, $1:PRODUCT_ID::INTEGER, PARSE_JSON($1:EVENT_METADATA::VARCHAR)::OBJECT, "
        f"PARSE_JSON($1:EVENT_CONTENT::VARCHAR), CURRENT_TIMESTAMP() FROM @{source}) "
        "FILE_FORMAT=(TYPE=PARQUET) ON_ERROR=ABORT_STATEMENT"
    )


EVENTS = (
    "(EVENT_TYPE VARCHAR(50), PRODUCT_ID INTEGER, EVENT_METADATA OBJECT, EVENT_CONTENT VARIANT, "
    "INGESTION_TIME TIMESTAMP_LTZ)"
)


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """One emulator for most tests here, with a database WINE and a schema RAW; it waits long for idle clients."""
    directory = tmp_path_factory.mktemp("emulator")
    with running(directory, EMULATOR_IDLE_TRANSACTION_SECONDS="60") as started:
        prepare(started)
        yield started


@pytest.fixture
def connect(emulator: Emulator) -> Iterator[Callable[..., snowflake.connector.SnowflakeConnection]]:
    """Log in as often as a test likes; every connection is closed after it."""
    with contextlib.ExitStack() as opened:

        def log_in(**options: Any) -> snowflake.connector.SnowflakeConnection:
            return opened.enter_context(contextlib.closing(emulator.connect(**options)))

        yield log_in
