"""The emulator as a process: how it starts, says where it is, stops, and what it leaves behind."""

import http.client
import json
import signal
import threading
from pathlib import Path
from typing import Any

import pytest

from .conftest import Emulator, prepare, run, running

pytestmark = pytest.mark.long


def health(emulator: Emulator) -> dict[str, Any]:
    """What /healthz says."""
    connection = http.client.HTTPConnection("127.0.0.1", emulator.port)
    connection.request("GET", "/healthz")
    answer = connection.getresponse()
    assert answer.status == 200
    said: dict[str, Any] = json.load(answer)
    connection.close()
    return said


def test_it_says_where_it_is_and_leaves_whole_databases(tmp_path: Path) -> None:
    """One line at the start, the port in a file, health over HTTP; and after SIGTERM everything is in the databases."""
    port_file = tmp_path / "run" / "port"
    data = tmp_path / "data"
    with running(data, EMULATOR_PORT_FILE=str(port_file)) as emulator:
        prepare(emulator)
        with emulator.connect() as connection:
            run(connection, "CREATE TABLE T (A INTEGER)")
            run(connection, "INSERT INTO T VALUES (1)")
        assert f"http://127.0.0.1:{emulator.port}, its databases in {data}" in emulator.greeting
        assert int(port_file.read_text()) == emulator.port
        assert health(emulator) == {"ok": True, "sessions": 0, "running": 0}
        assert emulator.stop() == (0, "")
    assert [file.name for file in (data / "databases").iterdir()] == ["WINE.db"]


def test_without_a_folder_everything_is_in_memory() -> None:
    """Unset, EMULATOR_DATABASE_DIR leaves nothing on the disk; LOG_FORMAT=json makes each line an object."""
    with running(None, LOG_FORMAT="json") as emulator:
        prepare(emulator)
        with emulator.connect() as connection:
            run(connection, "CREATE TABLE T (A INTEGER)")
            run(connection, "INSERT INTO T VALUES (1)")
            assert run(connection, "SELECT A FROM T") == [(1,)]
        line = json.loads(emulator.greeting)
        assert (line["level"], line["service"]) == ("INFO", "emulator")
        assert line["message"].endswith("its databases in memory")
        assert emulator.stop(signal.SIGINT) == (0, "")


def test_a_statement_in_hand_is_finished_before_the_end(tmp_path: Path) -> None:
    """A stop does not tear down a statement that runs, and its client gets the answer."""
    answers: list[Any] = []
    with running(tmp_path) as emulator:
        prepare(emulator)
        with emulator.connect() as connection:
            run(connection, "CREATE TABLE T (A INTEGER)")
            insert = "INSERT INTO T SELECT range FROM range(5000000)"
            client = threading.Thread(target=lambda: answers.extend(run(connection, insert)))
            client.start()
            while not health(emulator)["running"]:
                pass
            status, _ = emulator.stop()
            client.join()
            connection.expired = True  # nobody is there to log out from
    assert (status, answers) == (0, [(5000000,)])
    with running(tmp_path) as again, again.connect() as connection:
        assert run(connection, "SELECT COUNT(*) FROM T") == [(5000000,)]


def test_a_folder_or_a_port_in_use_is_told(tmp_path: Path) -> None:
    """A second emulator on the same folder or port says what is wrong and what to set instead, and ends."""
    with running(tmp_path) as emulator:
        prepare(emulator)
        with running(tmp_path) as second:
            status, log = second.end()
        assert status == 2
        assert "EMULATOR_DATABASE_DIR" in second.greeting + log
        with running(None, EMULATOR_PORT=str(emulator.port)) as third:
            status, log = third.end()
        assert status == 2
        assert f"127.0.0.1:{emulator.port}: Address already in use" in third.greeting + log
