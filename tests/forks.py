"""Processes under test that are forked from one that has loaded their modules already.

Loading the modules of a consumer, a backfill or an operator costs one or two seconds of CPU, a fork of a process that
has them a few milliseconds. That each of them starts by itself, other tests show: `winepipeline up` and the cluster do
as a person does.
"""

import ctypes
import importlib
import multiprocessing
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from kubernetes.config import kube_config

_PR_SET_PDEATHSIG = 1
# Loaded before any fork: between fork and exec only async-signal-safe work may happen.
_LIBC = ctypes.CDLL(None)

# One server for all: it loads once, at its start, what every process that is forked from it then has.
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(
    [
        "__main__",
        "winepipeline_backfill.__main__",
        "winepipeline_consumer.__main__",
        "winepipeline_operator.__main__",
        "snowflake.connector.gcs_storage_client",
        "pyarrow.parquet",
        "tests.frozen_heap",
    ]
)


class Forked:
    """A package's `__main__` in a process of its own, with the few methods of `subprocess.Popen` that tests use."""

    def __init__(self, package: str, environment: Mapping[str, str], log_file: Path) -> None:
        """Start it; `log_file` takes what it says, after what stands there."""
        self._process = FORKS.Process(target=_be, args=(package, dict(environment), log_file))
        self._process.start()

    @property
    def pid(self) -> int:
        """The process id."""
        assert self._process.pid is not None
        return self._process.pid

    def poll(self) -> int | None:
        """None while it runs; the exit status, or minus the number of the signal that ended it."""
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        """Send it a signal, if it still runs."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def wait(self, seconds: float) -> int:
        """Wait for its end; the exit status."""
        self._process.join(seconds)
        status = self.poll()
        assert status is not None, f"process {self.pid} still runs after {seconds:g} s"
        return status


def die_with_the_parent() -> None:
    """As `preexec_fn`: a run of the tests that is killed leaves nothing behind."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def become(environment: Mapping[str, str], log_file: Path) -> None:
    """Take over another environment, say everything into a file, and end with the process that forks."""
    os.environ.clear()
    os.environ.update(environment)
    die_with_the_parent()
    with log_file.open("ab", buffering=0) as output:
        os.dup2(output.fileno(), sys.stdout.fileno())
        os.dup2(output.fileno(), sys.stderr.fileno())


def _be(package: str, environment: dict[str, str], log_file: Path) -> None:
    become(environment, log_file)
    # Read by that library once, when it is imported.
    kube_config.KUBE_CONFIG_DEFAULT_LOCATION = os.environ.get("KUBECONFIG", "~/.kube/config")
    sys.exit(importlib.import_module(f"{package}.__main__").main())
