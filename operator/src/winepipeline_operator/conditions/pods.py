"""What is wrong with the pods of a component, the gravest first."""

from collections.abc import Iterable, Mapping
from typing import Any

from winepipeline_operator.conditions.last_words import LONGEST, last_words
from winepipeline_operator.conditions.reason import Reason, reason_of
from winepipeline_operator.conditions.verdict import Trouble
from winepipeline_operator.identity import Component, Manifest

_COMPONENT = "app.kubernetes.io/component"
_PULLING = frozenset(
    {"ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "RegistryUnavailable"}
)
_CONFIGURATION = frozenset({"CreateContainerConfigError"})
_NOT_CREATED = frozenset({"CreateContainerError", "RunContainerError", "StartError", "ContainerCannotRun"})

EXIT_BROKER, EXIT_WAREHOUSE, EXIT_SETTINGS = 3, 4, 2
"""Exit statuses of our services that say whose fault it is (docs/reference)."""


def of_component(pods: Iterable[Manifest], component: Component) -> list[Manifest]:
    """The pods of a component that are not on their way out."""
    return [
        pod
        for pod in pods
        if (pod["metadata"].get("labels") or {}).get(_COMPONENT) == component
        and not pod["metadata"].get("deletionTimestamp")
    ]


def ready(pod: Manifest) -> bool:
    """Whether the kubelet says so."""
    conditions = (pod.get("status") or {}).get("conditions") or ()
    return any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)


def trouble_with(pods: Iterable[Manifest]) -> Trouble | None:
    """What is wrong, as the pods' own status tells; None where nothing but time is missing."""
    found = [trouble for pod in pods for trouble in _of_pod(pod)]
    return min(found, key=lambda each: _GRAVITY.get(each.reason, 0), default=None)


_GRAVITY = {Reason.POD_UNSCHEDULABLE: 1, Reason.NOT_READY: 2}


def exit_of(pods: Iterable[Manifest], code: int) -> Trouble | None:
    """What a container that ended with this exit status said, as long as it has not come up again."""
    for pod in pods:
        for status in (pod.get("status") or {}).get("containerStatuses") or ():
            ended = _ended(status)
            if ended is not None and ended.get("exitCode") == code and not status.get("ready"):
                return _fallen(pod, status, ended)
    return None


def _of_pod(pod: Manifest) -> Iterable[Trouble]:
    status = pod.get("status") or {}
    for condition in status.get("conditions") or ():
        if condition["type"] == "PodScheduled" and condition["status"] == "False":
            text = f"{_name(pod)} finds no node: {condition.get('message', '')}"
            yield Trouble(Reason.POD_UNSCHEDULABLE, f"{text}. Give the cluster room, or a volume that can be bound")
    for each in (*(status.get("initContainerStatuses") or ()), *(status.get("containerStatuses") or ())):
        trouble = _of_container(pod, each)
        if trouble is not None:
            yield trouble


def _of_container(pod: Manifest, status: Mapping[str, Any]) -> Trouble | None:
    waiting = (status.get("state") or {}).get("waiting") or {}
    why, words = waiting.get("reason", ""), str(waiting.get("message", ""))[:LONGEST]
    if why in _PULLING:
        return Trouble(
            Reason.IMAGE_CANNOT_BE_PULLED,
            f"{_name(pod)} cannot pull {status.get('image')}: {words or why}. Compare the image's name and tag in the "
            "chart's values (images), and whether the registry wants a pull Secret",
        )
    if why in _CONFIGURATION:
        return Trouble(
            Reason.CONFIGURATION_MISSING, f"{_name(pod)} cannot start: {words}. Create what is missing; it starts then"
        )
    if why in _NOT_CREATED:
        return Trouble(Reason.CONTAINER_FAILS, f"{_name(pod)}: the container cannot be started: {words}")
    ended = _ended(status)
    if ended is not None and not status.get("ready") and ended.get("exitCode") != 0:
        return _fallen(pod, status, ended)
    return None


def _ended(status: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """How the container ended last, unless it runs and is ready again."""
    for state in (status.get("state") or {}, status.get("lastState") or {}):
        if "terminated" in state:
            ended: Mapping[str, Any] = state["terminated"]
            return ended
    return None


def _fallen(pod: Manifest, status: Mapping[str, Any], ended: Mapping[str, Any]) -> Trouble:
    code, restarts = ended.get("exitCode"), status.get("restartCount", 0)
    times = f" ({restarts} restarts so far)" if restarts else ""
    if ended.get("reason") == "OOMKilled":
        return Trouble(
            Reason.OUT_OF_MEMORY,
            f"{_name(pod)} used more memory than its limit and was killed{times}. Lower maxBatchSize",
        )
    said = last_words(str(ended.get("message") or ""))
    reason = reason_of(said.reason, _BY_EXIT.get(code or 0, Reason.CONTAINER_FAILS))
    words = said.text or f"it said nothing; `kubectl logs {pod['metadata']['name']} --previous` may"
    return Trouble(reason, f"{_name(pod)} ended with exit status {code}{times}: {words}")


_BY_EXIT = {EXIT_BROKER: Reason.BROKER_REFUSES, EXIT_WAREHOUSE: Reason.WAREHOUSE_MISCONFIGURED}


def _name(pod: Manifest) -> str:
    return f"pod {pod['metadata']['name']}"
