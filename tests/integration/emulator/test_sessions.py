"""Sessions: logging in, being forgotten, repeating a request, cancelling one."""

import gzip
import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from snowflake.connector import SnowflakeConnection
from snowflake.connector.errors import DatabaseError, ProgrammingError

from .conftest import Emulator, prepare, run, running
from .test_process import health

PASSWORD = "Château Margaux"  # noqa: S105 - of a test
Connect = Callable[..., SnowflakeConnection]


@pytest.fixture
def session(connect: Connect) -> SnowflakeConnection:
    """A session, with a new table T of one row."""
    connection = connect()
    run(connection, "CREATE OR REPLACE TABLE T (A INTEGER)")
    run(connection, "INSERT INTO T VALUES (0)")
    return connection


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """An emulator with a password, from a file, and without patience for idle transactions."""
    file = tmp_path_factory.mktemp("secret") / "password"
    file.write_text(f"{PASSWORD}\n")
    settings = {"EMULATOR_PASSWORD_FILE": str(file), "EMULATOR_IDLE_TRANSACTION_SECONDS": "0.5"}
    with running(None, **settings) as emulator:
        prepare(emulator, password=PASSWORD)
        yield emulator


@pytest.fixture
def waiting(guarded: Emulator) -> Iterator[SnowflakeConnection]:
    """A session there, ready to wait for locks, with a new table T of one row."""
    with guarded.connect(password=PASSWORD, session_parameters={"LOCK_TIMEOUT": 60}) as connection:
        run(connection, "CREATE OR REPLACE TABLE T (A INTEGER)")
        run(connection, "INSERT INTO T VALUES (0)")
        yield connection


def test_a_wrong_password_is_refused_in_snowflakes_words(guarded: Emulator) -> None:
    """Wrong credentials fail at once, as at an account."""
    with pytest.raises(DatabaseError, match="Incorrect username or password was specified") as raised:
        guarded.connect(password=PASSWORD[:-1])
    assert (raised.value.errno, raised.value.sqlstate) == (390100, "28000")
    with guarded.connect(password=PASSWORD) as connection:
        assert run(connection, "SELECT 1") == [(1,)]


def test_a_key_pair_logs_in(guarded: Emulator) -> None:
    """Key-pair authentication works where a password would be asked for."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    with guarded.connect(password=None, authenticator="SNOWFLAKE_JWT", private_key=key) as connection:
        assert run(connection, "SELECT CURRENT_USER()") == [("FAKE",)]


def test_a_session_knows_where_it_is(connect: Connect) -> None:
    """Role, warehouse, database and schema of the log-in are those of the session."""
    connection = connect(role="loader", warehouse="compute_wh", user="albert")
    assert run(
        connection, "SELECT CURRENT_ROLE(), CURRENT_WAREHOUSE(), CURRENT_USER(), CURRENT_DATABASE(), CURRENT_SCHEMA()"
    ) == [("LOADER", "COMPUTE_WH", "ALBERT", "WINE", "RAW")]
    run(connection, "USE ROLE SYSADMIN")
    run(connection, "USE WAREHOUSE OTHER_WH")
    assert run(connection, "SELECT CURRENT_ROLE(), CURRENT_WAREHOUSE()") == [("SYSADMIN", "OTHER_WH")]


def test_closing_a_connection_ends_its_session(emulator: Emulator, session: SnowflakeConnection) -> None:
    """A client that says goodbye leaves no session, no transaction and no lock."""
    before = health(emulator)["sessions"]
    other = emulator.connect()
    run(other, "BEGIN")
    run(other, "UPDATE T SET A = 1")
    assert health(emulator)["sessions"] == before + 1
    other.close()
    assert health(emulator)["sessions"] == before
    run(session, "ALTER SESSION SET LOCK_TIMEOUT = 0")
    run(session, "UPDATE T SET A = A + 2")
    assert run(session, "SELECT A FROM T") == [(2,)]


CLIENT = """
import os, sys
import snowflake.connector
connection = snowflake.connector.connect(
    account="emulator", user="fake", password=sys.argv[2], protocol="http", host="127.0.0.1",
    port=int(sys.argv[1]), database="WINE", schema="RAW")
cursor = connection.cursor()
cursor.execute("BEGIN")
cursor.execute("UPDATE T SET A = 1")
print("locked", flush=True)
sys.stdin.read()
"""


def test_a_killed_client_does_not_hold_its_lock(guarded: Emulator, waiting: SnowflakeConnection) -> None:
    """After the idle time the transaction of a client that was killed is rolled back, and whoever waits goes on."""
    command = [sys.executable, "-c", CLIENT, str(guarded.port), PASSWORD]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as client:
        assert client.stdout is not None
        assert client.stdout.readline() == "locked\n"
        os.kill(client.pid, signal.SIGKILL)
    run(waiting, "UPDATE T SET A = A + 5")
    assert run(waiting, "SELECT A FROM T") == [(5,)]


def test_a_client_that_slept_is_told_that_its_session_is_gone(guarded: Emulator, waiting: SnowflakeConnection) -> None:
    """What a client does after its transaction was rolled back is never taken for a part of it."""
    with guarded.connect(password=PASSWORD) as sleeper:
        run(sleeper, "BEGIN")
        run(sleeper, "UPDATE T SET A = 1")
        run(waiting, "UPDATE T SET A = A + 5")  # has the lock once the other is forgotten
        for statement in ("COMMIT", "SELECT 1"):
            with pytest.raises(ProgrammingError) as raised:
                run(sleeper, statement)
            assert raised.value.errno == 390111
    assert run(waiting, "SELECT A FROM T") == [(5,)]


def test_a_restart_ends_every_session(tmp_path: Path) -> None:
    """A session from before a restart is told so at its first statement, and a new log-in works."""
    with running(tmp_path) as emulator:
        prepare(emulator)
        old = emulator.connect()
        emulator.stop()
        with running(tmp_path, EMULATOR_PORT=str(emulator.port)) as again:
            with pytest.raises(ProgrammingError, match="390111"):
                run(old, "SELECT 1")
            with again.connect() as new:
                assert run(new, "SELECT 1") == [(1,)]


def post(emulator: Emulator, path: str, body: dict[str, Any], token: str = "") -> dict[str, Any]:
    """A request as the connector sends it."""
    connection = http.client.HTTPConnection("127.0.0.1", emulator.port)
    headers = {"Content-Encoding": "gzip", "Authorization": f'Snowflake Token="{token}"'}
    connection.request("POST", path, gzip.compress(json.dumps(body).encode()), headers)
    answer: dict[str, Any] = json.load(connection.getresponse())
    connection.close()
    return answer


def test_a_repeated_request_is_not_run_twice(emulator: Emulator, session: SnowflakeConnection) -> None:
    """The connector repeats a request whose answer was lost: the statement must have happened once."""
    login = "/session/v1/login-request?databaseName=WINE&schemaName=RAW"
    token = post(emulator, login, {"data": {"LOGIN_NAME": "a"}})["data"]["token"]
    for request_id, sql in ((uuid.uuid4(), "INSERT INTO T VALUES (7)"), (uuid.uuid4(), "INSERT INTO T VALUES (8)")):
        path = f"/queries/v1/query-request?requestId={request_id}"
        first = post(emulator, path, {"sqlText": sql}, token)
        again = post(emulator, f"{path}&retryCount=1&retryReason=0", {"sqlText": sql}, token)
        assert first == again
        assert first["success"]
    assert run(session, "SELECT A FROM T ORDER BY A") == [(0,), (7,), (8,)]


def test_a_statement_that_takes_too_long_for_its_client_is_cancelled(session: SnowflakeConnection) -> None:
    """The connector's time-out stops the statement in the emulator too, and the session goes on."""
    statement = "SELECT COUNT(*) FROM range(100000000) a, range(100000) b"
    with pytest.raises(ProgrammingError, match=r"cancell?ed"), session.cursor() as cursor:
        cursor.execute(statement, timeout=1)
    assert run(session, "SELECT A FROM T") == [(0,)]


def test_one_session_serves_many_threads(session: SnowflakeConnection) -> None:
    """Statements that threads send on one connection wait for each other."""
    threads = 8
    barrier = threading.Barrier(threads)

    def add(_: int) -> None:
        barrier.wait()
        run(session, "UPDATE T SET A = A + 1")

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(add, range(threads)))
    assert run(session, "SELECT A FROM T") == [(threads,)]
