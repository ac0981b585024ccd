"""Stages: uploading from memory, listing, loading and removing, through the real connector."""

import http.client
import io
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from snowflake.connector import SnowflakeConnection
from snowflake.connector.errors import ProgrammingError

from .conftest import EVENTS, Emulator, copy_statement, parquet, put, run, running

Connect = Callable[..., SnowflakeConnection]


@pytest.fixture
def session(connect: Connect) -> SnowflakeConnection:
    """A session, with a new table EVENTS and an empty stage LOADS."""
    connection = connect()
    run(connection, f"CREATE OR REPLACE TABLE EVENTS {EVENTS}")
    run(connection, "CREATE OR REPLACE STAGE LOADS FILE_FORMAT = (TYPE = PARQUET)")
    return connection


def listed(session: SnowflakeConnection, place: str) -> list[str]:
    """The names of the files that LIST shows."""
    return [row[0] for row in run(session, f"LIST @{place}")]


def test_an_upload_from_memory_is_listed_loaded_and_removed(session: SnowflakeConnection) -> None:
    """The way of a batch: PUT, COPY, REMOVE."""
    content = parquet(("ORDER_CREATED", 1000, '{"category": "Rouge 🍷", "vintage": 2018}'))
    uploaded = put(session, "LOADS/2026", "batch-1.parquet", content)
    assert uploaded[0][6] == "UPLOADED"
    assert run(session, "LIST @LOADS")[0][:2] == ("loads/2026/batch-1.parquet", str(len(content)))
    loaded = run(session, copy_statement("WINE.RAW.EVENTS", "WINE.RAW.LOADS/2026/batch-1.parquet"))
    assert loaded[0][:4] == ("loads/2026/batch-1.parquet", "LOADED", 1, 1)
    row = run(session, "SELECT PRODUCT_ID, EVENT_CONTENT:category::VARCHAR, EVENT_METADATA:partition FROM EVENTS")
    assert row == [(1000, "Rouge 🍷", "0")]
    assert run(session, "REMOVE @LOADS/2026/batch-1.parquet") == [("loads/2026/batch-1.parquet", "removed")]
    assert listed(session, "LOADS") == []
    assert run(session, "REMOVE @LOADS/2026/batch-1.parquet") == []


def test_a_session_without_a_current_database_loads_by_full_names(
    session: SnowflakeConnection, connect: Connect
) -> None:
    """Statements that name everything in full need no USE."""
    put(session, "LOADS", "a.parquet", parquet(("A", 1, "{}")))
    bare = connect(database=None, schema=None)
    put(bare, "WINE.RAW.LOADS", "b.parquet", parquet(("B", 2, "{}")))
    for name in ("a", "b"):
        source = f"WINE.RAW.LOADS/{name}.parquet"
        assert run(bare, copy_statement("WINE.RAW.EVENTS", source))[0][1] == "LOADED"
        assert run(bare, copy_statement("WINE.RAW.EVENTS", source))[0][1] == "LOAD_SKIPPED"
    assert run(bare, "SELECT COUNT(*) FROM WINE.RAW.EVENTS") == [(2,)]
    put(bare, "WINE.RAW.LOADS", "c.parquet", parquet(("C", 2, "{bad")))
    run(bare, "BEGIN")
    with pytest.raises(ProgrammingError, match="100069"):
        run(bare, copy_statement("WINE.RAW.EVENTS", "WINE.RAW.LOADS/c.parquet"))
    run(bare, "ROLLBACK")
    with pytest.raises(ProgrammingError, match="current database"):
        run(bare, "SELECT COUNT(*) FROM EVENTS")
    with pytest.raises(ProgrammingError, match="current database"):
        run(bare, "LIST @LOADS")


def test_an_upload_of_the_same_name_replaces_the_file(session: SnowflakeConnection) -> None:
    """A batch staged twice, as after a lost answer, is there once."""
    put(session, "LOADS", "a.parquet", parquet(("OLD", 1, "{}")))
    put(session, "LOADS", "a.parquet", parquet(("NEW", 1, "{}")))
    assert listed(session, "LOADS") == ["loads/a.parquet"]
    run(session, copy_statement("EVENTS", "LOADS/a.parquet"))
    assert run(session, "SELECT EVENT_TYPE FROM EVENTS") == [("NEW",)]


def test_a_file_is_compressed_by_the_connector_unless_told_not_to(session: SnowflakeConnection, tmp_path: Path) -> None:
    """PUT of a file on the disk works as with Snowflake, its compression included."""
    file = tmp_path / "rows.csv"
    file.write_text("A,1\nB,2\n")
    run(session, f"PUT file://{file} @LOADS")
    assert listed(session, "LOADS") == ["loads/rows.csv.gz"]
    run(session, "CREATE OR REPLACE TABLE ROWS_READ (A VARCHAR, B INTEGER)")
    run(session, "COPY INTO ROWS_READ FROM @LOADS/rows.csv.gz FILE_FORMAT = (TYPE = CSV)")
    assert run(session, "SELECT * FROM ROWS_READ ORDER BY A") == [("A", 1), ("B", 2)]


def test_a_path_is_a_prefix(session: SnowflakeConnection) -> None:
    """Without a file's whole name, LIST, COPY and REMOVE mean every file whose path begins so."""
    for name in ("day-1.parquet", "day-2.parquet", "night.parquet"):
        put(session, "LOADS/x", name, parquet((name, 1, "{}")))
    assert listed(session, "LOADS/x/day") == ["loads/x/day-1.parquet", "loads/x/day-2.parquet"]
    run(session, copy_statement("EVENTS", "LOADS/x/day"))
    assert run(session, "SELECT COUNT(*) FROM EVENTS") == [(2,)]
    assert len(run(session, "REMOVE @LOADS/x/")) == 3


@pytest.mark.parametrize("place", ["LOADS/../../OTHER", "LOADS/x/../../../OTHER/"])
def test_no_path_leads_out_of_its_stage(session: SnowflakeConnection, place: str) -> None:
    """A stage's files cannot be reached, removed or written by way of another."""
    run(session, "CREATE OR REPLACE STAGE OTHER")
    put(session, "OTHER", "secret.parquet", parquet(("A", 1, "{}")))
    for statement in (f"LIST @{place}", f"REMOVE @{place}"):
        with pytest.raises(ProgrammingError, match="leads out of its stage"):
            run(session, statement)
    with pytest.raises(ProgrammingError, match="leads out of its stage"):
        run(session, f"PUT 'file:///a.parquet' @{place}", file_stream=io.BytesIO(b"x"))
    copied = run(session, copy_statement("EVENTS", f"{place.rstrip('/')}/secret.parquet"))
    assert copied == [("Copy executed with 0 files processed.",)]
    assert listed(session, "OTHER") == ["other/secret.parquet"]


def test_an_upload_needs_the_address_that_put_gave(emulator: Emulator, session: SnowflakeConnection) -> None:
    """Nobody writes into a stage without having logged in."""
    connection = http.client.HTTPConnection("127.0.0.1", emulator.port)
    for address in ("/fs_bucket/WINE/RAW/LOADS/x", "/fs_bucket/WINE/RAW/LOADS/x?signature=0", "/fs_bucket/../x"):
        connection.request("PUT", address, body=b"x")
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 401
    connection.close()
    assert listed(session, "LOADS") == []


def test_a_stage_that_is_not_there_is_told(session: SnowflakeConnection) -> None:
    """PUT, COPY and REMOVE name the stage that is missing, as Snowflake does."""
    for statement in ("LIST @NO", "REMOVE @NO/x", copy_statement("EVENTS", "NO/x.parquet")):
        with pytest.raises(ProgrammingError, match=r"Stage 'WINE.RAW.NO' does not exist or not authorized") as raised:
            run(session, statement)
        assert raised.value.errno == 2003
    with pytest.raises(ProgrammingError, match="does not exist"):
        put(session, "NO", "a.parquet", b"x")
    with pytest.raises(ProgrammingError, match="only named stages"):
        run(session, "LIST @~")


def test_an_account_that_is_far_away_keeps_uploads_waiting_side_by_side() -> None:
    """With EMULATOR_UPLOAD_SECONDS each upload takes so long, and two at a time do not wait for each other."""
    with running(None, EMULATOR_UPLOAD_SECONDS="2") as emulator:
        sessions = [emulator.connect(database=None, schema=None) for _ in range(2)]
        run(sessions[0], "CREATE DATABASE IF NOT EXISTS WINE")
        run(sessions[0], "CREATE SCHEMA IF NOT EXISTS WINE.RAW")
        run(sessions[0], "CREATE STAGE WINE.RAW.FAR FILE_FORMAT = (TYPE = PARQUET)")
        begun = time.monotonic()
        with ThreadPoolExecutor(2) as pool:
            done = [pool.submit(put, each, "WINE.RAW.FAR", f"{each.session_id}.parquet", b"x") for each in sessions]
            assert [each.result()[0][6] for each in done] == ["UPLOADED", "UPLOADED"]
        assert 2.0 <= time.monotonic() - begun < 4.0
