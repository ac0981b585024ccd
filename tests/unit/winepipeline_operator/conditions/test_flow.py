"""What is said of the flow: malformed events, a backlog that grows or shrinks, a pipeline that stands."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from winepipeline_operator.conditions.reason import Reason
from winepipeline_operator.observed import ChildId
from winepipeline_operator.scaling.observation import GroupState, Partition
from winepipeline_operator.spec import WinePipeline
from winepipeline_operator.stall import Stall
from winepipeline_operator.topics import GroupFacts

from .patient import Patient, flow, grown

Make = Callable[[Mapping[str, Any]], WinePipeline]


def test_nothing_but_malformed_events_is_told(pipeline: Make) -> None:
    """Events that are all rejected make the pipeline not ready: how many, why, and where to look at them."""
    trend = flow((150, 0, 0, 500, {}), (0, 400, 0, 500, {"NotJson": 390, "MissingField": 10}))
    said = Patient.healthy(pipeline({})).saw(trend=trend).say()
    assert said["Ready"].holds is False
    assert said["EventsLoadable"].reason is Reason.ONLY_MALFORMED_EVENTS
    for words in ("400 events", "390 of them NotJson", "sales_events_dlq", "winepipeline dlq list"):
        assert words in said["EventsLoadable"].message


def test_a_few_malformed_events_are_no_fault(pipeline: Make) -> None:
    """Rejects among loaded events are counted and leave the pipeline ready."""
    trend = flow((150, 0, 0, 500, {}), (0, 400, 0, 880, {"NotJson": 20}))
    said = Patient.healthy(pipeline({})).saw(trend=trend).say()
    assert said["Ready"].holds
    assert "20 rejected" in said["EventsLoadable"].message


@pytest.mark.parametrize(
    ("scaling", "replicas", "advice"),
    [
        ({"mode": "Builtin", "maxReplicas": 2}, 2, "scaling.maxReplicas allows"),
        ({"mode": "Builtin", "maxReplicas": 6}, 6, "raise topic.partitions"),
        ({"mode": "Off"}, 1, "raise consumer.replicas"),
        ({"mode": "Builtin", "maxReplicas": 6}, 3, "status.scaling"),
    ],
)
def test_consumers_that_cannot_keep_up_are_told(pipeline: Make, scaling: Any, replicas: int, advice: str) -> None:
    """How fast the backlog grows, what comes and what is loaded, and which field holds more consumers back."""
    patient = Patient.healthy(pipeline({"consumer": {"scaling": scaling, "replicas": replicas}}))
    identity = ChildId("apps/v1", "Deployment", "albert-consumer")
    child = patient.observed.children[identity]
    children = {
        **patient.observed.children,
        identity: grown({**child, "spec": {**child["spec"], "replicas": replicas}}),
    }
    trend = flow((120, 0, 200_000, 0, {}), (0, 12_000, 248_000, 12_000, {}))
    verdict = patient.where(children=children).saw(trend=trend).say()["KeepsUp"]
    assert verdict.holds is False
    assert verdict.reason is Reason.FALLS_BEHIND
    for words in ("248,000 events wait", "48,000 more than 120 s ago", "500 events come", "100 are loaded", advice):
        assert words in verdict.message


def test_a_backlog_that_shrinks_is_being_caught_up(pipeline: Make) -> None:
    """A large backlog is no fault while it shrinks."""
    trend = flow((120, 0, 200_000, 0, {}), (0, 120_000, 86_000, 120_000, {}))
    verdict = Patient.healthy(pipeline({})).saw(trend=trend).say()["KeepsUp"]
    assert (verdict.holds, verdict.reason) == (True, Reason.KEEPS_UP)
    trend = flow((120, 0, 200_000, 0, {}), (0, 12_000, 194_000, 12_000, {}))
    verdict = Patient.healthy(pipeline({})).saw(trend=trend).say()["KeepsUp"]
    assert (verdict.holds, verdict.reason) == (True, Reason.CATCHES_UP)


def test_a_stall_is_told_with_its_evidence(pipeline: Make) -> None:
    """How many events wait where, for how long, and who will be started again."""
    group = GroupFacts((Partition(0, 900, 100),), GroupState.STABLE, 1)
    stall = Stall((0,), 800, 240.0, ("albert-consumer-x",))
    said = Patient.healthy(pipeline({})).saw(stall=stall).looked(group=group).say()
    assert said["Ready"].reason is said["Stalled"].reason is Reason.NO_COMMITS
    for words in ("800 events wait in partition 0", "240 s", "albert-consumer-x will be started again"):
        assert words in said["Stalled"].message
