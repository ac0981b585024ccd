"""A consumer under test, in a process of its own: forked from one that has loaded all its modules already."""

import http.client
import json
import os
import re
import runpy
import signal
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.forks import FORKS

_CRASHING = Path(__file__).with_name("crashing.py")
_HOST = "127.0.0.1"


def eventually(condition: Callable[[], Any], what: str, seconds: float = 30.0, pause_seconds: float = 0.02) -> Any:
    """The condition's first answer that is true; an assertion that says `what` when there is none in time."""
    deadline = time.monotonic() + seconds
    while not (answer := condition()):
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}"
        time.sleep(pause_seconds)
    return answer


class Consumer:
    """One consumer process."""

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
    def exit_status(self) -> int | None:
        """None while it runs; the status, or minus the number of the signal that ended it."""
        return self._process.exitcode

    def signal(self, number: int) -> None:
        """Send it a signal, if it still runs."""
        if self._process.pid is not None and self.exit_status is None:
            os.kill(self._process.pid, number)

    def kill(self) -> None:
        """End it as a crash would."""
        self.signal(signal.SIGKILL)
        self.ended()

    def ended(self, seconds: float = 30.0) -> int:
        """Wait for its end; returns the exit status."""
        self._process.join(seconds)
        assert self.exit_status is not None, f"it still runs after {seconds:g} s:\n{self.log}"
        return self.exit_status

    def stop(self, seconds: float = 30.0) -> int:
        """Ask it to stop, and wait for that; returns the exit status."""
        self.signal(signal.SIGTERM)
        return self.ended(seconds)

    def says(self, words: str, seconds: float = 30.0) -> None:
        """Wait until it logs these words."""
        eventually(lambda: words in self.log or self._gone(), f"it says {words!r}", seconds)
        assert words in self.log, f"it ended with {self.exit_status} before it said {words!r}:\n{self.log}"

    def lands(self, seconds: float = 30.0) -> None:
        """Wait until it has landed a batch more."""
        before = self.log.count("landed")
        eventually(lambda: self.log.count("landed") > before, "it lands events", seconds)

    def get(self, path: str) -> tuple[int, str]:
        """What its HTTP endpoints answer: status and body."""
        connection = http.client.HTTPConnection(_HOST, self._port(), timeout=5)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def readiness(self) -> str:
        """The reason that /readyz gives."""
        return str(json.loads(self.get("/readyz")[1])["reason"])

    def metric(self, name: str) -> float:
        """A metric's value, by its name with its labels as Prometheus reads them; 0 where it is not there."""
        found = re.search(rf"^{re.escape(name)} (\S+)$", self.get("/metrics")[1], re.MULTILINE)
        return float(found[1]) if found else 0.0

    @property
    def peak_megabytes(self) -> float:
        """The most memory that it has had resident so far."""
        status = Path(f"/proc/{self._process.pid}/status").read_text(encoding="ascii")
        return int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) / 1024

    def _gone(self) -> bool:
        return self.exit_status is not None

    def _port(self) -> int:
        self.says("/metrics on port ")
        return int(re.findall(r"/metrics on port (\d+)", self.log)[-1])
