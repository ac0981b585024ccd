"""What a restart keeps: everything committed, nothing else, however the process ended."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import EVENTS, Emulator, copy_statement, parquet, prepare, put, run, running


def test_a_restart_keeps_databases_stages_files_and_load_history(tmp_path: Path) -> None:
    """After a stop and a start a pipeline goes on where it was."""
    with running(tmp_path) as emulator:
        prepare(emulator)
        with emulator.connect() as connection:
            run(connection, f"CREATE TABLE EVENTS {EVENTS}")
            run(connection, "CREATE STAGE LOADS")
            put(connection, "LOADS", "a.parquet", parquet(("A", 1, '{"x":"é"}')))
            put(connection, "LOADS", "b.parquet", parquet(("B", 2, "{}")))
            run(connection, copy_statement("EVENTS", "LOADS/a.parquet"))
        emulator.stop()
    with running(tmp_path) as emulator, emulator.connect() as connection:
        assert run(connection, "SELECT EVENT_TYPE, EVENT_CONTENT:x::VARCHAR FROM EVENTS") == [("A", "é")]
        assert [row[0] for row in run(connection, "LIST @LOADS")] == ["loads/a.parquet", "loads/b.parquet"]
        assert run(connection, copy_statement("EVENTS", "LOADS/a.parquet"))[0][1] == "LOAD_SKIPPED"
        assert run(connection, copy_statement("EVENTS", "LOADS/b.parquet"))[0][1] == "LOADED"
        described = {row[0]: row[1] for row in run(connection, "DESCRIBE TABLE EVENTS")}
        assert described["EVENT_TYPE"] == "VARCHAR(50)"


def test_a_crash_keeps_what_was_committed_and_nothing_of_what_was_not(tmp_path: Path) -> None:
    """SIGKILL in the middle of a transaction loses that transaction, and only that."""
    with running(tmp_path) as emulator:
        prepare(emulator)
        connection = emulator.connect()
        run(connection, f"CREATE TABLE EVENTS {EVENTS}")
        run(connection, "CREATE STAGE LOADS")
        put(connection, "LOADS", "a.parquet", parquet(("A", 1, "{}")))
        put(connection, "LOADS", "b.parquet", parquet(*[("B", 1, "{}")] * 40_000))
        run(connection, copy_statement("EVENTS", "LOADS/a.parquet"))
        run(connection, "BEGIN")
        run(connection, copy_statement("EVENTS", "LOADS/b.parquet"))
        run(connection, "UPDATE EVENTS SET PRODUCT_ID = 2 WHERE EVENT_TYPE = 'A'")
        emulator.stop(signal.SIGKILL)
    with running(tmp_path) as emulator, emulator.connect() as connection:
        assert run(connection, "SELECT EVENT_TYPE, PRODUCT_ID FROM EVENTS") == [("A", 1)]
        assert run(connection, copy_statement("EVENTS", "LOADS/b.parquet"))[0][3] == 40_000


CLIENT = """
import sys
import snowflake.connector
port, offset = map(int, sys.argv[1:])
connection = snowflake.connector.connect(
    account="emulator", user="fake", password="snow", protocol="http", host="127.0.0.1", port=port, database="WINE",
    schema="RAW")
cursor = connection.cursor()
while True:
    cursor.execute("BEGIN")
    cursor.execute(f"INSERT INTO EVENTS SELECT {offset} * 10 + range, repeat('x', 5000) FROM range(10)")
    cursor.execute(f"UPDATE LEDGER SET NEXT_OFFSET = {offset + 1} WHERE NEXT_OFFSET = {offset}")
    assert cursor.rowcount == 1
    cursor.execute("COMMIT")
    offset += 1
    print(offset, flush=True)
"""


@pytest.mark.long
def test_crashes_at_any_time_never_split_a_transaction(tmp_path: Path) -> None:
    """Killed while a client commits as fast as it can, it opens again with all of every commit that was answered."""
    answered = 0
    for commits in (3, 25):
        with running(tmp_path) as emulator:
            if commits == 3:
                prepare(emulator)
                with emulator.connect() as connection:
                    run(connection, "CREATE TABLE LEDGER (NEXT_OFFSET INTEGER)")
                    run(connection, "CREATE TABLE EVENTS (A INTEGER, B VARCHAR)")
                    run(connection, "INSERT INTO LEDGER VALUES (0)")
            answered = load_until_killed(emulator, stored(emulator, answered), commits)
    with running(tmp_path) as emulator:
        stored(emulator, answered)


def stored(emulator: Emulator, answered: int) -> int:
    """The ledger's offset, after a check that everything is there that it says, once."""
    with emulator.connect() as connection:
        ((next_offset,),) = run(connection, "SELECT NEXT_OFFSET FROM LEDGER")
        ((rows, distinct),) = run(connection, "SELECT COUNT(*), COUNT(DISTINCT A) FROM EVENTS")
    assert rows == distinct == 10 * next_offset
    assert next_offset - answered in {0, 1}  # a commit may have been done, and its answer lost
    return int(next_offset)


def load_until_killed(emulator: Emulator, offset: int, commits: int) -> int:
    """Load in a process of its own, kill the emulator after so many commits; returns the last offset answered."""
    command = [sys.executable, "-c", CLIENT, str(emulator.port), str(offset)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as client:
        assert client.stdout is not None
        lines = [client.stdout.readline() for _ in range(commits)]
        emulator.stop(signal.SIGKILL)
        client.kill()
        lines += client.stdout.readlines()
    return int(lines[-1])
