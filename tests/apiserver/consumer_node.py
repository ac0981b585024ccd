"""What a node does for the consumers' Deployment, on this machine: real consumer processes behind real Pod objects.

Each has a loopback address of its own, since every pod shows its metrics at the same port.
"""

import http.client
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .scene import Place

APPS = "apps/v1"
METRICS_PORT = 8000
NOBODY = "127.0.0.250"
TURN_SECONDS = 0.3
JSON_PATCH = "application/merge-patch+json"


@dataclass(eq=False)
class Pod:
    """A consumer process and its object."""

    name: str
    address: str
    process: subprocess.Popen[bytes]

    @property
    def ready(self) -> bool:
        """What its readiness probe says."""
        connection = http.client.HTTPConnection(self.address, METRICS_PORT, timeout=2)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == http.client.OK
        except OSError:
            return False
        finally:
            connection.close()


class ConsumerNode:
    """Runs as many consumers as the Deployment asks for, until `stop`.

    Attributes:
        pods: those that run.
        hidden: whether the pods' objects name an address where nobody listens, so that their metrics cannot be read.
    """

    def __init__(self, place: Place, name: str, environment: Mapping[str, str], folder: Path) -> None:
        self.pods: list[Pod] = []
        self.hidden = False
        self._place = place
        self._name = name
        self._environment = environment
        self._folder = folder
        self._started = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End all of them."""
        self._stop.set()
        self._thread.join(30)
        for pod in self.pods:
            pod.process.kill()
            pod.process.wait()

    def _run(self) -> None:
        while not self._stop.wait(TURN_SECONDS):
            deployment = self._place.get("deployments", self._name, APPS)
            if deployment is not None:
                self._turn(deployment)

    def _turn(self, deployment: dict[str, Any]) -> None:
        wanted = int(deployment["spec"]["replicas"])
        here = [pod for pod in self.pods if pod.process.poll() is None]
        for pod in self.pods:
            if pod not in here:
                self._place.delete("pods", pod.name + "?gracePeriodSeconds=0")
        self.pods = here
        for pod in here[wanted:]:
            pod.process.terminate()
        for _ in range(wanted - len(here)):
            self.pods.append(self._start(deployment["spec"]["template"]["metadata"]["labels"]))
        ready = [pod for pod in self.pods[:wanted] if pod.ready]
        for pod in self.pods:
            self._tell(pod, is_ready=pod in ready)
        counts = {"replicas": min(wanted, len(self.pods)), "readyReplicas": len(ready)}
        path = self._place.path("deployments", self._name, APPS) + "/status"
        status = {**counts, "observedGeneration": deployment["metadata"]["generation"]}
        status |= {"updatedReplicas": counts["replicas"], "availableReplicas": len(ready)}
        self._place.plane.call("PATCH", path, {"status": status}, JSON_PATCH)

    def _start(self, labels: Mapping[str, str]) -> Pod:
        self._started += 1
        name, address = f"{self._name}-{self._started}", f"127.0.0.{self._started + 10}"
        container = {"name": "consumer", "image": "none"}
        body = {"metadata": {"name": name, "labels": labels}, "spec": {"containers": [container]}}
        status, answer = self._place.plane.call("POST", self._place.path("pods"), body)
        assert status == 201, answer
        mine = {"METRICS_HOST": address, "METRICS_PORT": str(METRICS_PORT), "INSTANCE_NAME": name}
        with (self._folder / f"{name}.log").open("wb") as log:
            command = [sys.executable, "-m", "winepipeline_consumer"]
            process = subprocess.Popen(command, env={**self._environment, **mine}, stdout=log, stderr=log)
        return Pod(name, address, process)

    def _tell(self, pod: Pod, *, is_ready: bool) -> None:
        container = {"name": "consumer", "image": "none", "imageID": "", "ready": is_ready, "restartCount": 0}
        address = NOBODY if self.hidden else pod.address
        status = {
            "phase": "Running",
            "podIP": address,
            "podIPs": [{"ip": address}],
            "conditions": [{"type": "Ready", "status": str(is_ready)}],
            "containerStatuses": [{**container, "state": {"running": {"startedAt": "2026-11-24T00:00:00Z"}}}],
        }
        path = self._place.path("pods", pod.name) + "/status"
        self._place.plane.call("PATCH", path, {"status": status}, JSON_PATCH)
