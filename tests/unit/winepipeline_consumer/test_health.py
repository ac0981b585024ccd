"""What the kubelet is told."""

import random
import time
from types import SimpleNamespace
from typing import Any, cast

from winepipeline_consumer.health import TURN_SECONDS, health, readiness
from winepipeline_consumer.metrics import Metrics
from winepipeline_consumer.ownership import Ownership
from winepipeline_consumer.watch import Watch
from winepipeline_warehouse.errors import Unavailable
from winepipeline_warehouse.ledger import Claim


def reader(*, turned_seconds_ago: float = 0, joined: bool = True, ownership: Ownership | None = None) -> Any:
    """A reader as the probes see it."""
    turned_at = time.monotonic() - turned_seconds_ago
    return cast(Any, SimpleNamespace(turned_at=turned_at, joined=joined, ownership=ownership or Ownership()))


def watch() -> Watch:
    return Watch(Metrics(), random.Random(1))


def test_a_loop_that_turns_is_alive_and_one_that_hangs_is_not() -> None:
    """A consumer that hangs is started again, and a busy one is not."""
    assert health(reader(turned_seconds_ago=TURN_SECONDS - 5)).ok
    found = health(reader(turned_seconds_ago=TURN_SECONDS + 5))
    assert (found.ok, found.reason, found.detail) == (False, "LoopStuck", "the loop has not turned for 65 s")


def test_a_consumer_gets_ready_step_by_step() -> None:
    """Whoever waits for readiness reads what it is still waiting for."""
    ownership = Ownership()
    assert readiness(reader(joined=False), watch()).reason == "NotAssigned"
    ownership.gain([2, 0])
    found = readiness(reader(ownership=ownership), watch())
    assert (found.ok, found.reason, found.detail) == (False, "Claiming", "partitions [0, 2] are being claimed")
    ownership.claimed({p: Claim(p, 0, 1) for p in (0, 2)})
    found = readiness(reader(ownership=ownership), watch())
    assert (found.ok, found.reason, found.detail) == (True, "Assigned", "partitions [0, 2]")


def test_a_member_without_partitions_is_ready() -> None:
    """More consumers than partitions are no fault."""
    assert readiness(reader(), watch()).ok


def test_a_consumer_whose_warehouse_is_away_is_not_ready() -> None:
    """The probe says why, until the warehouse is back."""
    eye = watch()
    eye.trouble(Unavailable("WarehouseSuspended", "quota exceeded"), 1.0)
    found = readiness(reader(), eye)
    assert (found.ok, found.reason) == (False, "WarehouseUnavailable")
    assert found.detail == "WarehouseSuspended: quota exceeded"
    eye.recovered()
    assert readiness(reader(), eye).ok
