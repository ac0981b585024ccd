"""A fleet that grows and shrinks: real processes, the last one that came goes first, no count is lost."""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from winepipeline_local.fleet import Fleet
from winepipeline_local.plan import ServicePlan
from winepipeline_local.ports import free_ports
from winepipeline_local.service import Service
from winepipeline_local.state import State
from winepipeline_operator.environment import Endpoints

PROGRAM = """
import http.server, os

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        body = b"# of a consumer\\nkafka_events_inserted_snowflake_total 7.0\\n" if self.path == "/metrics" else b"{}"
        self.wfile.write(body)

http.server.HTTPServer(("127.0.0.1", int(os.environ["METRICS_PORT"])), Handler).serve_forever()
"""


@dataclass
class Made:
    """A fleet of programs that say they have loaded seven rows."""

    fleet: Fleet
    plan: Callable[[int], ServicePlan]

    def until(self, condition: Callable[[], bool]) -> None:
        """Tick until it is so."""
        end = time.monotonic() + 60
        while not condition():
            assert time.monotonic() < end
            self.fleet.tick()
            for each in self.fleet.present:
                each.scrape()
            time.sleep(0.02)

    @property
    def names(self) -> list[str]:
        """Those that are there or wanted."""
        return [each.plan.name for each in self.fleet.present]


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Made]:
    """One consumer that runs."""
    (tmp_path / "loads_seven.py").write_text(PROGRAM)

    def plan(number: int) -> ServicePlan:
        port = free_ports(1)[0]
        environment = {**os.environ, "PYTHONPATH": str(tmp_path), "METRICS_PORT": str(port)}
        return ServicePlan(f"consumer-{number}", "loads_seven", environment, port)

    fleet = Fleet([plan(1)], Endpoints("127.0.0.1:9", None), State(tmp_path / "state"), print)
    fleet.scale(1, plan)
    yield Made(fleet, plan)
    fleet.kill()


def test_consumers_come_and_go(made: Made) -> None:
    """More consumers are more processes, fewer are fewer, and a place that was left is taken again."""
    made.fleet.scale(3, made.plan)
    assert made.names == ["consumer-1", "consumer-2", "consumer-3"]
    made.until(lambda: [each.answers for each in made.fleet.present] == [True] * 3)
    made.fleet.scale(1, made.plan)
    assert made.fleet.consumers_wanted == 1
    made.until(lambda: made.names == ["consumer-1"])
    made.fleet.scale(2, made.plan)
    assert made.names == ["consumer-1", "consumer-2"]
    assert made.fleet.restarts == 0


def test_what_a_consumer_has_counted_outlives_it(made: Made) -> None:
    """The rows of a consumer that was scaled away, and of its next life, are all in the sum."""

    def loaded() -> int:
        return sum(each.reading.loaded for each in made.fleet.services)

    made.fleet.scale(2, made.plan)
    made.until(lambda: loaded() == 14)
    made.fleet.scale(1, made.plan)
    made.until(lambda: made.names == ["consumer-1"])
    assert loaded() == 14
    made.fleet.scale(2, made.plan)
    made.until(lambda: loaded() == 21)


def test_none_is_a_number_too(made: Made) -> None:
    """A quiet pipeline sleeps, and wakes again."""
    made.fleet.scale(0, made.plan)
    made.until(lambda: made.names == [])
    made.fleet.scale(1, made.plan)
    asleep: list[Service] = [each for each in made.fleet.consumers if not each.wanted]
    assert (made.names, asleep) == (["consumer-1"], [])
