"""`python -m winepipeline_producer`: makes events until it is stopped."""

import logging
import os
import sys
import time

from prometheus_client import CollectorRegistry

from winepipeline_process.exits import ExitCode
from winepipeline_process.http import Endpoints
from winepipeline_process.logs import configure
from winepipeline_process.settings import SettingsError
from winepipeline_process.stop import Stop
from winepipeline_producer.deliveries import Deliveries
from winepipeline_producer.errors import ClientRefused
from winepipeline_producer.loop import Loop
from winepipeline_producer.settings import ProducerSettings

_LOG = logging.getLogger("winepipeline_producer")


def main() -> ExitCode:
    """Runs the producer; the exit status."""
    stop = Stop().listen()
    try:
        settings = ProducerSettings.from_environment(os.environ)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return ExitCode.USAGE
    configure(settings, "producer")
    deliveries = Deliveries()
    try:
        loop = Loop(settings, stop, deliveries)
    except ClientRefused as error:
        _LOG.error("the KAFKA_… settings will not do: %s", error)
        return ExitCode.USAGE
    registry = CollectorRegistry()
    registry.register(deliveries)
    try:
        endpoints = Endpoints(
            settings.metrics_host,
            settings.metrics_port,
            registry,
            lambda: loop.pulse.health(time.monotonic()),
            lambda: loop.pulse.readiness(time.monotonic()),
        )
    except OSError as error:
        _LOG.error("METRICS_PORT=%d cannot be listened on: %s", settings.metrics_port, error.strerror)
        return ExitCode.USAGE
    try:
        return loop.run()
    except Exception:  # noqa: BLE001 - the exit status tells it apart, the log says it all
        _LOG.exception("a fault of ours ended the producer")
        return ExitCode.INTERNAL
    finally:
        endpoints.close()


if __name__ == "__main__":
    sys.exit(main())
