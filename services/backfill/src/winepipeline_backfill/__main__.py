"""`python -m winepipeline_backfill`: makes a history and loads it, once; then ends."""

import json
import logging
import os
import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from winepipeline_backfill.errors import BackfillError, Halted
from winepipeline_backfill.journal import Journal
from winepipeline_backfill.metrics import Metrics
from winepipeline_backfill.settings import BackfillSettings
from winepipeline_backfill.watch import Watch
from winepipeline_backfill.work import Backfill
from winepipeline_process.exits import ExitCode
from winepipeline_process.http import Endpoints
from winepipeline_process.logs import configure
from winepipeline_process.settings import SettingsError
from winepipeline_process.stop import Stop
from winepipeline_warehouse.errors import Misconfigured
from winepipeline_warehouse.loader import Interrupted, Loader
from winepipeline_warehouse.names import Names

_LOG = logging.getLogger("winepipeline_backfill")

STOPPED_STATUS = 143
"""As a shell shows a process that SIGTERM ended: a Job whose pod was drained must not count as done."""

_MOST_MESSAGE_BYTES = 4_000
"""The kubelet keeps 4,096 bytes of a termination message."""


def main() -> int:
    """Read the settings, then work until all is loaded or asked to stop; returns the exit status."""
    stop = Stop().listen()
    try:
        settings = BackfillSettings.from_environment(os.environ)
    except SettingsError as error:
        print(error, file=sys.stderr)
        _leave_word(
            Path(os.environ.get("TERMINATION_LOG") or "/dev/termination-log"),
            {"reason": "SettingsError", "message": str(error)},
        )
        return ExitCode.USAGE
    configure(settings, "backfill")
    return run(settings, stop, Watch)


def run(settings: BackfillSettings, stop: Stop, make_watch: Callable[[Metrics, Stop], Watch]) -> int:
    """Load, with endpoints for whoever watches; returns the exit status.

    Args:
        settings: from the environment.
        stop: set by a signal.
        make_watch: who is told of each step of a load.
    """
    metrics = Metrics()
    watch = make_watch(metrics, stop)
    journal = Journal(metrics, watch)
    try:
        endpoints = Endpoints(
            settings.metrics_host, settings.metrics_port, metrics.registry, journal.health, journal.readiness
        )
    except OSError as error:
        _LOG.error("METRICS_PORT=%d cannot be listened on: %s", settings.metrics_port, error.strerror)
        return ExitCode.USAGE
    _LOG.info("📚 loading the history %s; /metrics on port %d", settings.name, endpoints.port)
    names = Names(settings.database, settings.schema_name, settings.table)
    loader = Loader(settings, names, watch, random.Random())  # noqa: S311 - spreads retries, guards nothing
    try:
        status, word = _outcome(Backfill(settings, loader, journal.tell, journal.landed, lambda: stop.requested))
    finally:
        loader.close()
        endpoints.close()
    _leave_word(settings.termination_log, word)
    return status


def _outcome(backfill: Backfill) -> tuple[int, dict[str, Any]]:
    """The exit status, and what is said of it."""
    try:
        result = backfill.run()
    except (Halted, Interrupted):
        _LOG.info("👋 stopped; the next run goes on from the last chunk that was loaded")
        return STOPPED_STATUS, {"reason": "Stopped", "message": "stopped before all was loaded"}
    except BackfillError as error:
        _LOG.error("🛑 %s: %s. What to do: %s", error.reason, error.message, error.hint)
        return error.exit_code, {"reason": error.reason, "message": error.message, "hint": error.hint}
    except Misconfigured as error:
        what, hint = error.message.rstrip("."), error.hint or "see the documentation"
        _LOG.error("🛑 %s: %s. What to do: %s", error.reason, what, hint)
        return ExitCode.WAREHOUSE, {"reason": error.reason, "message": error.message, "hint": error.hint}
    except Exception as error:  # noqa: BLE001 - the exit status tells it apart, the log says it all
        _LOG.exception("a fault of ours ended the backfill")
        return ExitCode.INTERNAL, {"reason": "Failed", "message": f"{type(error).__name__}: {error}"}
    _LOG.info("🍷 the history is loaded, and both sides add up to the same", extra={"fields": result.as_json()})
    return ExitCode.OK, {"reason": "Completed", "message": result.words, **result.as_json()}


def _leave_word(file: Path, word: dict[str, Any]) -> None:
    """Write the result where Kubernetes looks for it; outside of a pod there is no such file."""
    short = {key: value[:1_000] if isinstance(value, str) else value for key, value in word.items()}
    try:
        if file.exists():
            file.write_bytes(json.dumps(short, ensure_ascii=False).encode()[:_MOST_MESSAGE_BYTES])
    except OSError as error:
        _LOG.warning("the result could not be written to %s: %s", file, error.strerror)


if __name__ == "__main__":
    sys.exit(main())
