"""How fast the operator is, and what it costs, against a real API server: `python -m benchmarks.operator [--json]`.

Nothing runs in pods here: there is no kubelet. So the looks at brokers and services, which cost what their answers
cost, are not in these figures; everything else is.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from tests.apiserver.control_plane import HOW_TO_GET, ControlPlane, binaries
from tests.apiserver.scene import CRDS, PIPELINES, Operator, demo, until
from winepipeline_operator.rights import rules

TRIES = 120
FLEET = 500
NAMESPACES = 10
STEADY_SECONDS = 120.0
_CREATORS = 4
_LOOK_SECONDS = 0.005
_PATIENCE_SECONDS = 1200.0
_CHILDREN = (
    ("deployments", "consumer", "apps/v1"),
    ("statefulsets", "redpanda", "apps/v1"),
    ("services", "redpanda", ""),
    ("configmaps", "redpanda", ""),
    ("networkpolicies", "consumer", "networking.k8s.io/v1"),
    ("poddisruptionbudgets", "consumer", "policy/v1"),
)


class Cluster:
    """The API server and what the benchmark asks of it."""

    def __init__(self, plane: ControlPlane) -> None:
        self.plane = plane

    def path(self, namespace: str, plural: str, name: str = "", group: str = "") -> str:
        """Of an object, or of all of a kind."""
        root = f"/apis/{group}" if group else "/api/v1"
        return f"{root}/namespaces/{namespace}/{plural}" + (f"/{name}" if name else "")

    def make_namespace(self, name: str) -> None:
        """An empty namespace."""
        assert self.plane.call("POST", "/api/v1/namespaces", {"metadata": {"name": name}})[0] == 201  # noqa: S101

    def create(self, namespace: str, name: str) -> None:
        """A pipeline."""
        status, answer = self.plane.call("POST", self.path(namespace, "winepipelines", "", PIPELINES), demo(name))
        assert status == 201, answer  # noqa: S101

    def uid(self, namespace: str, plural: str, name: str, group: str) -> str:
        """An object's uid; empty when it is not there."""
        status, answer = self.plane.call("GET", self.path(namespace, plural, name, group))
        return str(answer["metadata"]["uid"]) if status == 200 else ""

    def told(self, namespace: str, name: str) -> bool:
        """Whether the status speaks of the pipeline, which it does after the last child was applied."""
        status, answer = self.plane.call("GET", self.path(namespace, "winepipelines", name, PIPELINES))
        return status == 200 and bool(answer.get("status", {}).get("observedGeneration"))

    def count(self, namespace: str) -> int:
        """How many Deployments a namespace has."""
        listed = self.plane.call("GET", self.path(namespace, "deployments", "", "apps/v1"))[1]
        return len(listed["items"])


@contextmanager
def control_plane() -> Iterator[Cluster]:
    """An API server with our CRDs and the operator's rights."""
    programs = binaries()
    if programs is None:
        sys.exit(HOW_TO_GET)
    with tempfile.TemporaryDirectory() as folder:
        plane = ControlPlane(Path(folder) / "plane", programs)
        try:
            plane.start()
            applied = plane.kubectl("apply", "-f", str(CRDS))
            if applied.returncode:
                sys.exit(applied.stderr)
            until(lambda: plane.call("GET", f"/apis/{PIPELINES}/winepipelines")[0] == 200)
            plane.grant(rules())
            yield Cluster(plane)
        finally:
            plane.stop()


def seconds_until(what: Callable[[], object]) -> float:
    """How long it takes until something is so."""
    begun = time.perf_counter()
    while not what():
        if time.perf_counter() - begun > _PATIENCE_SECONDS:
            raise TimeoutError
        time.sleep(_LOOK_SECONDS)
    return time.perf_counter() - begun


def apply_to_children(cluster: Cluster) -> list[float]:
    """From `kubectl apply` of a pipeline to the status that follows its last child."""
    cluster.make_namespace("apply")
    found = []
    for number in range(TRIES):
        name = f"p{number}"
        begun = time.perf_counter()
        cluster.create("apply", name)
        seconds_until(lambda name=name: cluster.told("apply", name))  # type: ignore[misc]
        found.append(time.perf_counter() - begun)
    return found


def child_back(cluster: Cluster) -> list[float]:
    """From the deletion of a child to another one in its place."""
    found = []
    for number in range(TRIES):
        plural, component, group = _CHILDREN[number % len(_CHILDREN)]
        name = f"p{number}-{component}"
        before = cluster.uid("apply", plural, name, group)
        cluster.plane.call("DELETE", cluster.path("apply", plural, name, group))
        found.append(seconds_until(lambda: cluster.uid("apply", plural, name, group) not in ("", before)))  # noqa: B023
    return found


def leave(cluster: Cluster, operator: Operator) -> None:
    """Delete the pipelines that were measured so far. Their children stay: nobody collects garbage here."""
    assert cluster.plane.call("DELETE", cluster.path("apply", "winepipelines", "", PIPELINES))[0] == 200  # noqa: S101
    until(lambda: 'namespace="apply"' not in operator.metrics())


def fleet(cluster: Cluster) -> float:
    """From the first of 500 pipelines to the last one's status."""
    spaces = [f"fleet-{number}" for number in range(NAMESPACES)]
    for space in spaces:
        cluster.make_namespace(space)
    names = [(spaces[number % NAMESPACES], f"p{number}") for number in range(FLEET)]
    begun = time.perf_counter()
    with ThreadPoolExecutor(_CREATORS) as creators:
        list(creators.map(lambda each: cluster.create(*each), names))
    waiting = set(names)
    while waiting:
        time.sleep(0.5)
        waiting = {each for each in waiting if not cluster.told(*each)}
    seconds = time.perf_counter() - begun
    assert sum(map(cluster.count, spaces)) == FLEET * 4  # noqa: S101
    return seconds


def steady(process: psutil.Process) -> tuple[float, float]:
    """How many cores and how many MB the operator needs once all is done."""
    time.sleep(30)  # the last events
    before, begun = process.cpu_times(), time.perf_counter()
    time.sleep(STEADY_SECONDS)
    after, seconds = process.cpu_times(), time.perf_counter() - begun
    return cpu_seconds(before, after) / seconds, process.memory_info().rss / 1e6


def cpu_seconds(before: Any, after: Any) -> float:
    """What a process has spent in between, in user and system mode."""
    return float(after.user + after.system - before.user - before.system)


def quantile(values: Sequence[float], share: float) -> float:
    """The value that this share of the values does not exceed."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def measure(log: Path) -> dict[str, Any]:
    """All figures."""
    with control_plane() as cluster:
        operator = Operator(cluster.plane, log, {}).start()
        try:
            until(lambda: '"Watching"' in operator.readiness())
            assert operator.process is not None  # noqa: S101
            process = psutil.Process(operator.process.pid)
            before = process.cpu_times()
            applied = apply_to_children(cluster)
            spent = cpu_seconds(before, process.cpu_times())
            back = child_back(cluster)
            leave(cluster, operator)
            reconciled_seconds = fleet(cluster)
            cores, memory_mb = steady(process)
        finally:
            operator.kill()
    return {
        "apply_to_children_p50_seconds": round(statistics.median(applied), 3),
        "apply_to_children_p99_seconds": round(quantile(applied, 0.99), 3),
        "apply_operator_cpu_seconds": round(spent / TRIES, 4),
        "child_back_p50_seconds": round(statistics.median(back), 3),
        "child_back_p99_seconds": round(quantile(back, 0.99), 3),
        "reconcile_500_seconds": round(reconciled_seconds, 1),
        "cores_at_500": round(cores, 4),
        "memory_mb_at_500": round(memory_mb, 1),
        "load_average": round(psutil.getloadavg()[1], 1),
    }


_TARGETS = {
    "apply_to_children_p99_seconds": 1.0,
    "child_back_p99_seconds": 2.0,
    "cores_at_500": 0.05,
    "memory_mb_at_500": 250.0,
}


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder) / "operator.log")
    if arguments.json:
        print(json.dumps(figures))
        return 0
    for name, value in figures.items():
        target = f"  (target: at most {_TARGETS[name]:g})" if name in _TARGETS else ""
        print(f"{name:32} {value:>10}{target}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
