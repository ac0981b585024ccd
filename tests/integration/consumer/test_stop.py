"""How a consumer ends and how it says that it is well: what an orchestrator, or a person at a terminal, goes by."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from winepipeline_local.child import Child
from winepipeline_process.exits import ExitCode

from .fault_proxy import Act, FaultProxy
from .process import eventually
from .scene import QUICK, Scene

PASSWORD = "the-right-one"  # noqa: S105 - of an emulator that lives as long as a test
WRONG_PASSWORD = "not-the-right-one"  # noqa: S105
ANYTHING = ""


@pytest.fixture
def locked_port(tmp_path: Path) -> Iterator[int]:
    """The port of an emulator that asks for a password."""
    port_file = tmp_path / "port"
    environment = {
        "PATH": os.environ["PATH"],
        "EMULATOR_PASSWORD": PASSWORD,
        "EMULATOR_PORT_FILE": str(port_file),
        "METRICS_PORT": "0",
    }
    command = [sys.executable, "-m", "winepipeline_emulator"]
    child = Child.start("emulator", command, tmp_path / "emulator.log", environment)
    eventually(lambda: port_file.exists() or not child.running, "the emulator answers")
    yield int(port_file.read_text(encoding="ascii"))
    child.kill()


def test_stop_under_load(scene: Scene) -> None:
    """SIGTERM under load ends it in order and in time, and whoever comes next goes on with nothing lost or twice."""
    scene.produce(2000)
    for number in (signal.SIGTERM, signal.SIGINT):
        before = scene.count()
        consumer = scene.consumer(BATCH_SIZE="50", MAX_BATCH_SIZE="50", STOP_SECONDS="60")
        scene.wait_until_landed(at_least=before + 1)
        consumer.signal(number)
        assert consumer.ended(seconds=30) == ExitCode.OK
        assert "stopped" in consumer.log.splitlines()[-1]
        assert scene.count() < len(scene.sent), "there was no load any more"
        scene.prove(everything=False)
    scene.consumer(BATCH_SIZE="1000", MAX_BATCH_SIZE="1000")
    scene.wait_until_landed()
    scene.prove()


def test_health_and_readiness(scene: Scene, proxy: FaultProxy) -> None:
    """/readyz says what is waited for, from the start to the end of an outage; /healthz is well all the time."""
    impatient = {"SNOWFLAKE_NETWORK_TIMEOUT": "2", "SNOWFLAKE_LOGIN_TIMEOUT": "20"}
    proxy.inject("login-request", Act.HANG_BEFORE, times=None)
    consumer = scene.consumer(**proxy.environment, **impatient)

    def ready(reason: str) -> None:
        eventually(lambda: consumer.readiness() == reason, f"/readyz says {reason}")
        assert consumer.get("/readyz")[0] == (200 if reason == "Assigned" else 503)
        assert consumer.get("/healthz")[0] == 200

    consumer.says("/metrics")
    assert consumer.readiness() in {"NotAssigned", "Claiming"}
    ready("Claiming")
    proxy.heal()
    ready("Assigned")
    assert consumer.metric("winepipeline_warehouse_retrying") == 0
    proxy.inject(ANYTHING, Act.REFUSE, times=None)
    scene.produce(40)
    ready("WarehouseUnavailable")
    assert consumer.metric("winepipeline_warehouse_retrying") == 1
    proxy.heal()
    ready("Assigned")
    assert consumer.metric("winepipeline_warehouse_retrying") == 0
    scene.wait_until_landed()
    scene.prove()


def test_no_broker_is_no_readiness(scene: Scene) -> None:
    """Without a broker it waits, alive and not ready, and can be stopped."""
    consumer = scene.consumer(KAFKA_BOOTSTRAP_SERVERS="127.0.0.1:9")
    consumer.says("/metrics")
    assert consumer.readiness() == "NotAssigned"
    assert consumer.get("/healthz")[0] == 200
    assert consumer.stop(float(QUICK["STOP_SECONDS"])) == ExitCode.OK


def test_wrong_settings() -> None:
    """Settings that will not do end it with status 2, and every one of them is named; no secret is."""
    wrong = {
        "BATCH_SIZE": "0",
        "CONSUMER_TIMEOUT_MS": "soon",
        "KAFKA_TOPIC": "same",
        "KAFKA_DEAD_LETTER_TOPIC": "same",
        "METRICS_PORT": "99999",
        "LOG_FORMAT": "xml",
        "SNOWFLAKE_PASSWORD": PASSWORD,
        "SNOWFLAKE_PRIVATE_KEY_FILE": "/no/such/key.pem",
    }
    command = [sys.executable, "-m", "winepipeline_consumer"]
    ended = subprocess.run(
        command, env={"PATH": os.environ["PATH"], **wrong}, capture_output=True, text=True, check=False
    )
    assert ended.returncode == ExitCode.USAGE
    named = {"KAFKA_BOOTSTRAP_SERVERS", "SNOWFLAKE_ACCOUNT", "SNOWFLAKE_USER", *wrong} - {"SNOWFLAKE_PASSWORD"}
    assert {name for name in named if name not in ended.stderr} == set()
    assert "Traceback" not in ended.stderr
    assert PASSWORD not in ended.stderr + ended.stdout


def test_wrong_password(scene: Scene, locked_port: int, tmp_path: Path) -> None:
    """A wrong password ends it with status 4 and what to do about it, the right one does not; neither is ever shown."""
    wrong = scene.consumer(SNOWFLAKE_PORT=str(locked_port), SNOWFLAKE_PASSWORD=WRONG_PASSWORD)
    assert wrong.ended() == ExitCode.WAREHOUSE
    assert "LoginFailed" in wrong.log
    assert "check SNOWFLAKE_USER with SNOWFLAKE_PASSWORD" in wrong.log
    assert "Traceback" not in wrong.log
    secret = tmp_path / "password"
    secret.write_text(PASSWORD + "\n", encoding="utf-8")
    right = scene.consumer(
        SNOWFLAKE_PORT=str(locked_port), SNOWFLAKE_PASSWORD="", SNOWFLAKE_PASSWORD_FILE=str(secret), LOG_LEVEL="DEBUG"
    )
    right.says("reading")
    assert right.stop() == ExitCode.OK
    for consumer in (wrong, right):
        assert PASSWORD not in consumer.log
        assert WRONG_PASSWORD not in consumer.log
