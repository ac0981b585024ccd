"""NetworkPolicies where they are enforced: a pipeline runs with them; each part reaches what it needs and no more."""

from collections.abc import Callable
from typing import Any

import pytest

from .cluster import Namespace, wait_until
from .pipeline import NAME, Pipeline

STRANGER = "stranger"
CONNECT = """
import socket, sys
try:
    socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=3).close()
    print("open")
except OSError:
    print("closed")
"""


@pytest.fixture(scope="module")
def namespace(albert: Pipeline) -> Namespace:
    """The demo's, ready: probes, metrics, the operator's questions to the broker and all else go through policies."""
    return albert.namespace


@pytest.fixture(scope="module")
def elsewhere(make_namespace: Callable[[], Namespace]) -> Namespace:
    """Another namespace, with a pod that belongs to nobody."""
    found = make_namespace()
    found.apply(stranger())
    found.kubectl("wait", "--for=condition=Ready", f"pod/{STRANGER}", "--timeout=60s")
    return found


def stranger() -> dict[str, Any]:
    """A pod that belongs to nobody; our image, since it holds Python and is on the node."""
    restricted = {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "runAsNonRoot": True,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    container = {
        "name": STRANGER,
        "image": "winepipeline-producer:0.1.0",
        "imagePullPolicy": "IfNotPresent",
        "command": ["python", "-c", "import signal; signal.sigwait([signal.SIGTERM])"],
        "securityContext": restricted,
    }
    spec = {"containers": [container], "terminationGracePeriodSeconds": 1}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": STRANGER}, "spec": spec}


def reaches(place: Namespace, pod: str, host: str, port: int) -> bool:
    """Whether a connection from a pod to a host's port is made."""
    return place.execute(pod, "python", "-c", CONNECT, host, str(port)).strip() == "open"


def address(namespace: Namespace, component: str) -> str:
    """The address of one of a component's pods: there may be more consumers than one."""
    labels = f"app.kubernetes.io/instance={NAME},app.kubernetes.io/component={component}"
    found = [each["status"].get("podIP") for each in namespace.find("pods", labels)]
    return str(next(filter(None, found)))


def test_rows_land_with_every_policy_enforced(albert: Pipeline) -> None:
    """What a pipeline needs of the network, it has: names, broker, warehouse, and the operator its metrics."""
    wait_until(lambda: albert.loaded() > 50, "rows are loaded and told")


def test_each_part_reaches_what_it_needs_and_no_other(namespace: Namespace) -> None:
    """A consumer that is taken over reaches broker and warehouse: no admin port, no Console, no API server."""
    broker, emulator = f"{NAME}-redpanda", f"{NAME}-emulator"
    consumer, producer = f"deploy/{NAME}-consumer", f"deploy/{NAME}-producer"
    console, api = address(namespace, "console"), "kubernetes.default.svc.cluster.local"
    reached = {
        (pod.rpartition("-")[2], host.removeprefix(f"{NAME}-"), port)
        for pod in (consumer, producer)
        for host, port in ((broker, 9092), (broker, 9644), (emulator, 8080), (console, 8080), (api, 443))
        if reaches(namespace, pod, host, port)
    }
    assert reached == {("consumer", "redpanda", 9092), ("consumer", "emulator", 8080), ("producer", "redpanda", 9092)}


def test_a_stranger_is_let_in_by_a_label(namespace: Namespace) -> None:
    """A pod of the same namespace reaches the broker once it carries the label, and nothing before."""
    namespace.apply(stranger())
    namespace.kubectl("wait", "--for=condition=Ready", f"pod/{STRANGER}", "--timeout=60s")
    closed = ((f"{NAME}-redpanda", 9092), (f"{NAME}-emulator", 8080), (address(namespace, "consumer"), 8000))
    assert [each for each in closed if reaches(namespace, STRANGER, *each)] == []
    namespace.kubectl("label", "pod", STRANGER, f"caves-albert.io/reach-redpanda={NAME}")
    wait_until(lambda: reaches(namespace, STRANGER, f"{NAME}-redpanda", 9092), "the label opens the broker", 30)
    assert not reaches(namespace, STRANGER, f"{NAME}-emulator", 8080)


def test_another_namespace_is_let_in_by_its_label(namespace: Namespace, elsewhere: Namespace) -> None:
    """The tills of another namespace write sales once an administrator has labelled it, and nothing before."""
    broker = f"{NAME}-redpanda.{namespace.name}.svc.cluster.local"
    assert not reaches(elsewhere, STRANGER, broker, 9092)
    assert not reaches(elsewhere, STRANGER, address(namespace, "consumer"), 8000)
    elsewhere.cluster.kubectl("label", "namespace", elsewhere.name, f"caves-albert.io/reach-redpanda={NAME}")
    wait_until(lambda: reaches(elsewhere, STRANGER, broker, 9092), "the label opens the broker", 30)
    assert not reaches(elsewhere, STRANGER, broker, 9644)
