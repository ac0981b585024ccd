"""A backfill as it is, but for one thing: told to, it kills itself in the middle of a load.

Started in a forked process by `process.py`. KILL_AT=copy:before:2 ends it with SIGKILL right before the second time
that it copies; `after` is right after.
"""

import os
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.forks import become
from winepipeline_backfill.__main__ import run
from winepipeline_backfill.metrics import Metrics
from winepipeline_backfill.settings import BackfillSettings
from winepipeline_backfill.watch import Watch
from winepipeline_process.logs import configure
from winepipeline_process.stop import Stop


class CrashingWatch(Watch):
    """Watches every step, as usual; kills the process, or asks it to stop, at one of them."""

    def __init__(self, metrics: Metrics, stop: Stop) -> None:
        super().__init__(metrics, stop)
        self._at, _, self._number = os.environ.get("KILL_AT", "").partition("#")
        self._seen: Counter[str] = Counter()

    @contextmanager
    def step(self, stage: str) -> Iterator[None]:
        """Every named step of a load passes here."""
        self._seen[stage] += 1
        self._end_if_told(stage, "before")
        with super().step(stage):
            yield
        self._end_if_told(stage, "after")

    def _end_if_told(self, stage: str, moment: str) -> None:
        if f"{stage}:{moment}:{self._seen[stage]}" == self._at:
            os.kill(os.getpid(), int(self._number or signal.SIGKILL))


def main(environment: dict[str, str], log_file: Path) -> int:
    """Be a backfill; returns the exit status."""
    become(environment, log_file)
    settings = BackfillSettings.from_environment(os.environ)
    configure(settings, "backfill")
    return run(settings, Stop().listen(), CrashingWatch)


if __name__ == "__main__":
    sys.exit(main(globals()["environment"], globals()["log_file"]))
