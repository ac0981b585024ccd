"""Whether a Deployment or StatefulSet has the pods that it should, and else what keeps them."""

from winepipeline_operator.conditions.pods import of_component, trouble_with
from winepipeline_operator.conditions.reason import Reason, reason_of
from winepipeline_operator.conditions.verdict import Trouble
from winepipeline_operator.identity import Component, Manifest, child_name
from winepipeline_operator.observed import ChildId, Observed
from winepipeline_operator.spec import WinePipeline


def workload(pipeline: WinePipeline, component: Component, observed: Observed) -> Manifest | None:
    """The component's Deployment or StatefulSet as it is."""
    name = child_name(pipeline, component)
    for kind in ("Deployment", "StatefulSet"):
        found = observed.children.get(ChildId("apps/v1", kind, name))
        if found is not None:
            return found
    return None


def replicas(child: Manifest | None) -> tuple[int, int]:
    """How many pods are wanted and how many are ready."""
    if child is None:
        return 0, 0
    wanted = (child.get("spec") or {}).get("replicas", 1)
    return int(wanted), int((child.get("status") or {}).get("readyReplicas") or 0)


def trouble(pipeline: WinePipeline, component: Component, observed: Observed) -> Trouble | None:
    """What keeps a component from being ready; None when all its pods are ready and up to date."""
    name = child_name(pipeline, component)
    failed = [each for each in observed.failures if each.hinders and each.child.name.startswith(name)]
    if failed:
        first = failed[0]
        hint = f". {first.hint[:1].upper()}{first.hint[1:]}" if first.hint else ""
        return Trouble(reason_of(first.reason, Reason.CHILD_REFUSED), f"{first.message}{hint}")
    child = workload(pipeline, component, observed)
    if child is None:
        return Trouble(Reason.STARTING, f"{child_name(pipeline, component)} is being created", passing=True)
    with_pods = trouble_with(of_component(observed.pods, component))
    if with_pods is not None:
        return with_pods
    return _of_controller(child)


def _of_controller(child: Manifest) -> Trouble | None:
    wanted, ready = replicas(child)
    status, name = child.get("status") or {}, child["metadata"]["name"]
    for condition in status.get("conditions") or ():
        if condition["type"] == "ReplicaFailure" and condition["status"] == "True":
            words = f"{name}: the cluster refuses the pods: {condition.get('message', '')}"
            return Trouble(Reason.PODS_REFUSED, f"{words}. Look at the namespace's quotas, policies and webhooks")
    if status.get("observedGeneration", 0) < child["metadata"].get("generation", 0):
        return Trouble(Reason.STARTING, f"{name} is about to be rolled out", passing=True)
    if ready < wanted:
        return Trouble(Reason.STARTING, f"{ready} of {wanted} pods of {name} are ready", passing=True)
    if int(status.get("updatedReplicas") or 0) < wanted:
        return Trouble(Reason.ROLLING, f"new pods of {name} take the place of old ones", passing=True)
    return None
