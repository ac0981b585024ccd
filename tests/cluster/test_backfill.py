"""A history on a cluster: the Job that `spec.backfill` asks for, killed, finished, asked for otherwise."""

from collections.abc import Iterator

import pytest

from .cluster import Object, wait_until
from .pipeline import START_SECONDS, Pipeline

BACKFILL = "app.kubernetes.io/component=backfill"
DAYS, ORDERS_PER_DAY = 120, 100


@pytest.fixture(scope="module", autouse=True)
def asked_for(albert: Pipeline) -> Iterator[None]:
    """The demo's pipeline is to have a past; at the end its Job goes."""
    albert.patch(backfill={"days": DAYS, "ordersPerDay": ORDERS_PER_DAY})
    yield
    albert.patch(backfill=None)


def backfill(albert: Pipeline) -> Object:
    return dict(albert.status().get("backfill", {}))


def test_a_history_is_loaded_though_its_pod_is_killed(albert: Pipeline) -> None:
    """The Job's pod is deleted in the middle, another one goes on, and the status tells of progress and result."""
    wait_until(lambda: backfill(albert).get("phase") == "Running", "the backfill runs", START_SECONDS)
    wait_until(lambda: albert.namespace.find("pods", BACKFILL), "its pod is there")
    albert.namespace.kubectl("delete", "pod", "-l", BACKFILL, "--wait=false", "--grace-period=0", "--force")
    wait_until(lambda: backfill(albert).get("phase") == "Complete", "the history is loaded", START_SECONDS)
    found = backfill(albert)
    assert found["orders"] == DAYS * ORDERS_PER_DAY
    assert found["rejected"] == 0
    audit = albert.audit()
    assert audit["holds"], audit
    assert sum(each["loaded"] for each in audit["histories"]) == found["events"]


def test_another_history_is_refused_in_the_status(albert: Pipeline) -> None:
    """A changed seed adds nothing to the loaded history, and `kubectl describe wp` says why and what to do."""
    albert.patch(backfill={"seed": 7})
    wait_until(lambda: backfill(albert).get("reason") == "HistoryDiffers", "the refusal is told", START_SECONDS)
    assert "seed-7" in backfill(albert)["message"]
    wait_until(lambda: backfill(albert)["phase"] == "Failed", "it is not tried again")
    assert "has this one made anew" in albert.condition("HistoryLoaded")["message"]
    wait_until(lambda: len(albert.namespace.find("pods", BACKFILL)) == 1, "there was one try")
    albert.patch(backfill={"seed": None})
    wait_until(lambda: backfill(albert).get("phase") == "Complete", "the old one is found whole", START_SECONDS)
