"""Commands of other programs: run, and their last words in the error when they fail."""

import os
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from .failure import CannotRun

LAST_LINES = 25
POLL_SECONDS = 0.1


def run(
    *command: str | Path,
    text: str | None = None,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> str:
    """Run a command to its end and return its standard output.

    Args:
        command: the program and its arguments.
        text: its standard input.
        environment: variables besides this process's own.
        folder: where it works.

    Raises:
        CannotRun: it is not there, or it ended with another status than 0; with its last lines.
    """
    try:
        done = subprocess.run(
            command,
            input=text,
            env={**os.environ, **(environment or {})},
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError as absent:
        raise CannotRun(f"{command[0]} is not installed", missing=True) from absent
    if done.returncode:
        said = "\n".join((done.stdout + done.stderr).splitlines()[-LAST_LINES:])
        words = " ".join(map(str, command))
        raise CannotRun(f"`{words}` ended with status {done.returncode}:\n{said}")
    return done.stdout


def attempt(*command: str | Path) -> bool:
    """Whether a command ended well; what it says is dropped."""
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def wait_until(holds: Callable[[], bool], what: str, seconds: float) -> None:
    """Wait until a condition holds.

    Raises:
        CannotRun: it does not within so many seconds; says which.
    """
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise CannotRun(f"waited {seconds:.0f} s in vain: {what}")
        time.sleep(POLL_SECONDS)
