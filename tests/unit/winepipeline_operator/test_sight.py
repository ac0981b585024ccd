"""What a look brings: who owns the number of consumers, what the law sees of it, what the status says."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from winepipeline_operator.broker_errors import BrokerUnreachable
from winepipeline_operator.dataplane import DataPlane
from winepipeline_operator.identity import FIELD_MANAGER, SCALER_FIELD_MANAGER
from winepipeline_operator.lint import load
from winepipeline_operator.observed import Observed
from winepipeline_operator.pipeline_status import status
from winepipeline_operator.probe import Readiness
from winepipeline_operator.scaling.ledger import Ledger
from winepipeline_operator.scaling.observation import Busy, Failure, GroupState, Observation, Partition
from winepipeline_operator.sight import Fleet, Sight, fleet, observation, status_fields
from winepipeline_operator.spec import WinePipeline
from winepipeline_operator.spec.status import Status
from winepipeline_operator.topics import HOUR_MS, GroupFacts, OwnTopic, own_topics

EXAMPLES = Path(__file__).parents[3] / "examples"

GROUP = GroupFacts((Partition(0, 10, 4), Partition(1, 5)), GroupState.STABLE, 2)
PLANE = DataPlane(1_764_000_000.0, GROUP, rows_loaded=100, dead_letters={"NotJson": 2, "": 1}, rows_per_second=3.14159)


def entry(manager: str, *fields: str) -> dict[str, Any]:
    """Which fields of `spec` a manager owns."""
    return {"manager": manager, "operation": "Apply", "fieldsV1": {"f:spec": {f"f:{each}": {} for each in fields}}}


def deployment(replicas: int, ready: int | None, *entries: dict[str, Any]) -> dict[str, Any]:
    """A Deployment as the API server tells it."""
    status = {} if ready is None else {"readyReplicas": ready}
    return {"metadata": {"name": "d", "managedFields": list(entries)}, "spec": {"replicas": replicas}, "status": status}


def test_a_deployment_tells_its_number_and_its_owner() -> None:
    """A Deployment without a ready pod does not say so in figures, and an owner of other fields owns no number."""
    assert fleet(deployment(3, None, entry(FIELD_MANAGER, "template"))) == Fleet(3, 0, owned=False)
    ours = entry(SCALER_FIELD_MANAGER, "replicas")
    assert fleet(deployment(3, 2, ours, entry(FIELD_MANAGER, "template"))) == Fleet(3, 2, owned=True)


def test_a_broker_that_did_not_tell_is_a_failure_to_observe() -> None:
    """The law is told that nothing was seen, with the broker's own words, and how many consumers there are."""
    blind = replace(PLANE, group=None, broker_error=BrokerUnreachable("nobody at kafka:9092"))
    assert observation(blind, Fleet(3, 2, owned=True)) == Failure(PLANE.time_seconds, "nobody at kafka:9092", 3)


def test_the_law_sees_what_the_look_saw() -> None:
    """Offsets, group, consumers and how busy they were arrive as they were read."""
    busy = (Busy("a", 2.0),)
    seen = observation(replace(PLANE, busy=busy), Fleet(3, 2, owned=True))
    assert seen == Observation(PLANE.time_seconds, GROUP.partitions, GroupState.STABLE, 3, 2, busy)


def test_the_status_says_what_is_known_and_nothing_else() -> None:
    """Lag, rows and partitions are told; a figure that is not known is absent, not zero."""
    told = status_fields(Sight(replace(PLANE, committed={0: 5}), Ledger("Builtin")), {})
    assert told == {
        "lag": 11,
        "rowsPerSecond": 3.1,
        "rowsLoaded": 100,
        "deadLetters": 3,
        "partitions": (
            {"partition": 0, "committedOffset": 5, "endOffset": 10, "lag": 6},
            {"partition": 1, "endOffset": 5, "lag": 5},
        ),
        "scaling": {"mode": "Builtin", "state": {"restartSeconds": 30.0}},
    }
    assert Status.model_validate(told).lag == 11
    assert set(status_fields(Sight(DataPlane(0.0)), {})) == {"scaling"}


def test_before_the_first_look_the_status_stands() -> None:
    """A new operator does not wipe out what the last one remembered before it has looked itself."""
    lasting = {"lag": 3, "scaling": {"mode": "Builtin"}}
    own = {"name": "sales_events", "id": "Qk0", "retentionHours": 24}
    told = status_fields(None, {**lasting, "partitions": [{"partition": 0}], "topics": [own], "conditions": []})
    assert told == {**lasting, "partitions": ({"partition": 0},), "topics": (own,)}
    assert Status.model_validate(told).lag == 3


def test_which_topics_are_its_own_outlives_the_operator() -> None:
    """What the pipeline made stands in its status, and the next operator reads it there: by that alone it deletes."""
    own = (OwnTopic("sales_events", "Qk0", 24 * HOUR_MS), OwnTopic("sales_events_dlq"))
    seen = Sight(PLANE, own=own)
    assert own_topics(status_fields(seen, {})) == own
    assert seen.differs_notably(Sight(PLANE))


def test_only_what_somebody_waits_for_wakes_a_round() -> None:
    """A lag that moves a little writes no status; a broker that goes, a pod with trouble or a tenfold lag does."""
    calm = Sight(PLANE)
    assert calm.differs_notably(None)
    assert not Sight(replace(PLANE, time_seconds=PLANE.time_seconds + 15)).differs_notably(calm)
    ten_times = GroupFacts((Partition(0, 110, 0),), GroupState.STABLE, 2)
    trouble = {"a": Readiness(ready=False, reason="WarehouseUnavailable")}
    for change in (
        {"group": ten_times},
        {"readiness": trouble},
        {"silent": ("a",)},
        {"broker_error": BrokerUnreachable("x")},
    ):
        assert Sight(replace(PLANE, **change)).differs_notably(calm)


def test_what_a_look_brings_becomes_a_status() -> None:
    """The status of a pipeline whose broker has told of partitions can be written, and is what the look brought."""
    pipeline = load((EXAMPLES / "demo.yaml").read_text(encoding="utf-8"))
    seen = Observed(PLANE.time_seconds, sight=Sight(replace(PLANE, committed={0: 5}), Ledger("Builtin")))
    written = status(pipeline, seen)
    assert (written.lag, [each.lag for each in written.partitions]) == (11, [6, 5])
    again = replace_status(pipeline, written)
    assert status(again, Observed(PLANE.time_seconds)).partitions == written.partitions


def replace_status(pipeline: WinePipeline, written: Status) -> WinePipeline:
    """The resource as the API server gives it back: lists, and names in its own spelling."""
    held = written.model_dump(mode="json", by_alias=True, exclude_none=True)
    return pipeline.model_copy(update={"status": held})
