"""Draws docs/dashboard.svg from a real run: `python -m tools.dashboard_picture [SECONDS]`.

It runs a pipeline with a Prometheus beside it, stops the warehouse for a while, and draws panels of the dashboard from
the dashboard's own queries, units and limits. It is no screenshot of Grafana, which is not needed here.
"""

import json
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import psutil

from tools.asking_prometheus import Asked, filled
from tools.panel_drawing import Curve, board
from winepipeline_operator.monitoring.panel import Panel
from winepipeline_operator.monitoring.pipeline_dashboard import pipeline_dashboard

REPOSITORY: Final = Path(__file__).parents[1]
PICTURE: Final = REPOSITORY / "docs" / "dashboard.svg"
SECONDS: Final = 180.0
STOPPED_SECONDS: Final = 20.0
STEP_SECONDS: Final = 2
WINDOW: Final = "10s"
RESOURCE: Final = """
apiVersion: caves-albert.io/v1alpha1
kind: WinePipeline
metadata: {name: albert, namespace: wine}
spec:
  topic: {partitions: 6}
  broker: {redpanda: {}}
  warehouse: {emulator: {}}
  producer: {eventsPerSecond: 200, invalidEventProbability: 0.02}
  consumer: {replicas: 2, scaling: {mode: "Off"}}
"""
TILES: Final = (
    "Freshness (p99)",
    "Lag in seconds",
    "Time to drain",
    "Rows per second landed",
    "Dead letters",
    "Missing or doubled events",
)
CURVES: Final = (
    "Freshness",
    "Consumer lag",
    "Events Inserted to Snowflake (rate)",
    "DLQ Messages",
    "Snowflake Insert Duration",
    "Busy",
)


@contextmanager
def running(folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """`winepipeline up --prometheus`, once it has noted where Prometheus is."""
    (folder / "pipeline.yaml").write_text(RESOURCE, encoding="utf-8")
    words = ["up", "-f", "pipeline.yaml", "--state", "state", "--prometheus"]
    command = [sys.executable, "-m", "winepipeline_local", *words]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
    try:
        while not (folder / "state" / "run.json").exists():
            if process.poll() is not None:
                raise RuntimeError("the pipeline did not come up")
            time.sleep(0.2)
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()


def stop_the_warehouse(runtime: int) -> None:
    """Freeze the emulator for a while."""
    children = psutil.Process(runtime).children()
    emulator = next(each for each in children if "winepipeline_emulator" in " ".join(each.cmdline()))
    emulator.suspend()
    time.sleep(STOPPED_SECONDS)
    emulator.resume()


def curves(asked: Asked, panel: Panel, start: float, end: float) -> list[Curve]:
    """What the queries of a panel yield over the run."""
    found: list[Curve] = []
    for query in panel.queries:
        times = {"start": str(start), "end": str(end), "step": str(STEP_SECONDS)}
        answer = asked.get("query_range", query=filled(query.expression, "wine", "albert", WINDOW), **times)
        found.extend(_curve(query.legend, each, start) for each in answer["result"])
    return found


def _curve(legend: str, series: dict[str, Any], start: float) -> Curve:
    name = legend
    for label, value in series["metric"].items():
        name = name.replace(f"{{{{{label}}}}}", value)
    return Curve(name, [(float(moment) - start, float(value)) for moment, value in series["values"]])


def main(arguments: list[str]) -> int:
    """Runs, asks and draws; the exit status."""
    seconds = float(arguments[0]) if arguments else SECONDS
    panels = {panel.title: panel for row in pipeline_dashboard().rows.values() for panel in row}
    with tempfile.TemporaryDirectory(prefix="dashboard-") as made, running(Path(made)) as runtime:
        noted = json.loads((Path(made) / "state" / "run.json").read_text(encoding="utf-8"))
        asked, start = Asked(noted["addresses"]["prometheus"]), time.time() + 10
        time.sleep(10 + seconds / 3)
        stop_the_warehouse(runtime.pid)
        time.sleep(max(0.0, start + seconds - time.time()))
        found = {name: curves(asked, panels[name], start, time.time()) for name in (*TILES, *CURVES)}
    PICTURE.write_text(
        board(
            [(panels[each], found[each]) for each in TILES], [(panels[each], found[each]) for each in CURVES], seconds
        ),
        encoding="utf-8",
    )
    print(f"written: {PICTURE.relative_to(REPOSITORY)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
