"""What is said of a pipeline: a pure function from what is seen to the resource's status."""

import datetime as dt

from winepipeline_operator.identity import selector
from winepipeline_operator.observed import Observed
from winepipeline_operator.sight import status_fields
from winepipeline_operator.spec import WinePipeline
from winepipeline_operator.spec.status import Condition, Status


def status(pipeline: WinePipeline, observed: Observed) -> Status:
    """The status of a pipeline.

    Args:
        pipeline: the resource, with the status that it had.
        observed: what is seen of it.
    """
    now = dt.datetime.fromtimestamp(observed.now_seconds, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    failed = observed.failures
    text = "; ".join(each.message for each in failed) or "every object is applied"
    ready = Condition.model_validate(
        {
            "type": "Ready",
            "status": "False" if failed else "Unknown",
            "reason": failed[0].reason if failed else "Applied",
            "message": text[:32_768],
            "lastTransitionTime": now,
            "observedGeneration": pipeline.metadata.generation,
        }
    )
    before = pipeline.status.get("conditions") or []
    same = [each for each in before if each["type"] == "Ready" and each["status"] == ready.status]
    if same:
        ready = ready.model_copy(update={"last_transition_time": same[0]["lastTransitionTime"]})
    told = {"observedGeneration": pipeline.metadata.generation, **status_fields(observed.sight, pipeline.status)}
    return Status.model_validate(told).model_copy(
        update={
            "conditions": (ready,),
            "selector": ",".join(f"{name}={value}" for name, value in selector(pipeline, "consumer").items()),
        }
    )
