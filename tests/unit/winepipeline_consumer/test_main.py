"""How the process ends when it cannot even begin, or must not go on."""

import socket
from pathlib import Path
from typing import Any, cast

import pytest

from winepipeline_consumer.__main__ import _consume, run
from winepipeline_consumer.errors import BrokerRefuses
from winepipeline_consumer.settings import ConsumerSettings
from winepipeline_consumer.watch import Watch
from winepipeline_process.exits import ExitCode
from winepipeline_process.stop import Stop
from winepipeline_warehouse.errors import Misconfigured

from .test_settings import LOGIN

NOWHERE = LOGIN | {"KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1", "METRICS_HOST": "127.0.0.1", "METRICS_PORT": "0"}


class Failing:
    """A reader whose turn ends so."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def turn(self) -> None:
        """End so."""
        raise self.error


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (Misconfigured("NoWarehouse", "none is set", "set SNOWFLAKE_WAREHOUSE"), ExitCode.WAREHOUSE, "set SNOWFLAKE_W"),
        (BrokerRefuses("fenced", "is GROUP_INSTANCE_ID given to two?"), ExitCode.BROKER, "is GROUP_INSTANCE_ID given"),
        (ValueError("a fault of ours"), ExitCode.INTERNAL, "ValueError: a fault of ours"),
    ],
)
def test_each_way_to_end_has_its_own_status(
    error: Exception, status: ExitCode, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A script tells the classes of failure apart, and a person reads what to do."""
    assert _consume(cast(Any, Failing(error)), Stop()) == status
    assert said in caplog.text


def test_a_port_that_is_taken_is_told(caplog: pytest.LogCaptureFixture) -> None:
    """Two consumers on one machine with one port are a line in the log, not a traceback."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        settings = ConsumerSettings.from_environment(NOWHERE | {"METRICS_PORT": str(port)})
        status = run(settings, Stop(), Watch)
    assert status == ExitCode.USAGE
    assert f"METRICS_PORT={port} cannot be listened on: Address already in use" in caplog.text


def test_settings_that_librdkafka_does_not_take_are_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A certificate authority that is none is a line in the log with what to mend."""
    authority = tmp_path / "ca.pem"
    authority.write_text("no certificate", encoding="ascii")
    given = NOWHERE | {"KAFKA_SECURITY_PROTOCOL": "SSL", "KAFKA_SSL_CA_FILE": str(authority)}
    status = run(ConsumerSettings.from_environment(given), Stop(), Watch)
    assert status == ExitCode.USAGE
    assert "librdkafka does not take the settings: " in caplog.text
    assert "ssl.ca.location" in caplog.text
