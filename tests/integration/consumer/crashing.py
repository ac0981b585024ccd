"""A consumer as it is, but for one thing: told to, it kills itself in the middle of a load.

Started in a forked process by `process.py`, or by `python crashing.py` with the consumer's environment.
KILL_AT=copy:before:2 ends it with SIGKILL right before the second time that it copies; `after` is right after.
"""

import ctypes
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from winepipeline_consumer.__main__ import run
from winepipeline_consumer.metrics import Metrics
from winepipeline_consumer.settings import ConsumerSettings
from winepipeline_consumer.watch import Watch
from winepipeline_process.logs import configure
from winepipeline_process.stop import Stop

_PR_SET_PDEATHSIG = 1


class CrashingMetrics(Metrics):
    """Times every step, as usual; kills the process at one of them."""

    def __init__(self, kill_at: str) -> None:
        super().__init__()
        self._kill_at = kill_at
        self._seen: Counter[str] = Counter()

    @contextmanager
    def step(self, stage: str) -> Iterator[None]:
        """Every named step passes here, in whatever thread."""
        self._seen[stage] += 1
        self._kill_if_told(stage, "before")
        with super().step(stage):
            yield
        self._kill_if_told(stage, "after")

    def _kill_if_told(self, stage: str, moment: str) -> None:
        if self._kill_at == f"{stage}:{moment}:{self._seen[stage]}":
            os.kill(os.getpid(), signal.SIGKILL)


def make_watch(metrics: Metrics, rng: random.Random) -> Watch:
    """The usual watch, on metrics that may kill."""
    kill_at = os.environ.get("KILL_AT", "")
    if kill_at:
        metrics.step = CrashingMetrics(kill_at).step  # type: ignore[method-assign]
    return Watch(metrics, rng)


def main(environment: dict[str, str], log_file: Path | None) -> int:
    """Be a consumer; returns the exit status."""
    os.environ.clear()
    os.environ.update(environment)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if log_file:
        with log_file.open("ab", buffering=0) as output:
            os.dup2(output.fileno(), sys.stdout.fileno())
            os.dup2(output.fileno(), sys.stderr.fileno())
    settings = ConsumerSettings.from_environment(os.environ)
    configure(settings, "consumer")
    return run(settings, Stop().listen(), make_watch)


if __name__ == "__main__":
    given = globals()
    sys.exit(main(given.get("environment", dict(os.environ)), given.get("log_file")))
