"""Scaling on a cluster: a burst of ten times the usual load, failures in the middle, and quiet afterwards.

A consumer's speed is that of an upload to an account that is far away (`uploadSeconds`), since the emulator next door
would let one consumer do everything. The patience before a scale-down is a minute here, not five.
"""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from .cluster import Namespace, Object, wait_until
from .operator_release import Operator

NAME = "albert"
CONSUMER = f"{NAME}-consumer"
USUAL, BURST = 6, 60
CATCH_UP_SECONDS = 90
PATIENCE = ("LOOK_SECONDS=5", "SCALE_DOWN_AFTER_SECONDS=60", "SLEEP_AFTER_SECONDS=45")
READY_SECONDS = 240.0

pytestmark = [pytest.mark.usefixtures("patient"), pytest.mark.timeout(900, func_only=True)]


@pytest.fixture(scope="module")
def patient(operator: Operator) -> Iterator[None]:
    """The operator, with less patience than usual, as long as these tests take."""
    _environment(operator, *PATIENCE)
    yield
    _environment(operator, *(f"{each.partition('=')[0]}-" for each in PATIENCE))


@pytest.fixture(scope="module", autouse=True)
def applied(patient: None, namespace: Namespace, demo: dict[str, Any]) -> Iterator[None]:
    """The demo resource, with consumers of some forty events a second each."""
    spec = demo["spec"] | {
        "broker": {"redpanda": {"console": {"enabled": False}}},
        "producer": {"eventsPerSecond": USUAL},
        "consumer": {
            "batchSize": 10,
            "maxBatchSize": 40,
            "scaling": {"minReplicas": 1, "maxReplicas": 2, "catchUpSeconds": CATCH_UP_SECONDS},
        },
        "warehouse": {"emulator": {"uploadSeconds": 1}},
    }
    namespace.apply(demo | {"spec": spec})
    yield
    namespace.kubectl("delete", "wp", NAME, "--wait=false")


def test_a_burst_of_ten_times_the_load_scales_out_and_drains(namespace: Namespace) -> None:
    """Ten times the events bring a second consumer, the backlog drains in time, and each event is there once."""
    ready = wait_until(lambda: condition(namespace, "Ready"), "the pipeline is ready", READY_SECONDS)
    assert ready
    wait_until(lambda: known_rate(namespace), "the law knows how fast a consumer is")
    burst(namespace, BURST)
    wait_until(lambda: replicas(namespace) == 2, "a second consumer", 240)
    wait_until(lambda: deployment(namespace)["status"].get("readyReplicas") == 2, "it is ready")
    burst(namespace, USUAL)
    begun = time.monotonic()
    wait_until(lambda: (status(namespace).get("lag") or 10_000) < 20 * USUAL, "the backlog is drained", 300)
    # What was asked for at the decision, a restart and the looks from one to the next are on top of the time to drain.
    assert time.monotonic() - begun < CATCH_UP_SECONDS + 60
    assert audited(namespace)["holds"]
    assert [each["action"] for each in decided(namespace)] == ["Up"], "one decision, not many"


def test_no_failure_changes_the_number(namespace: Namespace, operator: Operator) -> None:
    """The broker and the operator killed in the middle: the number of consumers stays as it was decided."""
    before, decisions = replicas(namespace), len(decided(namespace))
    broker = namespace.get("pod", f"{NAME}-redpanda-0")["metadata"]["uid"]
    namespace.kubectl("delete", "pod", f"{NAME}-redpanda-0", "--grace-period=0", "--force")
    operator.cluster.kubectl("delete", "pod", "--all", "--grace-period=0", "--force", namespace=operator.namespace)
    seen = {before}
    wait_until(lambda: another_broker(namespace, broker), "there is another broker", 120)
    wait_until(lambda: watched(namespace, seen) and condition(namespace, "Ready"), "the pipeline is ready again", 300)
    ups = [each for each in decided(namespace)[: -decisions or None] if each["action"] in {"Up", "Wake", "Sleep"}]
    assert ups == []
    assert max(seen) == before


def test_it_scales_in_again_and_to_sleep(namespace: Namespace) -> None:
    """With the usual load one consumer is left; with none, and zero allowed, nobody; and what comes wakes one."""
    wait_until(lambda: replicas(namespace) == 1, "one consumer is left", 300)
    namespace.patch("wp", NAME, {"spec": {"consumer": {"scaling": {"minReplicas": 0}}, "producer": {"enabled": False}}})
    wait_until(lambda: replicas(namespace) == 0, "the last consumer sleeps", 300)
    namespace.patch("wp", NAME, {"spec": {"producer": {"enabled": True}}})
    wait_until(lambda: replicas(namespace) > 0, "what comes wakes one", 180)
    wait_until(lambda: deployment(namespace)["status"].get("readyReplicas"), "it is ready")
    assert audited(namespace)["holds"]
    actions = [each["action"] for each in decided(namespace)]
    assert actions[:2] == ["Wake", "Sleep"]
    assert actions.count("Up") == 1, "no flapping since the burst"


def _environment(operator: Operator, *changes: str) -> None:
    deploy = f"deploy/{operator.name}"  # the chart calls it like the release
    operator.cluster.kubectl("set", "env", deploy, *changes, namespace=operator.namespace)
    operator.cluster.kubectl("rollout", "status", deploy, "--timeout=120s", namespace=operator.namespace)


def status(namespace: Namespace) -> Object:
    """The resource's."""
    return dict(namespace.get("wp", NAME).get("status", {}))


def condition(namespace: Namespace, kind: str) -> bool:
    """Whether it holds."""
    return namespace.condition("wp", NAME, kind).get("status") == "True"


def deployment(namespace: Namespace) -> Object:
    """The consumers'."""
    return namespace.get("deploy", CONSUMER)


def replicas(namespace: Namespace) -> int:
    """How many consumers are asked for."""
    return int(deployment(namespace)["spec"]["replicas"])


def watched(namespace: Namespace, seen: set[int]) -> bool:
    """Notes how many are asked for."""
    seen.add(replicas(namespace))
    return True


def another_broker(namespace: Namespace, uid: str) -> bool:
    """Whether a new one is ready."""
    pod = namespace.get("pod", f"{NAME}-redpanda-0")
    return pod["metadata"]["uid"] != uid and all(each["ready"] for each in pod["status"].get("containerStatuses", ()))


def known_rate(namespace: Namespace) -> Any:
    """What the law has learnt of one consumer."""
    return status(namespace).get("scaling", {}).get("state", {}).get("rate")


def decided(namespace: Namespace) -> list[Object]:
    """The changes that were decided, the newest first."""
    found = status(namespace).get("scaling", {}).get("decisions", [])
    return [each for each in found if each["replicas"] != each["replicasBefore"]]


def burst(namespace: Namespace, events_per_second: int) -> None:
    """So many events a second from now on."""
    namespace.patch("wp", NAME, {"spec": {"producer": {"eventsPerSecond": events_per_second}}})


def audited(namespace: Namespace) -> Object:
    """The audit, run in a consumer's pod."""
    said = namespace.execute(f"deploy/{CONSUMER}", "winepipeline", "audit", "--output", "json")
    return dict(json.loads(said))
