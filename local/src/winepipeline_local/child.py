"""A child process that ends with its parent and writes into a log file."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1  # prctl(2)
TAIL_BYTES = 16_384
LONGEST_LOG_BYTES = 20_000_000

# Loaded before any fork: between fork and exec only async-signal-safe work may happen.
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class Child:
    """A running process, its log file, and the ways to end it.

    Start children from a thread that lives as long as they should: Linux sends the parent-death signal when the
    *thread* that forked ends (prctl(2), PR_SET_PDEATHSIG). Other systems have no such signal; there an orderly end
    of the parent stops its children.
    """

    def __init__(self, name: str, process: subprocess.Popen[bytes], log_file: Path) -> None:
        self.name = name
        self.log_file = log_file
        self._process = process

    @classmethod
    def start(
        cls,
        name: str,
        command: Sequence[str],
        log_file: Path,
        environment: Mapping[str, str] | None = None,
        *,
        gated: bool = False,
    ) -> "Child":
        """Start `command` with its output appended to `log_file`, apart from the terminal's Ctrl-C.

        A gated one has a standard input that `open_gate` writes a line to; the others have none.
        """
        log_file.parent.mkdir(parents=True, exist_ok=True)
        if log_file.exists() and log_file.stat().st_size > LONGEST_LOG_BYTES:
            log_file.replace(log_file.with_suffix(".log.old"))
        with log_file.open("ab") as output:
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE if gated else subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=None if environment is None else dict(environment),
                start_new_session=True,
                preexec_fn=_die_with(os.getpid()),  # noqa: PLW1509 - one libc call, loaded before the fork
            )
        return cls(name, process, log_file)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def exit_status(self) -> int | None:
        """None while it runs; the exit status, or minus the signal's number."""
        return self._process.poll()

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self.exit_status is None

    def open_gate(self) -> None:
        """Let a gated process go on; harmless when it has ended."""
        if self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.write(b"go\n")
                self._process.stdin.close()

    def terminate(self) -> None:
        """Ask it to stop (SIGTERM); returns at once."""
        self._process.terminate()

    def kill(self) -> int:
        """End it with SIGKILL and wait for that; returns its exit status."""
        self._process.kill()
        return self._process.wait()

    def wait(self, seconds: float) -> bool:
        """Whether it ended within so many seconds."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def stop(self, seconds: float) -> bool:
        """Ask it to stop, kill it when it has not after so many seconds; whether it stopped by itself."""
        self.terminate()
        if self.wait(seconds):
            return True
        self.kill()
        return False

    def last_lines(self, count: int) -> list[str]:
        """The last lines it logged."""
        return last_lines(self.log_file, count)


def last_lines(log_file: Path, count: int) -> list[str]:
    """The last lines of a log file without Java's stack frames; none when there is no such file."""
    try:
        with log_file.open("rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - TAIL_BYTES))
            lines = file.read().decode("utf-8", "replace").splitlines()
    except FileNotFoundError:
        return []
    return [line for line in lines if not line.startswith("\tat ")][-count:]


def _die_with(parent: int) -> Callable[[], None] | None:
    if _LIBC is None:
        return None
    libc = _LIBC

    def ask_for_the_signal() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # the parent died before the request
            os._exit(1)

    return ask_for_the_signal
