"""The backfill's own work, from SQLite to staged files: `python -m benchmarks.backfill [--json]`.

Each contestant runs in a process of its own, on one thread, over the same ten years of history:

- make: the recipe to a SQLite database, customers and all, for the record;
- ours: each row out of SQLite, as an event, through the events' strict validation, into the Parquet file that is put
  into the stage; the files are written to a folder, for the network is nobody's;
- the usual way: a dictionary for each row, checks by hand, `json.dumps`, a Parquet file of as many rows.

CPU time is that of the whole process but for loading modules; memory is the most that was ever resident, modules and
all.
"""

import argparse
import datetime as dt
import json
import multiprocessing
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.contest.figures import Figures, Stopwatch
from winepipeline_backfill.chunk import Extraction
from winepipeline_backfill.making import make
from winepipeline_backfill.reading import Database
from winepipeline_backfill.recipe import Recipe
from winepipeline_backfill.rendering import MOVEMENTS_PARTITION, ORDER_LINES_PARTITION
from winepipeline_backfill.settings import BackfillSettings
from winepipeline_events.order import Channel
from winepipeline_warehouse.history import origin_of
from winepipeline_warehouse.names import Names

DAYS = 3_650
ORDERS_PER_DAY = 200
CHUNK_ROWS = int(BackfillSettings.model_fields["chunk_rows"].default)
USUAL_CHUNKS = 5
SPAWN = multiprocessing.get_context("spawn")


def measured(name: str, work: Callable[..., int], *arguments: object) -> Figures:
    """Carry out `work`, which returns how many events it had, in a process of its own."""
    receiver, sender = SPAWN.Pipe(duplex=False)
    process = SPAWN.Process(target=_measure, args=(sender, name, work, arguments))
    process.start()
    found: Figures = receiver.recv()
    process.join()
    return found


def _measure(sender: Any, name: str, work: Callable[..., int], arguments: tuple[object, ...]) -> None:
    watch = Stopwatch()
    sender.send(watch.figures(name, work(*arguments)))


def making(recipe: Recipe, file: Path) -> int:
    """The recipe to a database."""
    make(recipe, file, lambda _days, _of: None)
    with closing(Database(file)) as database:
        sums = database.sums()
    return sums.order_lines + sums.movements


def ours(file: Path, folder: Path, chunk_rows: int) -> int:
    """The database to files in the stage."""
    with closing(Database(file)) as database:
        identity = str(database.identity())
        origin = origin_of("bench", identity)
        work = Extraction(database, Names("D", "S", "T"), origin, chunk_rows)
        events = 0
        for partition, extent in work.extents.items():
            key = extent.first
            while key < extent.end:
                chunk = work.chunk(partition, key)
                load = chunk.load(origin, 1)
                content = load.rows or (load.beside.content if load.beside else b"")
                (folder / f"{load.name}.parquet").write_bytes(content)
                key = chunk.end
                if partition in (ORDER_LINES_PARTITION, MOVEMENTS_PARTITION):
                    events += load.loaded_count
    return events


_USUAL = """
SELECT l.line_id, o.ordered_at, o.order_number, o.customer_id, o.channel, o.currency, l.quantity, l.unit_price_cents,
  l.discount_percent, l.total_cents, p.product_id, p.name, p.category, p.region, p.vintage
FROM order_lines l JOIN orders o USING (order_id) JOIN products p USING (product_id)
WHERE l.line_id >= ? ORDER BY l.line_id LIMIT ?
"""


def usual(file: Path, folder: Path, chunk_rows: int) -> int:
    """As one would write it: a dictionary a row."""
    import sqlite3  # noqa: PLC0415

    channels = set(Channel)
    events, key = 0, 1
    with closing(sqlite3.connect(file)) as database:
        database.row_factory = sqlite3.Row
        for _ in range(USUAL_CHUNKS):
            contents, products, customers = [], [], []
            for row in database.execute(_USUAL, (key, chunk_rows)):
                event = {
                    "event_type": "ORDER_CREATED",
                    "event_id": f"backfill-L{row['line_id']}",
                    "schema_version": 1,
                    "source": "backfill",
                    "timestamp": row["ordered_at"],
                    "order_id": row["order_number"],
                    "product": {
                        "id": row["product_id"],
                        "name": row["name"],
                        "category": row["category"],
                        "region": row["region"],
                        "vintage": row["vintage"],
                    },
                    "customer_id": row["customer_id"],
                    "quantity": row["quantity"],
                    "unit_price": row["unit_price_cents"] / 100,
                    "discount": row["discount_percent"] / 100,
                    "total": row["total_cents"] / 100,
                    "currency": row["currency"],
                    "channel": row["channel"],
                }
                dt.datetime.fromisoformat(event["timestamp"])
                exact = event["quantity"] * event["unit_price"] * (1 - event["discount"])
                if event["quantity"] < 1 or event["channel"] not in channels or abs(exact - event["total"]) > 0.006:
                    raise ValueError(event)
                contents.append(json.dumps(event, ensure_ascii=False))
                products.append(row["product_id"])
                customers.append(row["customer_id"])
                key = row["line_id"] + 1
            events += len(contents)
            table = pa.table({"PRODUCT_ID": products, "CUSTOMER_ID": customers, "EVENT_CONTENT": contents})
            pq.write_table(table, folder / f"usual-{key}.parquet", compression="zstd")
    return events


def table(found: dict[str, Figures]) -> str:
    """The contestants for a person."""
    lines = [f"{'':22}{'events':>10}{'CPU s':>9}{'events/CPU s':>14}{'clock s':>9}{'events/s':>11}{'peak MiB':>10}"]
    lines += [
        f"{each.name:22}{each.events:>10,}{each.cpu_seconds:>9.2f}{each.events_per_cpu_second:>14,.0f}"
        f"{each.wall_seconds:>9.2f}{each.events_per_second:>11,.0f}{each.peak_rss_mb:>10.0f}"
        for each in found.values()
    ]
    return "\n".join(lines)


def main() -> None:
    """Measure, print the table and, with `--json`, one object as the last line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.backfill", description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    parser.add_argument("--days", type=int, default=DAYS, help=f"days of history (default {DAYS:,})")
    parser.add_argument("--orders-per-day", type=int, default=ORDERS_PER_DAY, help=f"default {ORDERS_PER_DAY}")
    parser.add_argument("--chunk-rows", type=int, default=CHUNK_ROWS, help=f"rows in a file (default {CHUNK_ROWS:,})")
    chosen = parser.parse_args()
    recipe = Recipe(chosen.days, chosen.orders_per_day, 1, dt.date(2026, 10, 31))
    with tempfile.TemporaryDirectory(prefix="backfill-") as name:
        folder = Path(name)
        file = folder / "history.sqlite"
        found = {
            "make": measured("make", making, recipe, file),
            "ours": measured("ours", ours, file, folder, chosen.chunk_rows),
            "usual": measured("the usual way", usual, file, folder, chosen.chunk_rows),
        }
        database_mb = file.stat().st_size / 2**20
        staged_mb = sum(each.stat().st_size for each in folder.glob("history-*.parquet")) / 2**20
    print(f"{recipe.identity}, {database_mb:.0f} MiB of SQLite, {staged_mb:.0f} MiB of files\n\n{table(found)}\n")
    speed = found["ours"].events_per_cpu_second
    promised = {
        "events_per_cpu_second": round(speed),
        "events_per_second": round(found["ours"].events_per_second),
        "peak_rss_mb": round(max(found["ours"].peak_rss_mb, found["make"].peak_rss_mb)),
        "made_events_per_cpu_second": round(found["make"].events_per_cpu_second),
        "usual_events_per_cpu_second": round(found["usual"].events_per_cpu_second),
        "ratio_to_usual": round(speed / found["usual"].events_per_cpu_second, 1),
        "events": found["ours"].events,
    }
    for key, value in promised.items():
        print(f"{key:36}{value:>14,}")
    if chosen.json:
        print(json.dumps(promised))


if __name__ == "__main__":
    main()
