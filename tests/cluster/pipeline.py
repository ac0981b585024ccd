"""A pipeline as somebody with kubectl sees it: its resource's status, its pods, its audit."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .cluster import Namespace, Object, wait_until

NAME = "albert"
OURS = f"caves-albert.io/pipeline={NAME}"
START_SECONDS = 240.0


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The WinePipeline `albert` of a namespace."""

    namespace: Namespace

    def patch(self, **spec: Any) -> None:
        """Change some fields of its spec."""
        self.namespace.patch("wp", NAME, {"spec": spec})

    def status(self) -> Object:
        """Its status; empty before there is one."""
        return dict(self.namespace.get("wp", NAME).get("status", {}))

    def condition(self, kind: str = "Ready") -> Object:
        """One of its conditions; empty when it has none of that type."""
        return self.namespace.condition("wp", NAME, kind)

    def wait_until_ready(self) -> None:
        """Wait until it says that it is ready."""
        wait_until(lambda: self.condition().get("status") == "True", "the pipeline is ready", START_SECONDS)

    def wait_until_told(self, reason: str, seconds: float = START_SECONDS) -> str:
        """Wait until it is not ready for this reason, and return what it says."""
        wait_until(lambda: self.condition().get("reason") == reason, f"it says {reason}", seconds)
        return str(self.condition()["message"])

    def loaded(self) -> int:
        """The rows that it says it has loaded."""
        return int(self.status().get("rowsLoaded") or 0)

    def lag(self) -> float:
        """The messages that it says it has not loaded yet; without bounds while it does not know."""
        found = self.status().get("lag")
        return math.inf if found is None else float(found)

    def wait_until_rows_land(self, rows: int = 1) -> None:
        """Wait until it has loaded so many more rows than now."""
        before = self.loaded()
        wait_until(lambda: self.loaded() >= before + rows, f"{rows} rows land")

    def wait_until_all_landed(self) -> None:
        """Wait until everything that is in the topic is in the table or in the dead letters."""
        wait_until(lambda: self.lag() == 0, "it says that there is no lag", START_SECONDS)
        wait_until(lambda: self.audit()["in_flight"] == 0, "everything has landed")

    def pods(self, component: str = "") -> Mapping[str, str]:
        """From the unique id of each pod, of one component or of all, to its name; without those on their way out."""
        labels = f"{OURS},app.kubernetes.io/component={component}" if component else OURS
        found = [each["metadata"] for each in self.namespace.find("pods", labels)]
        return {each["uid"]: each["name"] for each in found if "deletionTimestamp" not in each}

    def consumers(self) -> Object:
        """The consumers' Deployment."""
        return self.namespace.get("deploy", f"{NAME}-consumer")

    def command(self, *words: str) -> dict[str, Any]:
        """What `winepipeline …` says in a consumer's pod. It costs seconds of CPU: wait for something else first."""
        said = self.namespace.execute(f"deploy/{NAME}-consumer", "winepipeline", *words, "--output", "json")
        return dict(json.loads(said))

    def audit(self) -> dict[str, Any]:
        """The audit, run in a consumer's pod."""
        return self.command("audit")

    def delete(self) -> None:
        """Delete it, without waiting for its pods."""
        self.namespace.kubectl("delete", "wp", NAME, "--ignore-not-found", "--wait=false")


def component(each: Object) -> str:
    """Of what an object is a part."""
    return str(each["metadata"]["labels"].get("app.kubernetes.io/component"))
