"""Freshness: how long after its production can an event be queried, at a steady rate and with the default settings?"""

import socket
import subprocess
import sys
import time

from benchmarks.contest.stage import Stage
from winepipeline_operator.histogram import Histogram
from winepipeline_operator.scrape import scrape

_START_SECONDS = 60.0
_WARM_UP_SECONDS = 3.0


def freshness(stage: Stage, events_per_second: int, seconds: float) -> Histogram:
    """Seconds from production to commit, as the consumer itself measures them, of `seconds` after a warm-up."""
    topic = "freshness"
    stage.make_topic(topic)
    ports = {"consumer": _free_port(), "producer": _free_port()}
    environment = stage.environment(
        topic, CONSUMER_GROUP_ID=topic, SNOWFLAKE_TABLE="FRESHNESS", EVENTS_PER_SECOND=str(events_per_second)
    )
    services = [
        subprocess.Popen(
            [sys.executable, "-m", f"winepipeline_{name}"],
            env={**environment, "METRICS_PORT": str(port), "LOG_LEVEL": "WARNING"},
        )
        for name, port in ports.items()
    ]
    try:
        _wait_for_rows(ports["consumer"])
        time.sleep(_WARM_UP_SECONDS)
        before = _read(ports["consumer"])
        time.sleep(seconds)
        return _read(ports["consumer"]).since(before)
    finally:
        for service in reversed(services):
            service.terminate()
        for service in services:
            service.wait(60)


def _wait_for_rows(port: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        reading = scrape(port)
        if reading is not None and reading.loaded:
            return
        time.sleep(0.1)
    raise SystemExit(f"no event landed within {_START_SECONDS:.0f} s; the services' own words are above")


def _read(port: int) -> Histogram:
    reading = scrape(port)
    if reading is None:
        raise SystemExit("the consumer does not answer at /metrics; its own words are above")
    return reading.freshness


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
