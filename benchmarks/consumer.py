"""The consumer against raw consumption and the usual way: `python -m benchmarks.consumer [--json]`.

Each contestant runs in a process of its own on the same topic, beside the same real broker, in the same run, several
times in turns; the run in the middle counts. The least one would not do: of one machine's raw runs within minutes, one
in five takes four fifths of the others' time, and whether it is among those of a benchmark is chance. CPU time is that
of the contestant's process, with librdkafka's threads; the broker's and the emulator's are not in it. A million events,
so that what a process does once in its life (memory that it grows, libraries that it loads) is a small part of what is
compared.

- raw: confluent-kafka's `consume()` and `value()` with our settings, and nothing else;
- librdkafka (C): its own loop over the messages, without a Python object for each, for the record;
- client: our consumer, all of it but the warehouse call;
- client and emulator: our consumer, all of it, rows landing in the emulator;
- the usual way: poll one, `json.loads`, checks by hand, a hundred rows an INSERT into the emulator.

`--curves` measures the client for several batch sizes besides.
"""

import argparse
import json
from typing import Any

from benchmarks.contest.figures import Figures
from benchmarks.contest.freshness import freshness
from benchmarks.contest.stage import Stage, stage, typical
from winepipeline_operator.histogram import Histogram

EVENTS = 1_000_000
USUAL_EVENTS = 5_000
TURNS = 7
OTHERS_TURNS = 3
FRESHNESS_RATE = 1000
FRESHNESS_SECONDS = 20.0
CURVE_SIZES = (100, 1_000, 5_000, 10_000, 25_000, 50_000)
_TOPIC = "contest"


def contest(on: Stage, events: int, turns: int) -> dict[str, Figures]:
    """The typical run of each contestant; they take turns, so that a slow minute of the machine hits all of them."""
    runs: dict[str, list[Figures]] = {}
    for turn in range(turns):
        entered = [("raw", events), ("client", events)]
        if turn < OTHERS_TURNS:
            entered += [("c", events), ("emulator", events), ("usual", USUAL_EVENTS)]
        for name, count in entered:
            runs.setdefault(name, []).append(on.run(name, _TOPIC, count))
    return {name: typical(all_runs) for name, all_runs in runs.items()}


def curves(on: Stage, events: int) -> list[tuple[int, Figures]]:
    """The client for several sizes of batches."""
    return [
        (size, on.run("client", _TOPIC, min(events, size * 500), MAX_BATCH_SIZE=str(size), BATCH_SIZE="100"))
        for size in CURVE_SIZES
    ]


def result(found: dict[str, Figures], fresh: Histogram) -> dict[str, Any]:
    """The figures that are compared and promised."""
    raw, client, usual = (found[name].events_per_cpu_second for name in ("raw", "client", "usual"))
    return {
        "raw_events_per_cpu_second": round(raw),
        "librdkafka_events_per_cpu_second": round(found["c"].events_per_cpu_second),
        "client_events_per_cpu_second": round(client),
        "ratio_to_raw": round(client / raw, 3),
        "raw_events_per_second": round(found["raw"].events_per_second),
        "client_events_per_second": round(found["client"].events_per_second),
        "landed_events_per_cpu_second": round(found["emulator"].events_per_cpu_second),
        "landed_events_per_second": round(found["emulator"].events_per_second),
        "usual_events_per_cpu_second": round(usual),
        "ratio_to_usual": round(found["emulator"].events_per_cpu_second / usual, 1),
        "freshness_p50_seconds": round(fresh.quantile(0.5) or 0.0, 3),
        "freshness_p99_seconds": round(fresh.quantile(0.99) or 0.0, 3),
        "freshness_events": fresh.count,
        "peak_rss_mb": round(max(found["client"].peak_rss_mb, found["emulator"].peak_rss_mb)),
    }


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
    parser = argparse.ArgumentParser(prog="python -m benchmarks.consumer", description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    parser.add_argument("--events", type=int, default=EVENTS, help=f"events in the topic (default {EVENTS:,})")
    parser.add_argument(
        "--turns", type=int, default=TURNS, help=f"runs of raw consumption and of our client (default {TURNS})"
    )
    parser.add_argument("--curves", action="store_true", help="measure several batch sizes besides")
    arguments = parser.parse_args()
    with stage() as on:
        size = on.fill(_TOPIC, arguments.events)
        print(f"{arguments.events:,} events of {size:.0f} bytes on average\n", flush=True)
        found = contest(on, arguments.events, arguments.turns)
        print(table(found), flush=True)
        if arguments.curves:
            for batch_size, figures in curves(on, arguments.events):
                speed, memory = figures.events_per_cpu_second, figures.peak_rss_mb
                print(f"batches of {batch_size:>6,}: {speed:>9,.0f} events/CPU s, peak {memory:.0f} MiB", flush=True)
    with stage() as on:  # an empty warehouse: what the contest left in the other one has to be written out meanwhile
        promised = result(found, freshness(on, FRESHNESS_RATE, FRESHNESS_SECONDS))
    print()
    for name, value in promised.items():
        print(f"{name:36}{value:>14,}")
    if arguments.json:
        print(json.dumps(promised))


if __name__ == "__main__":
    main()
