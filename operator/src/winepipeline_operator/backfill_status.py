"""What the status says of the backfill: a pure function from its Job, its pods and their metrics.

The result is what the pod left as its termination message (services/backfill, `__main__`): one JSON object.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from winepipeline_operator.conditions.pods import of_component, trouble_with
from winepipeline_operator.identity import Manifest
from winepipeline_operator.observed import Observed
from winepipeline_operator.spec import WinePipeline
from winepipeline_operator.spec.status import BackfillStatus

_COMPONENT = "app.kubernetes.io/component"
_STOPPED = "Stopped"
"""A pod that was drained; the next one goes on."""

_LONGEST_MESSAGE = 2000
_LONGEST_WORDS = 1700
"""Of a pod; how to begin again has to fit behind them."""

TRIED_TOO_OFTEN = "TriedTooOften"

Word = Mapping[str, Any]
"""What a pod left."""


def backfill_status(pipeline: WinePipeline, observed: Observed) -> BackfillStatus | None:
    """How far the history is; None where none is asked for."""
    if pipeline.spec.backfill is None:
        return None
    job = _job(observed)
    if job is None:
        return BackfillStatus(phase="Waiting", message="the Job is being created")
    name = str(job["metadata"]["name"])
    before = pipeline.status.get("backfill") or {}
    if before.get("job") == name and before.get("phase") == "Complete":  # its pod may be gone
        return BackfillStatus.model_validate(before, strict=False)
    pods = _pods(name, observed)
    if (job.get("status") or {}).get("succeeded"):
        return _complete(name, next((each for each in _words(pods) if each.get("reason") == "Completed"), {}))
    if _has_failed(job):
        if before.get("job") == name and before.get("phase") == "Failed":  # its pod may be gone
            return BackfillStatus.model_validate(before, strict=False)
        return _failed(pipeline, name, pods)
    if (job.get("spec") or {}).get("suspend"):
        return BackfillStatus(phase="Paused", job=name, message="spec.paused stops it; it goes on where it was")
    return _failing(name, pods[:1]) or _running(name, observed)


def _pods(job: str, observed: Observed) -> list[Manifest]:
    """The Job's pods, the newest first: each try has one of its own."""
    found = [pod for pod in of_component(observed.pods, "backfill") if pod["metadata"]["name"].startswith(f"{job}-")]
    return sorted(found, key=lambda pod: str(pod["metadata"].get("creationTimestamp") or ""), reverse=True)


def _has_failed(job: Manifest) -> bool:
    """Whether Kubernetes starts no more pods."""
    told = (job.get("status") or {}).get("conditions") or ()
    return any(each["type"] == "Failed" and each["status"] == "True" for each in told)


def _failed(pipeline: WinePipeline, name: str, pods: Iterable[Manifest]) -> BackfillStatus:
    """It was refused for good, or tried too often: why, and how it is begun again."""
    last = _failing(name, pods)
    reason = TRIED_TOO_OFTEN if last is None else last.reason
    why = "its pods have ended too often, and the last one's words are gone" if last is None else last.message
    delete = f"kubectl -n {pipeline.metadata.namespace} delete job {name}"
    again = f"The Job tries no more: a changed spec.backfill makes another, and `{delete}` has this one made anew"
    return BackfillStatus(phase="Failed", job=name, reason=reason, message=f"{why.rstrip('.')}. {again}")


def _job(observed: Observed) -> Manifest | None:
    """The Job that is wanted: one that is on its way out is another history's."""
    for child in observed.children:
        if child.kind != "Job":  # a look at a child's body costs its unpacking
            continue
        metadata = observed.children[child]["metadata"]
        if (metadata.get("labels") or {}).get(_COMPONENT) == "backfill" and not metadata.get("deletionTimestamp"):
            return observed.children[child]
    return None


def _complete(name: str, word: Word) -> BackfillStatus:
    message = str(word.get("message") or "the history is loaded; its pod's word of it is gone")
    figures = {
        "orders": _number(word, "orders"),
        "events": _number(word, "loaded"),
        "rejected": _number(word, "rejected"),
        "totalCents": _number(word, "total_cents"),
    }
    told = {"phase": "Complete", "job": name, "message": message[:_LONGEST_MESSAGE], **figures}
    return BackfillStatus.model_validate(told)


def _failing(name: str, pods: Iterable[Manifest]) -> BackfillStatus | None:
    """What keeps it from going on: the newest pod's own word goes before what the kubelet sees of it."""
    newest = list(pods)[:1]
    trouble = trouble_with(newest)
    if trouble is None:
        return None
    word = next((each for each in _words(newest) if each.get("reason") not in (None, _STOPPED)), None)
    if word is None:
        return BackfillStatus(phase="Failing", job=name, reason=str(trouble.reason), message=trouble.message)
    hint = f". What to do: {word['hint']}" if word.get("hint") else ""
    message = f"{word.get('message', '')}{hint}"[:_LONGEST_WORDS]
    return BackfillStatus(phase="Failing", job=name, reason=str(word["reason"]), message=message)


def _running(name: str, observed: Observed) -> BackfillStatus:
    history = observed.sight.data_plane.history if observed.sight else None
    if history is None:
        return BackfillStatus(phase="Running", job=name, message="the history is being made")
    message = f"{history.rows_done:,} of {history.rows:,} rows are loaded"
    rows = {"rows": history.rows, "rowsDone": history.rows_done}
    return BackfillStatus.model_validate({"phase": "Running", "job": name, "message": message, **rows})


def _words(pods: Iterable[Manifest]) -> Iterable[Word]:
    """What the containers left when they ended, the newest life first."""
    for pod in pods:
        for status in (pod.get("status") or {}).get("containerStatuses") or ():
            for state in (status.get("state") or {}, status.get("lastState") or {}):
                word = _read(str((state.get("terminated") or {}).get("message") or ""))
                if word is not None:
                    yield word


def _read(message: str) -> Word | None:
    try:
        found = json.loads(message)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _number(word: Word, key: str) -> int | None:
    value = word.get(key)
    return value if isinstance(value, int) and value >= 0 else None
