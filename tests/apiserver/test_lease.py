"""Two operators at one API server: one of them acts, and the other takes over when that one ends."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from winepipeline_operator.lease import DURATION_SECONDS
from winepipeline_operator.rights import lease_rules

from .control_plane import ControlPlane
from .scene import Operator, Place, demo, make_place, until

_COORDINATION = "coordination.k8s.io/v1"
_LEASE = "winepipeline"
_APPS = "apps/v1"


@pytest.fixture
def leased(plane: ControlPlane) -> Place:
    """A namespace in which the operator may have its Lease."""
    return with_lease(make_place(plane))


def with_lease(place: Place) -> Place:
    """Let the operator have its Lease in a namespace."""
    place.plane.grant(lease_rules(_LEASE), name=f"lease-{place.namespace}", namespace=place.namespace)
    return place


@pytest.fixture
def start(leased: Place, start_operator: Callable[..., Operator]) -> Callable[[str], Operator]:
    """Starts an operator with a name of its own."""
    return lambda name: start_operator(leased.plane, INSTANCE_NAME=name, **environment(leased))


def environment(place: Place) -> dict[str, str]:
    """What tells an operator to work in a namespace alone, and to hold its Lease there."""
    return {"WATCH_NAMESPACES": place.namespace, "OPERATOR_NAMESPACE": place.namespace, "LEASE_NAME": _LEASE}


def lease_of(place: Place) -> dict[str, Any]:
    """The Lease's spec; empty while there is none."""
    found = place.get("leases", _LEASE, _COORDINATION)
    return dict(found["spec"]) if found else {}


def holds(place: Place, name: str) -> bool:
    """Whether an operator holds the Lease."""
    return lease_of(place).get("holderIdentity") == name


def made(place: Place, name: str) -> bool:
    """Whether somebody has made a pipeline's consumers."""
    return place.get("deployments", f"{name}-consumer", _APPS) is not None


def test_one_operator_acts_and_the_next_takes_over(leased: Place, start: Callable[[str], Operator]) -> None:
    """A second operator waits and says for whom; it follows one that stopped at once, and one that was killed."""
    first = start("first")
    leased.create(demo())
    until(lambda: made(leased, "albert"))
    second = start("second")
    until(lambda: "is held by first" in second.log)
    until(lambda: "is held by first" in second.readiness())
    first.kill()
    leased.create(demo("cellar"))
    until(lambda: made(leased, "cellar"), 2 * DURATION_SECONDS)
    assert holds(leased, "second")
    third = start("third")
    until(lambda: "is held by second" in third.log)
    begun = time.monotonic()
    assert second.stop() == 0
    until(lambda: holds(leased, "third"))
    assert time.monotonic() - begun < DURATION_SECONDS, "it waited as if the second had been killed"


@pytest.mark.long
def test_an_operator_that_was_out_of_its_mind_ends(leased: Place, start: Callable[[str], Operator]) -> None:
    """Frozen past its time, an operator changes nothing when it goes on, and ends, so that its pod starts anew."""
    first = start("first")
    until(lambda: holds(leased, "first"))
    second = start("second")
    until(lambda: "is held by first" in second.log)
    first.freeze()
    until(lambda: holds(leased, "second"), 2 * DURATION_SECONDS)
    first.thaw()
    process = first.process
    assert process is not None
    until(lambda: process.poll() is not None)
    assert "is held by second by now: this operator ends" in first.log
    assert holds(leased, "second")


@pytest.mark.long
def test_an_operator_outlives_the_api_server_with_its_lease(
    shaken_plane: ControlPlane, start_operator: Callable[..., Operator]
) -> None:
    """While the Lease cannot be renewed nothing is changed; once it can, the same process goes on."""
    place = with_lease(make_place(shaken_plane))
    operator = start_operator(shaken_plane, INSTANCE_NAME="only", **environment(place))
    until(lambda: "Watching" in operator.readiness())
    process = operator.process
    shaken_plane.stop_api()
    until(lambda: "NotHolding" in operator.readiness())
    shaken_plane.start_api()
    place.create(demo())
    until(lambda: made(place, "albert"), 60)
    assert process is not None
    assert process.poll() is None
