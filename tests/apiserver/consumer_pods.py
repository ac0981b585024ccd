"""What a kubelet does for consumers, on this machine: the program of each Deployment's pod template as a real process.

The environment, the Secrets and the last words are those of the template; only where the emulator and the metrics are
is this machine's own. Of each Deployment there is one pod, whose container is started again when it ends.
"""

import base64
import http.client
import json
import os
import signal
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.forks import Forked
from winepipeline_local.plan import without_service_settings

from .scene import Place

APPS = "apps/v1"
METRICS_PORT = 8000
TURN_SECONDS = 0.5
AGAIN_SECONDS = 2.0
MERGE_PATCH = "application/merge-patch+json"
LAST_BYTES = 2048
"""The kubelet takes so much of a log's end as a termination message (`FallbackToLogsOnError`)."""


@dataclass
class Container:
    """A consumer of one pipeline: its process, what it was made from, and what became of the one before."""

    pipeline: str
    address: str
    log: Path
    process: Forked | None = None
    ended: Mapping[str, Any] | None = None
    ended_seconds: float = 0.0
    template: Mapping[str, Any] | None = None
    restarts: int = -1
    told: Mapping[str, Any] = field(default_factory=dict)


class ConsumerPods:
    """The consumers of several pipelines, until `stop`."""

    def __init__(self, place: Place, pipelines: Sequence[str], overrides: Mapping[str, str], folder: Path) -> None:
        """`overrides` are variables of this machine, in place of those of the template."""
        self._place = place
        self._overrides = overrides
        self._folder = folder
        self._containers = [
            Container(name, f"127.78.0.{number}", folder / f"{name}.log") for number, name in enumerate(pipelines, 1)
        ]
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End all of them."""
        self._stop.set()
        self._thread.join(30)
        for each in self._containers:
            if each.process is not None:
                each.process.send_signal(signal.SIGKILL)
                each.process.wait(30)

    def _run(self) -> None:
        while not self._stop.wait(TURN_SECONDS):
            for each in self._containers:
                self._turn(each)

    def _turn(self, container: Container) -> None:
        deployment = self._place.get("deployments", f"{container.pipeline}-consumer", APPS)
        if deployment is None:
            return
        now, template = time.monotonic(), deployment["spec"]["template"]
        if container.process is not None and template["metadata"]["annotations"] != container.template:
            container.process.send_signal(
                signal.SIGTERM
            )  # a Secret has changed: a new pod takes the place of the old one
            container.process.wait(30)
            container.process, container.ended = None, None
        if container.process is not None and (code := container.process.poll()) is not None:
            said = container.log.read_bytes()[-LAST_BYTES:].decode(errors="replace")
            container.ended = {"exitCode": code, "reason": "Error" if code else "Completed", "message": said}
            container.process, container.ended_seconds = None, now
        if container.process is None and now - container.ended_seconds > AGAIN_SECONDS:
            self._start(container, template)
        self._tell(container, deployment)

    def _start(self, container: Container, template: Mapping[str, Any]) -> None:
        container.restarts += 1
        container.template = template["metadata"]["annotations"]
        if container.restarts == 0:
            body = {
                "metadata": {"name": _pod(container), "labels": template["metadata"]["labels"]},
                "spec": {"containers": [{"name": "consumer", "image": "none"}]},
            }
            status, answer = self._place.plane.call("POST", self._place.path("pods"), body)
            assert status == 201, answer
        environment = self._environment(container, template["spec"])
        container.process = Forked("winepipeline_consumer", environment, container.log)

    def _environment(self, container: Container, spec: Mapping[str, Any]) -> dict[str, str]:
        """The template's, with its Secrets as values and as files."""
        found = without_service_settings(os.environ)
        files = self._folder / container.pipeline
        for volume in spec["volumes"]:
            for item in volume.get("secret", {}).get("items", ()):
                file = files / volume["name"] / item["path"]
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(self._secret(volume["secret"]["secretName"], item["key"]), encoding="utf-8")
        for each in spec["containers"][0]["env"]:
            reference = each.get("valueFrom", {}).get("secretKeyRef")
            if reference:
                found[each["name"]] = self._secret(reference["name"], reference["key"])
            elif "value" in each:
                found[each["name"]] = each["value"].replace("/secrets/", f"{files}/", 1)
        mine = {"METRICS_HOST": container.address, "METRICS_PORT": str(METRICS_PORT), "POD_NAME": _pod(container)}
        return {**found, **self._overrides, **mine, "HOME": str(files)}

    def _secret(self, name: str, key: str) -> str:
        found = self._place.get("secrets", name)
        assert found is not None, name
        return base64.b64decode(found["data"][key]).decode()

    def _tell(self, container: Container, deployment: Mapping[str, Any]) -> None:
        """The status of the pod and of its Deployment, where it says something new."""
        if container.restarts < 0:
            return
        ready = container.process is not None and _is_ready(container.address)
        state = {"running": {"startedAt": "2026-11-24T00:00:00Z"}}
        if container.process is None:
            state = {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off restarting failed container"}}
        told = {
            "phase": "Running",
            "podIP": container.address,
            "podIPs": [{"ip": container.address}],
            "conditions": [{"type": "Ready", "status": str(ready)}],
            "containerStatuses": [
                {
                    "name": "consumer",
                    "image": "none",
                    "imageID": "",
                    "ready": ready,
                    "restartCount": container.restarts,
                    "state": state,
                    "lastState": {"terminated": container.ended} if container.ended else {},
                }
            ],
        }
        if json.dumps(told) != json.dumps(container.told):
            self._patch(self._place.path("pods", _pod(container)), told)
            container.told = told
        count = int(ready)
        counts = {"replicas": 1, "updatedReplicas": 1, "readyReplicas": count, "availableReplicas": count}
        wanted = {"observedGeneration": deployment["metadata"]["generation"], **counts}
        status = deployment.get("status", {})
        if any(status.get(name, 0) != value for name, value in wanted.items()):
            self._patch(self._place.path("deployments", f"{container.pipeline}-consumer", APPS), wanted)

    def _patch(self, path: str, status: Mapping[str, Any]) -> None:
        code, answer = self._place.plane.call("PATCH", f"{path}/status", {"status": status}, MERGE_PATCH)
        assert code == 200, answer


def _pod(container: Container) -> str:
    return f"{container.pipeline}-consumer-7d9fb5c8d6-x2v4k"


def _is_ready(address: str) -> bool:
    """What the readiness probe says."""
    connection = http.client.HTTPConnection(address, METRICS_PORT, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.client.OK
    except OSError:
        return False
    finally:
        connection.close()
