"""`python -m winepipeline_consumer`: Kafka to the warehouse, exactly once."""

import logging
import os
import random
import sys
from collections.abc import Callable

from winepipeline_consumer.auditor import Auditor
from winepipeline_consumer.desk import Desk
from winepipeline_consumer.errors import BrokerRefuses
from winepipeline_consumer.garbage import settle_down
from winepipeline_consumer.health import health, readiness
from winepipeline_consumer.kafka import Sink
from winepipeline_consumer.metrics import Metrics
from winepipeline_consumer.reader import Reader
from winepipeline_consumer.settings import ConsumerSettings
from winepipeline_consumer.watch import Watch
from winepipeline_consumer.worker import Worker
from winepipeline_process.exits import ExitCode
from winepipeline_process.http import Endpoints
from winepipeline_process.logs import configure
from winepipeline_process.settings import SettingsError
from winepipeline_process.stop import Stop
from winepipeline_warehouse.errors import Misconfigured
from winepipeline_warehouse.loader import Loader
from winepipeline_warehouse.names import Names

_LOG = logging.getLogger("winepipeline_consumer")


def main() -> int:
    """Read the settings, then run until asked to stop; returns the exit status."""
    try:
        settings = ConsumerSettings.from_environment(os.environ)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return ExitCode.USAGE
    configure(settings, "consumer")
    return run(settings, Stop().listen(), Watch)


def run(settings: ConsumerSettings, stop: Stop, make_watch: Callable[[Metrics, random.Random], Watch]) -> int:
    """Consume until `stop`; returns the exit status.

    Args:
        settings: from the environment.
        stop: set by a signal.
        make_watch: who is told of each step of a load.
    """
    metrics = Metrics()
    watch = make_watch(metrics, random.Random())  # noqa: S311 - spreads retries, guards nothing
    try:
        reader, sink = Reader(settings, metrics), Sink(settings)
    except BrokerRefuses as error:
        _LOG.error("🛑 %s. What to do: %s", error, error.hint)
        return ExitCode.USAGE
    try:
        endpoints = Endpoints(
            settings.metrics_host,
            settings.metrics_port,
            metrics.registry,
            lambda: health(reader),
            lambda: readiness(reader, watch),
        )
    except OSError as error:
        _LOG.error("METRICS_PORT=%d cannot be listened on: %s", settings.metrics_port, error.strerror)
        return ExitCode.USAGE
    _LOG.info("🍷 consuming %s as %s; /metrics on port %d", settings.topic, settings.group_id, endpoints.port)
    loader = Loader(settings, Names(settings.database, settings.schema_name, settings.table), watch, watch.rng)
    desk = Desk(reader.source, sink, settings.group_id, watch)
    owner, accepted = settings.instance_name, settings.accepted_topic_id
    reader.attach(Worker(loader, desk, metrics, owner, accepted, settings.max_refused_rows))
    auditor = Auditor(settings, settings.audit_interval_seconds, metrics, reader.standing, watch.rng)
    auditor.start()
    settle_down()
    failure = _consume(reader, stop)
    if failure:
        watch.give_up()
    finished = reader.stop(0 if failure else settings.stop_seconds)
    watch.give_up()
    auditor.end()
    endpoints.close()
    _LOG.info("👋 stopped%s", "" if finished else " with a load in hand, which is not lost: it will be loaded again")
    return failure


def _consume(reader: Reader, stop: Stop) -> ExitCode:
    """Turn until `stop`, or until it is of no use any more."""
    try:
        while not stop.requested:
            reader.turn()
    except Misconfigured as error:
        _LOG.error(
            "🛑 %s: %s. What to do: %s", error.reason, error.message.rstrip("."), error.hint or "see the runbook"
        )
        return ExitCode.WAREHOUSE
    except BrokerRefuses as error:
        _LOG.error("🛑 %s: %s. What to do: %s", error.reason, error, error.hint)
        return ExitCode.BROKER
    except Exception:  # noqa: BLE001 - the exit status tells it apart, the log says it all
        _LOG.exception("a fault of ours ended the consumer")
        return ExitCode.INTERNAL
    return ExitCode.OK


if __name__ == "__main__":
    sys.exit(main())
