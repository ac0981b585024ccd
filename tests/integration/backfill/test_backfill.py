"""A history gets in once, whatever happens on the way."""

import json
import random
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from winepipeline_process.exits import ExitCode
from winepipeline_warehouse.session import Session
from winepipeline_warehouse.settings import WarehouseSettings

from .conftest import DAYS, ORDERS_PER_DAY, Cellar

KILLED = -signal.SIGKILL
STAGES = ("upload", "begin", "copy", "ledger", "commit", "remove")


def sqlite_sums(file: Path) -> tuple[int, int, int, int, int, int]:
    """(orders, lines, cents, bottles, movements, bottles moved), by SQLite's own reckoning."""
    with closing(sqlite3.connect(file)) as database:
        orders = database.execute("SELECT COUNT(*) FROM orders").fetchone()
        lines = database.execute("SELECT COUNT(*), SUM(total_cents), SUM(quantity) FROM order_lines").fetchone()
        moved = database.execute("SELECT COUNT(*), SUM(quantity_change) FROM inventory_movements").fetchone()
    return (*orders, *lines, *moved)


def warehouse_sums(cellar: Cellar) -> tuple[int, int, int, int, int, int]:
    """The same, by a query in the warehouse."""
    found = cellar.sums()
    assert (found.order_lines, found.movements) == (found.order_line_keys, found.movement_keys)
    assert (found.customers, found.products) == (found.customer_keys, found.product_keys) == (150, 50)
    return (
        found.orders, found.order_lines, found.total_cents, found.bottles_sold, found.movements, found.bottles_moved,
    )  # fmt: skip


def assert_whole(cellar: Cellar) -> None:
    """Both sides add up to the same, and the audit holds."""
    assert warehouse_sums(cellar) == sqlite_sums(cellar.sqlite)
    found = cellar.audit()
    assert found.holds, found
    sums = cellar.sums()
    assert found.total("loaded") == sums.order_lines + sums.movements


def test_a_history_is_loaded_and_a_second_run_adds_nothing(cellar: Cellar) -> None:
    """The Job loads as many orders as the resource asks for, says so, and started again finds all there."""
    assert cellar.run() == ExitCode.OK
    word = cellar.word()
    assert (word["reason"], word["orders"]) == ("Completed", DAYS * ORDERS_PER_DAY)
    assert word["added"] == word["order_lines"] + word["movements"] + 150 + 50
    assert_whole(cellar)
    epochs = cellar.query("SELECT MAX(EPOCH) FROM {ledger}")
    assert cellar.run() == ExitCode.OK
    assert cellar.word()["added"] == 0
    assert cellar.query("SELECT MAX(EPOCH) FROM {ledger}") == epochs
    assert_whole(cellar)


@pytest.mark.long
def test_ten_kills_lose_and_double_nothing(cellar: Cellar) -> None:
    """Killed at ten random moments of its loads and started again, each row and each cent is there once."""
    chance = random.Random(20261126)
    for _ in range(10):
        where = f"{chance.choice(STAGES)}:{chance.choice(('before', 'after'))}:{chance.randint(1, 2)}"
        assert cellar.run(KILL_AT=where) in {KILLED, ExitCode.OK}, where
    assert cellar.run() == ExitCode.OK
    assert_whole(cellar)
    assert cellar.query("LIST @{stage}") == [], "what killed runs left in the stage is swept up"


@pytest.mark.long
def test_a_lost_volume_is_no_matter(cellar: Cellar) -> None:
    """A Job whose pod and volume are gone makes the same history again and goes on where the ledger stands."""
    assert cellar.run(KILL_AT="commit:after:5", BACKFILL_UNTIL="2026-03-01") == KILLED
    cellar.sqlite.unlink()
    assert cellar.run() == ExitCode.OK
    assert "until-2026-03-01" in cellar.word()["identity"]
    assert cellar.word()["added"] < cellar.word()["order_lines"]
    assert_whole(cellar)


@pytest.mark.long
def test_another_history_under_the_name_is_refused(cellar: Cellar) -> None:
    """A changed seed under a ledger with the old history ends at once, in words, and adds nothing."""
    assert cellar.run(KILL_AT="commit:after:4") == KILLED
    before = cellar.query("SELECT COUNT(*) FROM {target}")
    cellar.sqlite.unlink()
    assert cellar.run(BACKFILL_SEED="99") == ExitCode.USAGE
    word = cellar.word()
    assert word["reason"] == "HistoryDiffers"
    assert "seed-99" in word["message"]
    assert "seed-1/" in word["message"]
    assert cellar.query("SELECT COUNT(*) FROM {target}") == before
    assert cellar.run(BACKFILL_SEED="99", BACKFILL_NAME="bertha") == ExitCode.OK
    assert cellar.audit().holds


def test_two_at_once_double_nothing(cellar: Cellar) -> None:
    """Of two backfills of one history the one that claimed last loads it, and the other ends saying so."""
    assert cellar.run(KILL_AT="copy:before:1") == KILLED
    both = [cellar.start(), cellar.start()]
    statuses = sorted(each.ended() for each in both)
    assert statuses in ([ExitCode.OK, ExitCode.OK], [ExitCode.OK, ExitCode.WAREHOUSE])
    if statuses[1]:
        assert "Overtaken" in both[0].log + both[1].log
    assert_whole(cellar)


@pytest.mark.long
def test_a_stop_is_no_success(cellar: Cellar) -> None:
    """A pod that is drained ends in good order and not as done, so that the Job starts another, which goes on."""
    assert cellar.run(KILL_AT=f"copy:after:2#{signal.SIGTERM.value}") == 128 + signal.SIGTERM
    assert cellar.word()["reason"] == "Stopped"
    before = cellar.query("SELECT COUNT(*) FROM {target}")[0][0]
    assert before > 0
    assert cellar.run() == ExitCode.OK
    assert_whole(cellar)


@pytest.mark.long
def test_it_tells_what_it_waits_for(cellar: Cellar) -> None:
    """While somebody locks the ledger, /readyz and /metrics say so, and once he lets go the history is loaded."""
    assert cellar.run(KILL_AT="commit:after:3") == KILLED
    with Session(WarehouseSettings.from_environment(cellar.environment)) as other:
        other.change("BEGIN")
        other.change(f"UPDATE {cellar.names.ledger} SET OWNER = 'somebody'")  # noqa: S608 - a test's own name
        waiting = cellar.start(SNOWFLAKE_LOCK_TIMEOUT="1")
        waiting.says("the warehouse does not take it: LockTimeout")
        status, body = waiting.get("/readyz")
        assert (status, json.loads(body)["reason"]) == (503, "WarehouseUnavailable")
        assert waiting.get("/healthz")[0] == 200
        assert "winepipeline_warehouse_retrying 1.0" in waiting.get("/metrics")[1]
        other.change("ROLLBACK")
    assert waiting.ended() == ExitCode.OK
    assert_whole(cellar)


@pytest.mark.long
def test_a_warehouse_that_restarts_is_waited_for(cellar: Cellar) -> None:
    """A warehouse that goes away in the middle is tried again until it is back, and nothing is lost or doubled."""
    running = cellar.start(BACKFILL_CHUNK_ROWS="20")
    running.says("loading 0 of")
    cellar.emulator.stop()
    cellar.emulator.start()
    assert running.ended() == ExitCode.OK
    assert_whole(cellar)


SHOP = """
CREATE TABLE customers (customer_id INTEGER PRIMARY KEY, first_name, last_name, email, street, postcode, city, segment,
  since);
CREATE TABLE products (product_id INTEGER PRIMARY KEY, name, category, region, appellation, vintage, price_cents,
  supplier);
CREATE TABLE orders (order_id INTEGER PRIMARY KEY, order_number, customer_id, ordered_at, channel, currency);
CREATE TABLE order_lines (line_id INTEGER PRIMARY KEY, order_id, product_id, quantity, unit_price_cents,
  discount_percent, total_cents);
CREATE TABLE inventory_movements (movement_id INTEGER PRIMARY KEY, product_id, moved_at, adjustment_type,
  quantity_change, warehouse, batch_id, supplier, received_on, reason);
INSERT INTO customers VALUES (1, 'Ada', 'L', 'a@example.com', 'x', '1', 'Paris', 'Particulier', '2020-01-01');
INSERT INTO products VALUES (8, 'Clos "X"', 'Rouge 🍷', 'Loire', 'Chinon', 2020, 1000, 'Dupont');
INSERT INTO orders VALUES (5, 'A-5', 1, '2026-02-03T10:00:00+01:00', 'E-com', 'EUR');
INSERT INTO orders VALUES (6, 'A-6', 1, '2026-02-03T11:00:00Z', 'Marché', 'EUR');
INSERT INTO order_lines VALUES (10, 5, 8, 3, 1000, 10, 2700), (17, 5, 8, 1, 1000, 0, 1000);
INSERT INTO order_lines VALUES (18, 6, 8, 1, 1000, 0, 1000);
"""


@pytest.mark.long
def test_a_database_of_ones_own(cellar: Cellar) -> None:
    """One's own rows get in under their own keys, and what is no event goes to the rejects with its reason."""
    file = cellar.folder / "shop.sqlite"
    with closing(sqlite3.connect(file)) as database:
        database.executescript(SHOP)
    for _ in range(2):
        assert cellar.run(BACKFILL_FROM_SQLITE=str(file)) == ExitCode.OK
        assert (cellar.word()["loaded"], cellar.word()["rejected"]) == (2, 1)
    rows = cellar.query(
        "SELECT EVENT_METADATA:offset::INTEGER, EVENT_CONTENT:total::NUMBER(18, 2) FROM {target} ORDER BY 1"
    )
    assert [(int(key), float(total)) for key, total in rows] == [(10, 27.0), (17, 10.0)]
    ((reason, key),) = cellar.query("SELECT REASON, EVENT_METADATA:offset::INTEGER FROM {rejected}")
    assert (reason, int(key)) == ("OutOfRange", 18)
    assert cellar.audit().holds
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("UPDATE customers SET city = 'Lyon'")
    assert cellar.run(BACKFILL_FROM_SQLITE=str(file)) == ExitCode.USAGE
    assert cellar.word()["reason"] == "HistoryDiffers"


@pytest.mark.long
def test_a_history_is_removed_as_the_page_says(cellar: Cellar) -> None:
    """After the SQL of docs/how-to/backfill.md nothing of a history is left, and another may have its name."""
    assert cellar.run() == ExitCode.OK
    page = (Path(__file__).parents[3] / "docs/how-to/backfill.md").read_text(encoding="utf-8")
    block = page.partition("## Remove a history")[2].partition("```sql\n")[2].partition("```")[0]
    with Session(WarehouseSettings.from_environment(cellar.environment)) as session:
        for statement in block.replace("WINE_SALES_DB.RAW_DATA.RAW_EVENTS_STREAM", cellar.names.target).split(";"):
            if statement.strip():
                session.change(statement)
    for table in ("target", "rejected", "customers", "ledger"):
        assert cellar.query(f"SELECT COUNT(*) FROM {{{table}}}") == [(0,)]  # noqa: S608 - a test's own name
    cellar.sqlite.unlink()
    assert cellar.run(BACKFILL_SEED="2") == ExitCode.OK
    assert_whole(cellar)


@pytest.mark.long
def test_a_row_that_somebody_deletes_is_missed(cellar: Cellar) -> None:
    """Damage to a loaded history is found by the next run and by the audit."""
    assert cellar.run() == ExitCode.OK
    cellar.query("DELETE FROM {target} WHERE EVENT_METADATA:offset::INTEGER = 17")
    assert not cellar.audit().holds
    assert cellar.run() == ExitCode.CHECK_FAILED
    assert cellar.word()["reason"] == "Disagreement"


def test_wrong_settings_are_told_to_kubernetes(cellar: Cellar) -> None:
    """A Job with a wrong setting says which one in the pod's status, and ends with the status of wrong settings."""
    cellar.word_file.write_text("")
    done = subprocess.run(
        [sys.executable, "-m", "winepipeline_backfill"],
        env=cellar.environment | {"BACKFILL_DAYS": "0"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == ExitCode.USAGE
    assert "BACKFILL_DAYS" in cellar.word()["message"]
