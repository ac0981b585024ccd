"""A real Prometheus beside the pipeline, where one is installed: Debian's package, or any other."""

import http.client
import json
import os
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from winepipeline_local.child import Child, last_lines
from winepipeline_local.errors import ServiceError, UsageError
from winepipeline_local.plan import HOST, ServicePlan
from winepipeline_local.ports import free_ports
from winepipeline_local.prometheus_config import RULES_FILE, TARGETS_FILE, config, rules, targets
from winepipeline_operator.spec import WinePipeline
from winepipeline_process.exits import ExitCode

START_SECONDS: Final = 30.0
STOP_SECONDS: Final = 10.0
POLL_SECONDS: Final = 0.05
LAST_LINES: Final = 8
RETENTION: Final = "7d"


def find_prometheus() -> str:
    """The program's path: beside this command, or in the PATH.

    Raises:
        UsageError: it is not there.
    """
    places = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    found = shutil.which("prometheus", path=places)
    if found is None:
        raise UsageError(
            "`--prometheus` wants Prometheus, and no program `prometheus` is in the PATH.",
            "Install it (`apt-get install prometheus`; in a clone of the repository `make prometheus-binary` needs no "
            "root), or leave the flag out: every service's /metrics can be read all the same.",
        )
    return found


class Prometheus:
    """One Prometheus that scrapes the services of a run; its data stays in the state folder."""

    def __init__(self, program: str, folder: Path, log_file: Path) -> None:
        self.port = 0
        self.log_file = log_file
        self._program = program
        self._folder = folder
        self._child: Child | None = None
        self._followed: tuple[ServicePlan, ...] | None = None

    @property
    def address(self) -> str:
        """Where its pages are."""
        return f"http://{HOST}:{self.port}"

    @property
    def running(self) -> bool:
        """Whether the process is there."""
        return self._child is not None and self._child.running

    def start(self, pipeline: WinePipeline, plans: Sequence[ServicePlan]) -> None:
        """Start it on a free port and wait until it is ready.

        Raises:
            ServiceError: it ended or was not ready in time; its last log lines are in the message.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        self._write("prometheus.json", config(pipeline))  # JSON is YAML
        self.follow(pipeline, plans)
        self._write(RULES_FILE, rules(pipeline))
        self.port = free_ports(1)[0]
        command = [
            self._program,
            f"--config.file={self._folder / 'prometheus.json'}",
            f"--storage.tsdb.path={self._folder / 'data'}",
            f"--storage.tsdb.retention.time={RETENTION}",
            f"--web.listen-address={HOST}:{self.port}",
        ]
        self._child = Child.start("prometheus", command, self.log_file)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.running:
            if self._is_ready():
                return
            time.sleep(POLL_SECONDS)
        self.stop()
        lines = "\n".join(f"    {line}" for line in last_lines(self.log_file, LAST_LINES))
        raise ServiceError(
            f"Prometheus did not come up. Its last words:\n{lines}",
            f"The whole log is in {self.log_file}. Without `--prometheus` the pipeline runs all the same.",
            ExitCode.INTERNAL,
        )

    def follow(self, pipeline: WinePipeline, plans: Sequence[ServicePlan]) -> None:
        """Scrape these services from now on; costs nothing while they are the same."""
        if (wanted := tuple(plans)) != self._followed:
            self._write(TARGETS_FILE, targets(pipeline, wanted))
            self._followed = wanted

    def ended_unasked(self) -> bool:
        """Whether it has ended since this was asked last."""
        if self._child is None or self._child.running:
            return False
        self._child = None
        return True

    def stop(self) -> None:
        """Stop it; harmless when it does not run."""
        if self._child is not None:
            self._child.stop(STOP_SECONDS)
            self._child = None

    def kill(self) -> None:
        """End it, now."""
        if self._child is not None:
            self._child.kill()
            self._child = None

    def _write(self, name: str, document: object) -> None:
        new = self._folder / f"{name}.new"
        new.write_text(json.dumps(document, indent=1), encoding="utf-8")
        new.replace(self._folder / name)  # Prometheus never reads half a file

    def _is_ready(self) -> bool:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=1)
        try:
            connection.request("GET", "/-/ready")
            return connection.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
