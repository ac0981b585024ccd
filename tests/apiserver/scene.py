"""The operator as a process, a namespace to try it in, and what a person does there."""

import itertools
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.forks import Forked, die_with_the_parent

from .control_plane import ControlPlane

REPOSITORY = Path(__file__).parents[2]
CRDS = REPOSITORY / "crds"

_PATIENCE_SECONDS = 30.0
_numbers = itertools.count(1)


class Operator:
    """`python -m winepipeline_operator` in a process of its own; forked where its memory is no matter."""

    def __init__(self, plane: ControlPlane, log: Path, environment: Mapping[str, str], *, forked: bool = False) -> None:
        self._plane = plane
        self._log = log
        self._environment = environment
        self._forked = forked
        self.process: subprocess.Popen[bytes] | Forked | None = None

    def start(self) -> "Operator":
        """Start it, or start it again."""
        environment = {
            **os.environ,
            "KUBECONFIG": str(self._plane.operator_kubeconfig),  # with the rights of the chart's role, no more
            "METRICS_HOST": "127.0.0.1",
            "METRICS_PORT": "0",
            **self._environment,
        }
        if self._forked:
            self.process = Forked("winepipeline_operator", environment, self._log)
            return self
        with self._log.open("ab") as log:
            command = [sys.executable, "-m", "winepipeline_operator"]
            self.process = subprocess.Popen(
                command,
                env=environment,
                stdout=log,
                stderr=log,
                preexec_fn=die_with_the_parent,  # noqa: PLW1509 - one libc call, loaded before the fork
            )
        return self

    def kill(self) -> None:
        """End it as an empty machine would: at once."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """End it in good order; the exit status."""
        return self._end(signal.SIGTERM)

    def freeze(self) -> None:
        """Stop it where it is, as a node without time for it would."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    @property
    def log(self) -> str:
        """What it has said so far."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    @property
    def metrics_port(self) -> int:
        """Where it listens; 0 while it does not."""
        said = re.findall(r"/metrics on port (\d+)", self.log)
        return int(said[-1]) if said else 0

    def metrics(self) -> str:
        """What Prometheus would read; empty while it does not listen yet."""
        return self._ask("/metrics")

    def readiness(self) -> str:
        """What the kubelet would read; empty while it does not listen yet."""
        return self._ask("/readyz")

    def _ask(self, path: str) -> str:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.metrics_port}{path}", timeout=10) as answer:
                return str(answer.read().decode())
        except urllib.error.HTTPError as error:
            return str(error.read().decode())
        except urllib.error.URLError:
            return ""

    def _end(self, number: int) -> int:
        process, self.process = self.process, None
        if process is None:
            return 0
        process.send_signal(number)
        return process.wait(30)


class Place:
    """A namespace of its own, and what a person does in it."""

    def __init__(self, plane: ControlPlane, namespace: str) -> None:
        self.plane = plane
        self.namespace = namespace

    def path(self, plural: str, name: str = "", group: str = "") -> str:
        """The path of an object, or of all of a kind."""
        root = f"/apis/{group}" if group else "/api/v1"
        return f"{root}/namespaces/{self.namespace}/{plural}" + (f"/{name}" if name else "")

    def get(self, plural: str, name: str, group: str = "") -> dict[str, Any] | None:
        """An object, if it is there."""
        status, body = self.plane.call("GET", self.path(plural, name, group))
        return body if status == 200 else None

    def create(self, pipeline: Mapping[str, Any]) -> dict[str, Any]:
        """Create a pipeline."""
        status, body = self.plane.call("POST", self.path("winepipelines", group=PIPELINES), pipeline)
        assert status == 201, body
        return body

    def change(self, name: str, spec: Mapping[str, Any]) -> dict[str, Any]:
        """Change some of a pipeline's spec."""
        return self.patch("winepipelines", name, {"spec": spec}, PIPELINES)

    def patch(self, plural: str, name: str, body: Mapping[str, Any], group: str = "") -> dict[str, Any]:
        """Change an object by hand."""
        path = self.path(plural, name, group) + "?fieldManager=a-person"
        status, answer = self.plane.call("PATCH", path, body, "application/merge-patch+json")
        assert status == 200, answer
        return answer

    def delete(self, plural: str, name: str, group: str = "") -> None:
        """Delete an object by hand."""
        status, answer = self.plane.call("DELETE", self.path(plural, name, group))
        assert status in (200, 202), answer

    def discard(self, plural: str, name: str, group: str = "") -> None:
        """Delete an object that may be gone already."""
        status, answer = self.plane.call("DELETE", self.path(plural, name, group))
        assert status in (200, 202, 404), answer

    def pipeline(self, name: str) -> dict[str, Any]:
        """A pipeline as it is now."""
        found = self.get("winepipelines", name, PIPELINES)
        assert found is not None
        return found

    def condition(self, name: str, kind: str) -> dict[str, Any]:
        """One of a pipeline's conditions; empty while it is not there yet."""
        conditions = self.pipeline(name).get("status", {}).get("conditions", [])
        return next((each for each in conditions if each["type"] == kind), {})


PIPELINES = "caves-albert.io/v1alpha1"


def until(what: Callable[[], Any], seconds: float = _PATIENCE_SECONDS) -> Any:
    """The first true answer; fails when there is none in time."""
    end = time.monotonic() + seconds
    while True:
        found = what()
        if found:
            return found
        assert time.monotonic() < end, f"not so after {seconds:.0f} s; the last answer was {found!r}"
        time.sleep(0.05)


def make_place(plane: ControlPlane) -> Place:
    """A namespace that nobody else uses."""
    namespace = f"wine-{next(_numbers)}"
    status, answer = plane.call("POST", "/api/v1/namespaces", {"metadata": {"name": namespace}})
    assert status == 201, answer
    return Place(plane, namespace)


def demo(name: str = "albert", **spec: Any) -> dict[str, Any]:
    """The smallest pipeline that runs by itself, with more in its spec."""
    return {
        "apiVersion": PIPELINES,
        "kind": "WinePipeline",
        "metadata": {"name": name},
        "spec": {"broker": {"redpanda": {}}, "warehouse": {"emulator": {}}, **spec},
    }
