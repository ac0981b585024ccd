"""A history on a cluster: the Job that `spec.backfill` asks for, killed, finished, asked for otherwise."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from .cluster import Namespace, Object, wait_until
from .operator_release import Operator

NAME = "albert"
BACKFILL = "app.kubernetes.io/component=backfill"
START_SECONDS = 240.0
DAYS, ORDERS_PER_DAY = 120, 100

pytestmark = pytest.mark.usefixtures("operator")


@pytest.fixture(scope="module", autouse=True)
def applied(operator: Operator, namespace: Namespace, demo: dict[str, Any]) -> Iterator[None]:
    """The demo resource with a backfill and without a producer."""
    backfill = {"days": DAYS, "ordersPerDay": ORDERS_PER_DAY}
    spec = {**demo["spec"], "producer": {"enabled": False}, "backfill": backfill}
    namespace.apply({**demo, "spec": spec})
    yield
    namespace.kubectl("delete", "wp", NAME, "--wait=false")


def backfill(namespace: Namespace) -> Object:
    return dict(namespace.get("wp", NAME).get("status", {}).get("backfill", {}))


def test_a_history_is_loaded_though_its_pod_is_killed(namespace: Namespace) -> None:
    """The Job's pod is deleted in the middle, another one goes on, and the status tells of progress and result."""
    wait_until(lambda: backfill(namespace).get("phase") == "Running", "the backfill runs", START_SECONDS)
    wait_until(lambda: namespace.find("pods", BACKFILL), "its pod is there")
    namespace.kubectl("delete", "pod", "-l", BACKFILL, "--wait=false", "--grace-period=0", "--force")
    wait_until(lambda: backfill(namespace).get("phase") == "Complete", "the history is loaded", START_SECONDS)
    found = backfill(namespace)
    assert found["orders"] == DAYS * ORDERS_PER_DAY
    assert found["rejected"] == 0
    said = namespace.execute(f"deploy/{NAME}-consumer", "winepipeline", "audit", "--output", "json")
    audit = json.loads(said)
    assert audit["holds"], audit
    assert sum(each["loaded"] for each in audit["histories"]) == found["events"]


def test_another_history_is_refused_in_the_status(namespace: Namespace) -> None:
    """A changed seed adds nothing to the loaded history, and `kubectl describe wp` says why and what to do."""
    namespace.patch("wp", NAME, {"spec": {"backfill": {"seed": 7}}})
    wait_until(lambda: backfill(namespace).get("reason") == "HistoryDiffers", "the refusal is told", START_SECONDS)
    assert "seed-7" in backfill(namespace)["message"]
    namespace.patch("wp", NAME, {"spec": {"backfill": {"seed": None}}})
    wait_until(lambda: backfill(namespace).get("phase") == "Complete", "the old one is found whole", START_SECONDS)
