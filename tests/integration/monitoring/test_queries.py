"""A real Prometheus reads a real pipeline, and every query of every panel and alert is asked."""

import json
import math
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psutil
import pytest
from prometheus_client import generate_latest

from tests.prometheus_binary import binary
from tools import exposed
from tools.asking_prometheus import Asked, Question, alert_questions, panel_questions, until
from winepipeline_local.ports import free_ports
from winepipeline_operator.children.monitoring import rule_groups
from winepipeline_operator.lint import load
from winepipeline_operator.platform import Platform

pytestmark = pytest.mark.long

EVENTS_PER_SECOND = 60
WINDOW = "15s"
PACE = 10
RESOURCE = f"""
apiVersion: caves-albert.io/v1alpha1
kind: WinePipeline
metadata: {{name: albert, namespace: wine}}
spec:
  topic: {{name: sales_events, partitions: 2}}
  broker: {{redpanda: {{}}}}
  warehouse: {{emulator: {{}}}}
  producer: {{eventsPerSecond: {EVENTS_PER_SECOND}, invalidEventProbability: 0.3}}
  consumer: {{replicas: 2, scaling: {{mode: "Off"}}}}
"""

REDPANDA = b"""\
# HELP redpanda_storage_disk_free_bytes Disk storage bytes free.
# TYPE redpanda_storage_disk_free_bytes gauge
redpanda_storage_disk_free_bytes 6.0e+10
# HELP redpanda_storage_disk_total_bytes Total size of attached storage, in bytes.
# TYPE redpanda_storage_disk_total_bytes gauge
redpanda_storage_disk_total_bytes 1.0e+11
# HELP redpanda_cluster_unavailable_partitions Number of partitions that lack quorum among replicants.
# TYPE redpanda_cluster_unavailable_partitions gauge
redpanda_cluster_unavailable_partitions 0
"""
"""Stands in for the broker, which is no Python package: the names and kinds of Redpanda's reference."""


class Neighbours:
    """The real metrics of operator and backfill, which do not run here, and a stand-in for the broker's."""

    def __init__(self) -> None:
        self._life = exposed.OperatorLife()
        self._backfill = exposed.backfill()
        neighbours = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                """Answer a scrape."""
                body = neighbours.exposition(self.path)
                self.send_response(200)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def exposition(self, path: str) -> bytes:
        """What stands at a path: the operator's a round later with each scrape."""
        if path == "/public_metrics":
            return REDPANDA
        if path == "/backfill":
            return generate_latest(self._backfill)
        self._life.go_on()
        return generate_latest(self._life.metrics.registry)

    def scrape_configs(self) -> list[dict[str, Any]]:
        """Where Prometheus finds both."""
        target = f"127.0.0.1:{self.server.server_address[1]}"
        of = {"namespace": "wine", "pipeline": "albert"}
        redpanda = {**of, "component": "redpanda", "pod": "albert-redpanda-0"}
        backfill = {**of, "component": "backfill", "pod": "albert-backfill-0"}
        return [
            {
                "job_name": "operator",
                "honor_labels": True,
                "static_configs": [{"targets": [target], "labels": {"namespace": "winepipeline-system"}}],
            },
            {
                "job_name": "redpanda",
                "metrics_path": "/public_metrics",
                "static_configs": [{"targets": [target], "labels": redpanda}],
            },
            {
                "job_name": "backfill",
                "metrics_path": "/backfill",
                "static_configs": [{"targets": [target], "labels": backfill}],
            },
        ]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("monitoring")


@pytest.fixture(scope="module")
def runtime(folder: Path) -> "Iterator[subprocess.Popen[str]]":
    """`winepipeline up --prometheus`, at work."""
    binary("prometheus")
    (folder / "pipeline.yaml").write_text(RESOURCE)
    words = ["up", "-f", "pipeline.yaml", "--state", "state", "--prometheus"]
    process = subprocess.Popen(
        [sys.executable, "-m", "winepipeline_local", *words],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("Ready after"):
            break
    else:
        raise AssertionError(f"it ended with status {process.wait()}")
    rest = threading.Thread(target=process.stdout.read, daemon=True)
    rest.start()
    yield process
    process.kill()
    process.wait()
    rest.join(10)
    process.stdout.close()


@pytest.fixture(scope="module")
def beside(runtime: "subprocess.Popen[str]", folder: Path) -> Asked:
    """The Prometheus that `--prometheus` started."""
    noted = json.loads((folder / "state" / "run.json").read_text())
    return Asked(noted["addresses"]["prometheus"])


@pytest.fixture(scope="module")
def whole(runtime: "subprocess.Popen[str]", folder: Path) -> Iterator[Asked]:
    """A Prometheus that reads the operator and the broker too, with all rules of a cluster at a fast pace."""
    neighbours = Neighbours()
    document = json.loads((folder / "state" / "prometheus" / "prometheus.json").read_text())
    for job in document["scrape_configs"]:
        job["file_sd_configs"] = [{"files": [str(folder / "state" / "prometheus" / "targets.json")]}]
    document["scrape_configs"] += neighbours.scrape_configs()
    document["rule_files"] = ["all-rules.json"]
    (folder / "whole.json").write_text(json.dumps(document))
    groups = rule_groups(load(RESOURCE), Platform(), PACE)
    (folder / "all-rules.json").write_text(json.dumps({"groups": groups}))
    port = free_ports(1)[0]
    flags = ["--config.file=whole.json", "--storage.tsdb.path=whole", f"--web.listen-address=127.0.0.1:{port}"]
    with (folder / "whole.log").open("wb") as log:
        process = subprocess.Popen([binary("prometheus"), *flags], cwd=folder, stdout=log, stderr=log)
    asked = Asked(f"http://127.0.0.1:{port}")
    until(lambda: answers(asked), 30, "Prometheus answers")
    yield asked
    process.kill()
    process.wait()
    neighbours.server.shutdown()
    neighbours.server.server_close()


def answers(asked: Asked) -> bool:
    try:
        return bool(asked.targets())
    except OSError:
        return False


def child(runtime: "subprocess.Popen[str]", words: str) -> psutil.Process:
    """A child process whose command line holds these words."""
    return next(each for each in psutil.Process(runtime.pid).children() if words in " ".join(each.cmdline()))


@pytest.fixture(scope="module")
def troubled(runtime: "subprocess.Popen[str]", whole: Asked) -> Asked:
    """That Prometheus, once the pipeline has been through what makes the rarer metrics appear."""
    up = 'sum(up{pipeline="albert", component="consumer"})'
    until(lambda: whole.values(up) == [2.0], 30, "both consumers are scraped")
    until(lambda: whole.values("sum(kafka_events_inserted_snowflake_total)") > [50], 30, "rows land")
    child(runtime, "winepipeline_consumer").kill()  # the number of consumers changes
    until(lambda: whole.values(up) == [1.0], 20, "one consumer is missed")
    until(lambda: whole.values(up) == [2.0], 40, "it is started again")
    child(runtime, "winepipeline_emulator").kill()  # the warehouse is away for a moment
    until(lambda: whole.values("sum(winepipeline_warehouse_errors_total)") > [0], 30, "the warehouse is missed")
    until(lambda: whole.values("max(winepipeline_warehouse_retrying)") == [0], 60, "the warehouse is back")
    until(lambda: "WinePipelineDeadLetters" in whole.firing(), 60, "the malformed events raise an alert")
    landed = "sum(rate(kafka_events_inserted_snowflake_total[15s]))"
    until(lambda: whole.values(landed) > [EVENTS_PER_SECOND / 4], 60, "rows land again")
    return whole


PLAUSIBLE: dict[str, tuple[float, float]] = {
    "s": (0, 600),
    "percentunit": (0, 1),
    # A few events that are too large on purpose, in a window of seconds, are a mean of several thousand.
    "bytes": (100, 1e5),
    "short": (0, 1e6),
    "none": (-1, 1),
    "suffix: events/s": (0, EVENTS_PER_SECOND * 40),
    "suffix: rows/s": (0, EVENTS_PER_SECOND * 40),
    "suffix: /s": (0, 100),
    "suffix: intervals": (0, 1000),
}
"""What a value in each unit can be, at this load: a rate that was a total, or milliseconds, would fall out."""

QUESTIONS = [
    # The pipeline is scraped each second here, not every 15, so that steps are seconds too: a restart takes only few.
    replace(each, expression=each.expression.replace(":15s]", ":1s]"))
    for each in (*panel_questions("wine", "albert", WINDOW), *alert_questions(load(RESOURCE), PACE))
]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("question", [pytest.param(q, id=f"{n} {q.where}") for n, q in enumerate(QUESTIONS)])
def test_every_query_has_an_answer_in_its_unit(question: Question, troubled: Asked) -> None:
    """No panel is empty and no alert silent by mistake, and the figures are in the units that are written at them."""
    until(lambda: bool(troubled.values(question.expression)), 20, question.expression)
    values = troubled.values(question.expression)
    if question.unit:
        low, high = PLAUSIBLE[question.unit]
        assert all(low <= value <= high or value == math.inf for value in values), values


def test_the_command_s_own_prometheus_reads_every_service_and_has_the_alerts(beside: Asked, troubled: Asked) -> None:
    """`winepipeline up --prometheus` needs nothing else to be looked at with Grafana, and warns as a cluster would."""
    assert set(beside.targets()) == {"producer-1", "consumer-1", "consumer-2"}
    until(lambda: set(beside.targets().values()) == {"up"}, 20, "all targets are up")
    groups = beside.get("rules")["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    assert {rule["health"] for rule in rules} == {"ok"}
    names = {rule["name"] for rule in rules}
    assert {"WinePipelineFreshnessBurn", "WinePipelineConsumerDown", "WinePipelineAuditFailed"} <= names
    assert not [name for name in names if "Broker" in name or "Operator" in name]


def test_every_rule_is_healthy(troubled: Asked) -> None:
    """Prometheus evaluates all rules of a cluster without an error."""
    rules = [rule for group in troubled.get("rules")["groups"] for rule in group["rules"]]
    assert {(rule["name"], rule["health"]) for rule in rules if rule["health"] != "ok"} == set()


def test_promtool_finds_nothing_to_say_about_what_is_scraped(troubled: Asked, folder: Path) -> None:
    """The exposition of every endpoint is as Prometheus' conventions want it."""
    import urllib.request  # noqa: PLC0415

    document = json.loads((folder / "whole.json").read_text())
    for job in document["scrape_configs"]:
        (found,) = job.get("file_sd_configs", [{"files": []}])
        groups = [each for file in found["files"] for each in json.loads(Path(file).read_text())]
        for group in groups + job.get("static_configs", []):
            for target in group["targets"]:
                url = f"http://{target}{job.get('metrics_path', '/metrics')}"
                with urllib.request.urlopen(url, timeout=10) as answer:
                    text = answer.read()
                command = [binary("promtool"), "check", "metrics"]
                done = subprocess.run(command, input=text, capture_output=True, check=False, timeout=30)
                assert (done.returncode, done.stdout + done.stderr) == (0, b""), url


@pytest.mark.timeout(300)
def test_an_alert_fires_while_the_consumers_stand_still_and_ends_when_they_go_on(
    runtime: "subprocess.Popen[str]", troubled: Asked
) -> None:
    """Whoever is on call hears of it, and hears that it is over; the dead letters' alert has fired before."""
    assert "WinePipelineConsumerDown" not in troubled.firing()
    consumers = [
        each for each in psutil.Process(runtime.pid).children() if "winepipeline_consumer" in " ".join(each.cmdline())
    ]
    try:
        for each in consumers:
            each.suspend()
        until(lambda: "WinePipelineConsumerDown" in troubled.firing(), 90, "the alert fires")
    finally:
        for each in consumers:
            each.resume()
    until(lambda: "WinePipelineConsumerDown" not in troubled.firing(), 90, "the alert ends")
