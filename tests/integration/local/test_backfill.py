"""`winepipeline backfill` for real: an emulator and a database, killed, stopped, started again."""

import json
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from winepipeline_process.exits import ExitCode

pytestmark = pytest.mark.long

Command = Callable[..., "subprocess.Popen[str]"]

SMALL = ("--days", "20", "--orders-per-day", "10", "-o", "json")


@pytest.fixture
def command(tmp_path: Path) -> Iterator[Command]:
    """Starts `winepipeline …` in a folder of its own; whatever still runs at the end is killed."""
    running: list[subprocess.Popen[str]] = []

    def start(*words: str) -> "subprocess.Popen[str]":
        running.append(
            subprocess.Popen(
                [sys.executable, "-m", "winepipeline_local", *words],
                cwd=tmp_path,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
        return running[-1]

    yield start
    for process in running:
        process.kill()
        process.communicate()


def finished(process: "subprocess.Popen[str]", status: int = 0) -> tuple[dict[str, Any], str]:
    """The object on the last line of a command that ended with this status, and what it told a person."""
    out, err = process.communicate(timeout=90)
    assert process.returncode == status, err
    return (dict(json.loads(out.splitlines()[-1])) if out else {}), err


def until(process: "subprocess.Popen[str]", word: str) -> None:
    """Read the command's standard error up to a line that holds this word."""
    assert process.stderr is not None
    assert any(word in line for line in process.stderr), f"{word!r} was not said"


def test_a_history_is_loaded_and_audited_without_a_stream(command: Command, tmp_path: Path) -> None:
    """On an empty folder one command makes and loads a history; again it adds nothing, and the audit counts it."""
    first, told = finished(command("backfill", *SMALL))
    assert (first["orders"], first["rejected"]) == (200, 0)
    assert first["added"] == first["order_lines"] + first["movements"] + 200
    assert "√ Both sides add up to the same" in told
    with closing(sqlite3.connect(tmp_path / ".winepipeline/albert/history.sqlite")) as database:
        assert database.execute("SELECT SUM(total_cents) FROM order_lines").fetchone() == (first["total_cents"],)
    again, told = finished(command("backfill", *SMALL))
    assert (again["added"], again["total_cents"]) == (0, first["total_cents"])
    assert "nothing was left to add" in told
    audited, _ = finished(command("audit", "-o", "json"))
    assert audited["holds"]
    assert sum(each["loaded"] for each in audited["histories"]) == first["loaded"]


def test_one_history_to_a_name(command: Command) -> None:
    """Another seed is refused under the old name, with nothing loaded, and welcome under one of its own."""
    finished(command("backfill", *SMALL))
    _, told = finished(command("backfill", *SMALL, "--seed", "2"), ExitCode.USAGE)
    assert "seed-2" in told
    other, _ = finished(command("backfill", *SMALL, "--seed", "2", "--name", "bertha"))
    assert other["history"] == "bertha"


def test_it_is_stopped_and_killed_and_goes_on(command: Command) -> None:
    """Ctrl-C ends it after the chunk in hand, SIGKILL at once, and the next run loads the rest, once."""
    for number, status in ((signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)):
        process = command("backfill", "--days", "200", "--orders-per-day", "100", "-o", "json")
        until(process, "loading")
        process.send_signal(number)
        assert process.wait(60) == status
    found, _ = finished(command("backfill", "--days", "200", "--orders-per-day", "100", "-o", "json"))
    assert found["orders"] == 20_000
    audited, _ = finished(command("audit", "-o", "json"))
    assert audited["holds"]


def test_it_works_beside_a_run(command: Command) -> None:
    """While `winepipeline up` loads the stream, a history goes into the same table, and both hold."""
    up = command("up", "-o", "json", "--events-per-second", "100")
    until(up, "Ready")
    found, _ = finished(command("backfill", *SMALL))
    up.send_signal(signal.SIGINT)
    sums, _ = finished(up)
    assert sums["audit_holds"]
    assert sums["produced"] == sums["loaded"] + sums["rejected"] + sums["in_flight"]
    audited, _ = finished(command("audit", "-o", "json"))
    assert audited["holds"]
    assert audited["loaded"] == sums["loaded"]
    assert sum(each["loaded"] for each in audited["histories"]) == found["loaded"]


def test_a_database_that_will_not_do_is_told_what_it_lacks(command: Command, tmp_path: Path) -> None:
    """Whoever brings a database of his own learns what is missing, with the status of wrong arguments."""
    with closing(sqlite3.connect(tmp_path / "shop.sqlite")) as database:
        database.execute("CREATE TABLE orders (order_id INTEGER PRIMARY KEY, order_number, customer_id)")
    _, told = finished(command("backfill", "--from-sqlite", "shop.sqlite", "-o", "json"), ExitCode.USAGE)
    assert "table orders lacks ordered_at, channel, currency" in told
    assert "there is no table order_lines" in told
    _, told = finished(command("backfill", "--from-sqlite", "no.sqlite"), ExitCode.USAGE)
    assert "BACKFILL_FROM_SQLITE=no.sqlite: there is no such file" in told
