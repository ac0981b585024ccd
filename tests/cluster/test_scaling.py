"""Scaling on a cluster: a burst of ten times the usual load, failures in the middle, and quiet afterwards.

A consumer's speed is that of an upload to an account that is far away (`uploadSeconds`), since the emulator next door
would let one consumer do everything. The patience before a scale-down is forty seconds here (operator_values.yaml), not
five minutes.
"""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from .cluster import Namespace, Object, wait_until
from .operator_release import Operator
from .pipeline import NAME, Pipeline

USUAL, BURST = 6, 60
CATCH_UP_SECONDS = 90

pytestmark = pytest.mark.timeout(900, func_only=True)


@pytest.fixture(scope="module")
def albert(operator: Operator, namespace: Namespace, demo: dict[str, Any]) -> Iterator[Pipeline]:
    """The demo resource, with consumers of some forty events a second each."""
    spec = demo["spec"] | {
        "broker": {"redpanda": {"console": {"enabled": False}}},
        "producer": {"eventsPerSecond": USUAL},
        "consumer": {
            "batchSize": 40,
            "maxBatchSize": 40,
            "scaling": {"minReplicas": 1, "maxReplicas": 2, "catchUpSeconds": CATCH_UP_SECONDS},
        },
        "warehouse": {"emulator": {"uploadSeconds": 1}},
    }
    namespace.apply(demo | {"spec": spec})
    found = Pipeline(namespace)
    yield found
    found.delete()


def test_a_burst_of_ten_times_the_load_scales_out_and_drains(albert: Pipeline) -> None:
    """Ten times the events bring a second consumer, the backlog drains in time, and each event is there once."""
    albert.wait_until_ready()
    wait_until(lambda: known_rate(albert), "the law knows how fast a consumer is")
    burst(albert, BURST)
    wait_until(lambda: replicas(albert) == 2, "a second consumer", 240)
    wait_until(lambda: albert.consumers()["status"].get("readyReplicas") == 2, "it is ready")
    burst(albert, USUAL)
    begun = time.monotonic()
    wait_until(lambda: albert.lag() < 20 * USUAL, "the backlog is drained", 300)
    # What was asked for at the decision, a restart and the looks from one to the next are on top of the time to drain.
    assert time.monotonic() - begun < CATCH_UP_SECONDS + 60
    assert albert.audit()["holds"]
    assert [each["action"] for each in decided(albert)] == ["Up"], "one decision, not many"


def test_no_failure_changes_the_number(albert: Pipeline, operator: Operator) -> None:
    """The broker and the operator killed in the middle: the number of consumers stays as it was decided."""
    before, decisions = replicas(albert), len(decided(albert))
    broker = albert.namespace.get("pod", f"{NAME}-redpanda-0")["metadata"]["uid"]
    with operator.may_go():
        albert.namespace.kubectl("delete", "pod", f"{NAME}-redpanda-0", "--grace-period=0", "--force")
        operator.cluster.kubectl("delete", "pod", "--all", "--grace-period=0", "--force", namespace=operator.namespace)
    seen = {before}
    wait_until(lambda: another_broker(albert, broker), "there is another broker", 120)
    wait_until(
        lambda: watched(albert, seen) and albert.condition().get("status") == "True", "the pipeline is ready again", 300
    )
    ups = [each for each in decided(albert)[: -decisions or None] if each["action"] in {"Up", "Wake", "Sleep"}]
    assert ups == []
    assert max(seen) == before


def test_it_scales_in_again_and_to_sleep(albert: Pipeline) -> None:
    """With the usual load one consumer is left; with none, and zero allowed, nobody; and what comes wakes one."""
    wait_until(lambda: replicas(albert) == 1, "one consumer is left", 300)
    albert.patch(consumer={"scaling": {"minReplicas": 0}}, producer={"enabled": False})
    wait_until(lambda: replicas(albert) == 0, "the last consumer sleeps", 300)
    albert.patch(producer={"enabled": True})
    wait_until(lambda: replicas(albert) > 0, "what comes wakes one", 180)
    wait_until(lambda: albert.consumers()["status"].get("readyReplicas"), "it is ready")
    assert albert.audit()["holds"]
    actions = [each["action"] for each in decided(albert)]
    assert actions[:2] == ["Wake", "Sleep"]
    assert actions.count("Up") == 1, "no flapping since the burst"


def replicas(albert: Pipeline) -> int:
    """How many consumers are asked for."""
    return int(albert.consumers()["spec"]["replicas"])


def watched(albert: Pipeline, seen: set[int]) -> bool:
    """Notes how many are asked for."""
    seen.add(replicas(albert))
    return True


def another_broker(albert: Pipeline, uid: str) -> bool:
    """Whether a new one is ready."""
    pod = albert.namespace.get("pod", f"{NAME}-redpanda-0")
    return pod["metadata"]["uid"] != uid and all(each["ready"] for each in pod["status"].get("containerStatuses", ()))


def known_rate(albert: Pipeline) -> Any:
    """What the law has learnt of one consumer."""
    return albert.status().get("scaling", {}).get("state", {}).get("rate")


def decided(albert: Pipeline) -> list[Object]:
    """The changes that were decided, the newest first."""
    found = albert.status().get("scaling", {}).get("decisions", [])
    return [each for each in found if each["replicas"] != each["replicasBefore"]]


def burst(albert: Pipeline, events_per_second: int) -> None:
    """So many events a second from now on."""
    albert.patch(producer={"eventsPerSecond": events_per_second})
