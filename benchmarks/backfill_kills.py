"""A year of history, killed at random moments: `python -m benchmarks.backfill_kills [--json]`.

Starts an emulator and the backfill as a Job would, kills the process with SIGKILL after a random time, starts it again,
and so on; the last run is left to finish. Then counts and cents are asked of both sides, each by a query of its own.
"""

import argparse
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from winepipeline_local.emulator import Emulator
from winepipeline_warehouse.audit import audit
from winepipeline_warehouse.names import Names
from winepipeline_warehouse.session import Session
from winepipeline_warehouse.settings import WarehouseSettings

SQLITE = """
SELECT (SELECT COUNT(*) FROM orders), COUNT(*), SUM(total_cents),
  (SELECT COUNT(*) FROM inventory_movements), (SELECT SUM(quantity_change) FROM inventory_movements) FROM order_lines
"""
WAREHOUSE = """
SELECT COUNT(DISTINCT EVENT_CONTENT:order_id::VARCHAR), COUNT_IF(EVENT_TYPE = 'ORDER_CREATED'),
  SUM(ROUND(EVENT_CONTENT:total::NUMBER(18, 2) * 100)), COUNT_IF(EVENT_TYPE = 'INVENTORY_ADJUSTED'),
  SUM(EVENT_CONTENT:quantity_change::INTEGER) FROM {target}
"""


def rows_in(warehouse: WarehouseSettings, names: Names) -> int:
    """How far it is."""
    with Session(warehouse) as session:
        return int(session.query(f"SELECT COUNT(*) FROM {names.target}")[0][0])  # noqa: S608


def killed_runs(environment: dict[str, str], kills: int, chance: random.Random, told: list[str]) -> float:
    """Kill it so many times, then let it finish; the seconds that the last run took."""
    warehouse = WarehouseSettings.from_environment(environment)
    names = Names(warehouse.database, warehouse.schema_name, warehouse.table)
    for number in range(kills):
        # The first ones fall into the making of the history, the others into its loading.
        seconds = chance.uniform(1, 8)
        process = subprocess.Popen([sys.executable, "-m", "winepipeline_backfill"], env=environment)
        try:
            ended = process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            ended = process.wait()
        made = Path(environment["BACKFILL_SQLITE"]).exists()
        rows = rows_in(warehouse, names) if made else 0
        told.append(f"kill {number + 1:>2} after {seconds:4.1f} s: status {ended}, {rows:>7,} events in the table")
        print(told[-1], flush=True)
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-m", "winepipeline_backfill"], env=environment, check=True)
    return time.perf_counter() - begun


def main() -> None:
    """Kill, finish, compare, print; exit status 1 when the sides differ."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.backfill_kills", description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--orders-per-day", type=int, default=200)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=2026)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="backfill-") as name:
        folder = Path(name)
        emulator = Emulator(folder / "warehouse")
        emulator.start()
        file = folder / "history.sqlite"
        environment = os.environ | emulator.environment | {
            "BACKFILL_DAYS": str(chosen.days),
            "BACKFILL_ORDERS_PER_DAY": str(chosen.orders_per_day),
            "BACKFILL_SQLITE": str(file),
            "BACKFILL_CHUNK_ROWS": "5000",
            "METRICS_HOST": "127.0.0.1",
            "METRICS_PORT": "0",
            "LOG_LEVEL": "ERROR",
        }  # fmt: skip
        try:
            told: list[str] = []
            last_seconds = killed_runs(environment, chosen.kills, random.Random(chosen.seed), told)
            warehouse = WarehouseSettings.from_environment(environment)
            names = Names(warehouse.database, warehouse.schema_name, warehouse.table)
            with Session(warehouse) as session, closing(sqlite3.connect(file)) as database:
                there = tuple(int(each) for each in session.query(WAREHOUSE.format(target=names.target))[0])
                here = database.execute(SQLITE).fetchone()
                holds = audit(session, names).holds
        finally:
            emulator.stop()
    print(f"\n{'':12}{'orders':>10}{'lines':>10}{'cents':>16}{'movements':>11}{'bottles':>11}")
    for side, sums in (("SQLite", here), ("warehouse", there)):
        print(f"{side:12}{sums[0]:>10,}{sums[1]:>10,}{sums[2]:>16,}{sums[3]:>11,}{sums[4]:>11,}")
    equal = here == there and holds
    print(f"\nboth sides equal: {here == there}, the audit holds: {holds}, last run {last_seconds:.1f} s")
    if chosen.json:
        print(json.dumps({"kills": chosen.kills, "orders": here[0], "cents": here[2], "equal": equal}))
    sys.exit(0 if equal else 1)


if __name__ == "__main__":
    main()
