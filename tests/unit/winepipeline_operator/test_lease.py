"""Who may act: the holder of the Lease, or whoever finds that nobody holds it any more."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from winepipeline_operator.lease import (
    DURATION_SECONDS,
    RENEW_SECONDS,
    TRUST_SECONDS,
    Sighting,
    may_take,
    sighted,
    taken,
)

NOW = datetime(2026, 11, 26, 12, 0, 0, 5, tzinfo=UTC)


def lease(holder: str | None, version: str = "1", **spec: Any) -> dict[str, Any]:
    """A Lease as the API server has it."""
    return {"metadata": {"resourceVersion": version}, "spec": {"holderIdentity": holder, **spec}}


@pytest.mark.parametrize("holder", [None, "", "me"])
def test_what_nobody_holds_is_taken_at_once(holder: str | None) -> None:
    """After an end in good order, and after a container's restart in the same pod, nobody waits."""
    assert may_take(lease(holder), "me", Sighting("1", 100), 100)


@given(renewals=st.lists(st.floats(0, DURATION_SECONDS - 0.1), min_size=1, max_size=20))
def test_whoever_renews_is_never_driven_out(renewals: list[float]) -> None:
    """As long as each renewal comes within the Lease's duration, the holder keeps it, whatever its clock says."""
    now, sighting = 0.0, None
    for number, pause_seconds in enumerate(renewals):
        sighting = sighted(sighting, lease("other", str(number), renewTime="1999-01-01T00:00:00Z"), now)
        now += pause_seconds
        assert not may_take(lease("other", str(number)), "me", sighting, now)


def test_who_does_not_renew_loses_it() -> None:
    """A holder that died is succeeded after the Lease's duration, counted from when its last renewal was seen."""
    first = sighted(None, lease("other"), 100)
    again = sighted(first, lease("other"), 110)
    assert not may_take(lease("other"), "me", again, 100 + DURATION_SECONDS)
    assert may_take(lease("other"), "me", again, 100 + DURATION_SECONDS + 0.1)


def test_a_holder_stops_before_another_begins() -> None:
    """The holder trusts a renewal for less long than others wait, and may miss two renewals before it stops."""
    assert 3 * RENEW_SECONDS < TRUST_SECONDS <= DURATION_SECONDS - 5


def test_a_lease_tells_people_who_holds_it_and_since_when() -> None:
    """`kubectl get lease` shows the holder; a change of hands is counted, a renewal is not."""
    new = taken(None, "me", NOW)
    assert new["acquireTime"] == new["renewTime"] == "2026-11-26T12:00:00.000005Z"
    assert new["leaseTransitions"] == 0
    assert "leaseTransitions" not in taken(lease("me"), "me", NOW)
    assert taken(lease("other", leaseTransitions=3), "me", NOW)["leaseTransitions"] == 4
