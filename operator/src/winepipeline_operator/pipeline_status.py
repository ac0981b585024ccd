"""The resource's status: a pure function from what is seen."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from winepipeline_operator.backfill_status import backfill_status
from winepipeline_operator.conditions import workload
from winepipeline_operator.conditions.judgement import verdicts
from winepipeline_operator.conditions.reason import Reason
from winepipeline_operator.conditions.verdict import Verdict
from winepipeline_operator.identity import Manifest, child_name, selector
from winepipeline_operator.observed import Observed
from winepipeline_operator.sight import status_fields
from winepipeline_operator.spec import WinePipeline
from winepipeline_operator.spec.status import Condition, Status

LONGEST_MESSAGE = 2000
"""Of a condition: what the API would take is more than anybody reads."""


def status(pipeline: WinePipeline, observed: Observed) -> Status:
    """The status of a pipeline.

    Args:
        pipeline: the resource, with the status that it had.
        observed: what is seen of it.
    """
    child = workload.workload(pipeline, "consumer", observed)
    # Not strictly: what the API server holds, and what goes to it, has lists where the model has tuples.
    figures = Status.model_validate(status_fields(observed.sight, pipeline.status), strict=False)
    return figures.model_copy(
        update={
            "observed_generation": pipeline.metadata.generation,
            "conditions": conditions(pipeline, verdicts(pipeline, observed), observed.now_seconds),
            "replicas": None if child is None else int((child.get("status") or {}).get("replicas") or 0),
            "selector": ",".join(f"{name}={value}" for name, value in selector(pipeline, "consumer").items()),
            "broker": _broker(pipeline),
            "backfill": backfill_status(pipeline, observed),
        }
    )


def conditions(pipeline: WinePipeline, found: Iterable[Verdict], now_seconds: float) -> tuple[Condition, ...]:
    """The verdicts as conditions; the time is that of the last change from true to false or back."""
    now = _time(now_seconds)
    before = {each["type"]: each for each in pipeline.status.get("conditions") or ()}

    def written(verdict: Verdict) -> Condition:
        word = _WORDS[verdict.holds]
        earlier = before.get(verdict.aspect, {})
        return Condition.model_construct(
            type=verdict.aspect,
            status=word,
            reason=str(verdict.reason),
            message=verdict.message[:LONGEST_MESSAGE],
            last_transition_time=earlier.get("lastTransitionTime", now) if earlier.get("status") == word else now,
            observed_generation=pipeline.metadata.generation,
        )

    return tuple(written(each) for each in found)


def refusal(body: Manifest, reason: Reason, message: str, now_seconds: float) -> dict[str, Any]:
    """The status that a resource had, but for Ready: all that can be said of one that will not do."""
    told = body.get("status") or {}
    earlier: dict[str, Any] = next((each for each in told.get("conditions") or () if each["type"] == "Ready"), {})
    generation = body["metadata"].get("generation", 0)
    ready = {
        "type": "Ready",
        "status": "False",
        "reason": str(reason),
        "message": message[:LONGEST_MESSAGE],
        "lastTransitionTime": earlier["lastTransitionTime"] if earlier.get("status") == "False" else _time(now_seconds),
        "observedGeneration": generation,
    }
    others = [each for each in told.get("conditions") or () if each["type"] != "Ready"]
    return {**told, "observedGeneration": generation, "conditions": [ready, *others]}


def changes(before: Mapping[str, Any], after: Status) -> tuple[Condition, ...]:
    """The conditions that say something else than before: worth an Event each."""
    told = {each["type"]: (each["status"], each["reason"]) for each in before.get("conditions") or ()}
    return tuple(each for each in after.conditions if told.get(each.type) != (each.status, each.reason))


_WORDS: Mapping[bool | None, str] = {True: "True", False: "False", None: "Unknown"}


def _time(seconds: float) -> str:
    return dt.datetime.fromtimestamp(seconds, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _broker(pipeline: WinePipeline) -> str:
    external = pipeline.spec.broker.external
    return f"{child_name(pipeline, 'redpanda')}:9092" if external is None else external.bootstrap_servers
