"""A backfill under test, in a process of its own: forked from one that has loaded all its modules already."""

import http.client
import os
import re
import runpy
import signal
import time
from collections.abc import Mapping
from pathlib import Path

from tests.forks import FORKS

_LOOK_SECONDS = 0.02
_CRASHING = Path(__file__).with_name("crashing.py")


class Process:
    """One backfill."""

    def __init__(self, environment: Mapping[str, str], log_file: Path) -> None:
        """Start it; `log_file` takes all that it says."""
        self.log_file = log_file
        given = {"environment": dict(environment), "log_file": log_file}
        self._process = FORKS.Process(
            target=runpy.run_path, args=(str(_CRASHING),), kwargs={"init_globals": given, "run_name": "__main__"}
        )
        self._process.start()

    @property
    def log(self) -> str:
        """All that it has said."""
        return self.log_file.read_text(encoding="utf-8") if self.log_file.exists() else ""

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._process.exitcode is None

    def ended(self, seconds: float = 60.0) -> int:
        """Wait for its end; the exit status, or minus the number of the signal that ended it."""
        self._process.join(seconds)
        assert self._process.exitcode is not None, f"it still runs after {seconds:g} s:\n{self.log}"
        return self._process.exitcode

    def says(self, words: str, seconds: float = 60.0) -> None:
        """Wait until it logs these words."""
        deadline = time.monotonic() + seconds
        while words not in self.log and self.running and time.monotonic() < deadline:
            time.sleep(_LOOK_SECONDS)
        assert words in self.log, self.log

    def get(self, path: str) -> tuple[int, str]:
        """What its HTTP endpoints answer: status and body."""
        self.says("/metrics on port ")
        port = int(re.findall(r"/metrics on port (\d+)", self.log)[-1])
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def signal(self, number: int) -> None:
        """Send it a signal, if it still runs."""
        if self._process.pid is not None and self.running:
            os.kill(self._process.pid, number)

    def kill(self) -> None:
        """End it as a crash would."""
        self.signal(signal.SIGKILL)
        self.ended()
