"""Is the consumer alive, and is it ready?"""

import time

from winepipeline_consumer.errors import BrokerUnavailable
from winepipeline_consumer.reader import Reader
from winepipeline_consumer.watch import Watch
from winepipeline_process.http import Health

TURN_SECONDS = 60.0
"""A loop that has not turned for so long hangs: a round takes milliseconds, a silent broker 10 s a question."""


def health(reader: Reader) -> Health:
    """Alive: the loop turns."""
    idle = time.monotonic() - reader.turned_at
    if idle > TURN_SECONDS:
        return Health(ok=False, reason="LoopStuck", detail=f"the loop has not turned for {idle:.0f} s")
    return Health(ok=True, reason="Alive")


def readiness(reader: Reader, watch: Watch) -> Health:
    """Ready: a member of the group, its partitions claimed in the ledger, the warehouse reachable."""
    ownership = reader.ownership
    if watch.trouble_reason:
        reason = BrokerUnavailable.reason if watch.broker_is_away else "WarehouseUnavailable"
        return Health(ok=False, reason=reason, detail=watch.trouble_reason)
    if not reader.joined:
        return Health(ok=False, reason="NotAssigned", detail="the consumer group has not answered yet")
    if ownership.pending:
        return Health(ok=False, reason="Claiming", detail=f"partitions {sorted(ownership.pending)} are being claimed")
    return Health(ok=True, reason="Assigned", detail=f"partitions {sorted(ownership.places)}")
