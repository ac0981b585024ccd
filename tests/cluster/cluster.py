"""A Kubernetes cluster as a test sees it: kubectl and helm on it, and waiting for what takes a while."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from .api import Api, Refused

Object = dict[str, Any]

POLL_SECONDS = 0.5
USUAL_SECONDS = 180.0
COMMAND_SECONDS = 240


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running cluster.

    Attributes:
        environment: variables by which kubectl and helm find it, and themselves.
    """

    environment: Mapping[str, str]

    def run(self, *command: str | Path, text: str | None = None, seconds: float = COMMAND_SECONDS) -> str:
        """Run a command on the cluster; returns its standard output.

        Raises:
            Refused: it ended with another status than 0.
        """
        environment = {**os.environ, **self.environment}
        program = shutil.which(str(command[0]), path=environment["PATH"]) or str(command[0])
        done = subprocess.run(
            [program, *command[1:]],
            input=text,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds,
        )
        if done.returncode:
            raise Refused(f"{' '.join(map(str, command))}: {done.stdout}{done.stderr}")
        return done.stdout

    @property
    def api(self) -> Api:
        """Its API server, for what is asked again and again."""
        return _api(self.environment.get("KUBECONFIG"))

    def kubectl(self, *arguments: str, namespace: str = "default", text: str | None = None) -> str:
        """`kubectl -n NAMESPACE …`; `text` is its standard input."""
        return self.run("kubectl", "--namespace", namespace, *arguments, text=text)

    def helm(self, *arguments: str | Path, namespace: str) -> str:
        """`helm -n NAMESPACE …`."""
        return self.run("helm", "--namespace", namespace, *arguments)


@dataclass(frozen=True, slots=True)
class Namespace:
    """One namespace of a cluster, which enforces the Pod Security Standard `restricted`."""

    cluster: Cluster
    name: str

    def kubectl(self, *arguments: str, text: str | None = None) -> str:
        """`kubectl` here."""
        return self.cluster.kubectl(*arguments, namespace=self.name, text=text)

    def apply(self, *manifests: Mapping[str, Any]) -> None:
        """Apply objects here."""
        listed = {"apiVersion": "v1", "kind": "List", "items": list(manifests)}
        self.kubectl("apply", "-f", "-", text=json.dumps(listed))

    def get(self, kind: str, name: str) -> Object:
        """One object.

        Raises:
            Refused: there is none.
        """
        found = self.cluster.api.kind(kind)
        return dict(self.cluster.api.get(found.path(self.name, name)))

    def find(self, kinds: str, labels: str = "") -> list[Object]:
        """All objects of some kinds (`pods`, `services,deployments`) that carry labels."""
        found: list[Object] = []
        for kind in map(self.cluster.api.kind, kinds.split(",")):
            listed = self.cluster.api.get(kind.path(self.name), labelSelector=labels)["items"]
            found += [{**each, "kind": kind.name} for each in listed]
        return found

    def exists(self, kind: str, name: str) -> bool:
        """Whether there is such an object."""
        return any(each["metadata"]["name"] == name for each in self.find(kind))

    def patch(self, kind: str, name: str, change: Mapping[str, Any]) -> None:
        """Change some fields of an object (a merge patch)."""
        self.kubectl("patch", kind, name, "--type=merge", "-p", json.dumps(change))

    def execute(self, pod: str, *command: str) -> str:
        """Run a command in a pod (`deploy/albert-consumer` picks one)."""
        return self.kubectl("exec", pod, "--", *command)

    def condition(self, kind: str, name: str, condition: str) -> Object:
        """A condition of an object's status; empty when it has none of that type."""
        conditions = self.get(kind, name).get("status", {}).get("conditions", [])
        return next((dict(each) for each in conditions if each["type"] == condition), {})

    def words(self) -> str:
        """What a person would look at when something is wrong: pods, events, the resources' conditions."""
        line = "{.type}={.status} {.reason}: {.message}{'\\n'}"
        asked = (
            ("get", "pods", "-o", "wide"),
            ("get", "wp", "-o", f"jsonpath={{range .items[*].status.conditions[*]}}{line}{{end}}"),
            ("get", "events", "--sort-by=.lastTimestamp"),
        )
        return "\n\n".join(self.kubectl(*each)[-4000:] for each in asked)


_api = cache(Api)
"""One for a cluster, since it keeps a connection and the kinds that are served."""


def wait_until(holds: Callable[[], Any], what: str, seconds: float = USUAL_SECONDS) -> Any:
    """Ask until something holds, and return it; a command that is refused counts as not yet.

    Raises:
        AssertionError: it does not within so many seconds; says what, and the last refusal.
    """
    deadline = time.monotonic() + seconds
    last: Any = None
    while time.monotonic() < deadline:
        try:
            if last := holds():
                return last
        except Refused as refused:
            last = refused
        time.sleep(POLL_SECONDS)
    raise AssertionError(f"waited {seconds:.0f} s in vain: {what} (last: {last!r})")
