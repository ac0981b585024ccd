"""How many consumers the operator itself asks for, and when it leaves the number to somebody else.

Whoever scales owns `spec.replicas` of the Deployment, and Server-Side Apply gives a field that its last owner no longer
mentions back to its default, which is 1. So after a change from a fixed number to a scaled one, or after a pause, the
operator goes on mentioning the number that stands until the scaler has taken the field over.
"""

from winepipeline_operator.identity import FIELD_MANAGER, Manifest, child_name
from winepipeline_operator.observed import ChildId, Observed
from winepipeline_operator.ownership import owners_of_replicas
from winepipeline_operator.spec import WinePipeline


def consumer_replicas(pipeline: WinePipeline, observed: Observed) -> int | None:
    """The number to apply; None leaves it to who scales (or, at first, to Kubernetes' default of one)."""
    consumer = pipeline.spec.consumer
    if pipeline.spec.paused:
        return 0
    if consumer.scaling.mode in ("Off", "Recommend"):
        return consumer.replicas
    child = observed.children.get(ChildId("apps/v1", "Deployment", child_name(pipeline, "consumer")))
    if child is None or not _only_ours(child):
        return None
    # Out of a pause nobody may wake the consumers by themselves, so they come back with the fewest that are wanted.
    return max(int(child["spec"].get("replicas", 1)), consumer.scaling.min_replicas)


def _only_ours(child: Manifest) -> bool:
    """Whether the operator alone has asked for the number that stands."""
    return {entry["manager"] for entry in owners_of_replicas(child["metadata"])} == {FIELD_MANAGER}
