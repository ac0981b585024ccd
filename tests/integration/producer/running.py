"""A producer as a process of its own."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from winepipeline_local.ports import free_ports

SECONDS = 30.0


class Running:
    """A producer that was started."""

    def __init__(self, environment: dict[str, str], log_file: Path) -> None:
        self.port = free_ports(1)[0]
        self._log_file = log_file
        known = {"PATH": os.environ["PATH"], "METRICS_HOST": "127.0.0.1", "METRICS_PORT": str(self.port)}
        with log_file.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "winepipeline_producer"], stderr=log, env={**known, **environment}
            )

    @property
    def log(self) -> str:
        """What it has logged so far."""
        return self._log_file.read_text(encoding="utf-8")

    def get(self, path: str) -> tuple[int, str]:
        """Status and body of one of its endpoints; 0 while it does not listen."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except OSError:
            return 0, ""
        finally:
            connection.close()

    def metric(self, name: str) -> float:
        """The sum of a metric over its labels."""
        lines = self.get("/metrics")[1].splitlines()
        return sum(float(line.rpartition(" ")[2]) for line in lines if line.partition("{")[0].partition(" ")[0] == name)

    def until(self, holds: Callable[[], Any], what: str) -> Any:
        """Waits until `holds` returns something true, and returns it; the process must not end before."""
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            if found := holds():
                return found
            if self.process.poll() is not None:
                pytest.fail(f"ended with {self.process.returncode} before {what}:\n{self.log}")
            time.sleep(0.02)
        pytest.fail(f"not within {SECONDS:g} s: {what}\n{self.log}")

    @property
    def produced(self) -> float:
        """How many events it says the broker has."""
        return self.metric("winepipeline_events_produced_total")

    def ended(self, seconds: float = SECONDS) -> int:
        """Its exit status, once it has ended by itself."""
        return self.process.wait(seconds)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ask it to stop; its exit status."""
        self.process.send_signal(number)
        return self.ended()

    def last_fields(self) -> dict[str, Any]:
        """The last line of a JSON log."""
        found: dict[str, Any] = json.loads(self.log.splitlines()[-1])
        return found
