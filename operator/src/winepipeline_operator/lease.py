"""Whose turn it is to act, from a Lease: decided here, carried out in `leadership`. Pure.

The clocks of two nodes may differ, so the times in a Lease are for people. Whoever waits looks whether the holder still
renews it: one that has left it as it is for the Lease's whole duration, by the waiting one's own clock, is gone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from winepipeline_operator.identity import Manifest

DURATION_SECONDS = 15.0
"""Whoever has left the Lease alone for so long is taken to be gone."""

RENEW_SECONDS = 3.0
"""From one renewal to the next."""

TRUST_SECONDS = 10.0
"""For how long after a renewal the holder acts: it stops well before anybody else may begin."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """The Lease as one that waits has seen it.

    Attributes:
        version: its resourceVersion.
        seconds: since when it has been so, by the monotonic clock of who looks.
    """

    version: str
    seconds: float


def sighted(before: Sighting | None, lease: Manifest, now_seconds: float) -> Sighting:
    """What is known of the Lease after one more look at it."""
    version = lease["metadata"]["resourceVersion"]
    return before if before is not None and before.version == version else Sighting(version, now_seconds)


def holder_of(lease: Manifest) -> str:
    """Who holds the Lease; empty: nobody."""
    return str((lease.get("spec") or {}).get("holderIdentity") or "")


def may_take(lease: Manifest, me: str, sighting: Sighting, now_seconds: float) -> bool:
    """Whether the Lease is ours, nobody's, or that of somebody who is gone."""
    if holder_of(lease) in ("", me):
        return True
    lasts = (lease.get("spec") or {}).get("leaseDurationSeconds") or DURATION_SECONDS
    return now_seconds - sighting.seconds > lasts


def taken(lease: Manifest | None, me: str, now: datetime) -> Mapping[str, Any]:
    """The `spec` of the Lease once it is ours; None: there is none yet."""
    before = (lease or {}).get("spec") or {}
    told = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    spec = {"holderIdentity": me, "leaseDurationSeconds": int(DURATION_SECONDS), "renewTime": told}
    if before.get("holderIdentity") == me:
        return spec
    return {**spec, "acquireTime": told, "leaseTransitions": before.get("leaseTransitions", -1) + 1}
