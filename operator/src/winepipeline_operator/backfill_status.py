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
    pods = [pod for pod in of_component(observed.pods, "backfill") if pod["metadata"]["name"].startswith(f"{name}-")]
    words = list(_words(pods))
    if (job.get("status") or {}).get("succeeded"):
        return _complete(name, next((each for each in words if each.get("reason") == "Completed"), {}))
    if (job.get("spec") or {}).get("suspend"):
        return BackfillStatus(phase="Paused", job=name, message="spec.paused stops it; it goes on where it was")
    return _failing(name, pods, words) or _running(name, observed)


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


def _failing(name: str, pods: Iterable[Manifest], words: Iterable[Word]) -> BackfillStatus | None:
    """What keeps it from going on: the pod's own word goes before what the kubelet sees of it."""
    trouble = trouble_with(pods)
    if trouble is None:
        return None
    word = next((each for each in words if each.get("reason") not in (None, _STOPPED)), None)
    if word is None:
        return BackfillStatus(phase="Failing", job=name, reason=str(trouble.reason), message=trouble.message)
    hint = f". What to do: {word['hint']}" if word.get("hint") else ""
    message = f"{word.get('message', '')}{hint}"[:_LONGEST_MESSAGE]
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
