"""What is told of a replay: its phase, its counts, and in a sentence what to do next. Pure."""

import datetime as dt
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from winepipeline_operator.dead_letter_replay.resource import DeadLetterReplay
from winepipeline_operator.identity import Manifest

_SAMPLE = re.compile(r'^winepipeline_replay_letters\{outcome="([a-z_]+)"\} (\S+)$', re.MULTILINE)
_MATCHED = re.compile(r"^winepipeline_replay_matched_letters (\S+)$", re.MULTILINE)

DONE: Final = ("DryRunDone", "Succeeded", "Failed")
"""Phases after which nothing happens any more, until `dryRun` is set to false."""

_NOT_SENT = ("invalid", "cut", "too_often")


@dataclass(frozen=True, slots=True)
class ReplayView:
    """What is seen of a replay.

    Attributes:
        pipeline_found: whether the pipeline is there.
        job: the Job of the replay's present mode; None before it is made.
        pods: its pods.
        progress: what the pod that runs shows to Prometheus; None when it does not answer.
        trouble: why the Job could not be made; empty when it could.
    """

    pipeline_found: bool = True
    job: Manifest | None = None
    pods: Sequence[Manifest] = ()
    progress: str | None = None
    trouble: str = ""


def is_done(replay: DeadLetterReplay) -> bool:
    """Whether the last word on this generation has been said."""
    status = replay.status
    phase = status.get("phase")
    return phase in DONE and status.get("observedGeneration") == replay.metadata.generation


def replay_status(replay: DeadLetterReplay, view: ReplayView, now_seconds: float) -> dict[str, Any]:
    """The status as the API server takes it."""
    phase = _phase(replay, view)
    counts = _counts(view) or _standing(replay)
    job_status: Mapping[str, Any] = (view.job or {}).get("status") or {}
    found: dict[str, Any] = {
        "observedGeneration": replay.metadata.generation,
        "phase": phase,
        "counts": counts,
        "message": _message(replay, view, phase, counts)[:4096],
        "conditions": _conditions(replay, phase, now_seconds),
    }
    if job_status.get("startTime"):
        found["startedAt"] = job_status["startTime"]
    finished = _finished_at(job_status)
    if phase in DONE and finished:
        found["finishedAt"] = finished
    return found


def _phase(replay: DeadLetterReplay, view: ReplayView) -> str:
    if view.job is None:
        return "Pending"
    status = view.job.get("status") or {}
    kinds = {each["type"] for each in status.get("conditions") or () if each.get("status") == "True"}
    if "Failed" in kinds:
        return "Failed"
    if "Complete" in kinds:
        return "DryRunDone" if replay.spec.dry_run else "Succeeded"
    if not status.get("active"):
        return "Pending"
    return "DryRun" if replay.spec.dry_run else "Replaying"


def _counts(view: ReplayView) -> dict[str, int] | None:
    """From the report of the pod that ended last, and else from what the one that runs shows."""
    report = _last_report(view.pods)
    if report is None and view.progress is not None:
        found = {name: int(float(value)) for name, value in _SAMPLE.findall(view.progress)}
        matched = _MATCHED.search(view.progress)
        report = {**found, "matched": int(float(matched[1])) if matched else sum(found.values())}
    if report is None:
        return None
    counted = {name: int(report.get(name) or 0) for name in ("matched", "sent", "sendable", "repaired", "unsettled")}
    return {
        **counted,
        "invalid": sum(int(report.get(name) or 0) for name in _NOT_SENT),
        "replayedBefore": int(report.get("replayed_before") or 0),
    }


def _standing(replay: DeadLetterReplay) -> dict[str, Any]:
    counts = replay.status.get("counts")
    names = ("matched", "sent", "sendable", "repaired", "invalid", "replayedBefore", "unsettled")
    return {name: counts[name] for name in names if name in counts} if isinstance(counts, Mapping) else {}


def _last_report(pods: Sequence[Manifest]) -> Mapping[str, Any] | None:
    ended = [each for each in map(_termination, pods) if each is not None]
    for termination in sorted(ended, key=lambda each: str(each.get("finishedAt") or ""), reverse=True):
        try:
            report = json.loads(termination.get("message") or "")
        except ValueError:
            continue
        if isinstance(report, Mapping):
            return report
    return None


def _termination(pod: Manifest) -> Mapping[str, Any] | None:
    statuses = (pod.get("status") or {}).get("containerStatuses") or ()
    found = [each["state"]["terminated"] for each in statuses if (each.get("state") or {}).get("terminated")]
    return found[0] if found else None


def _message(replay: DeadLetterReplay, view: ReplayView, phase: str, counts: Mapping[str, int]) -> str:
    if not view.pipeline_found:
        return f"there is no WinePipeline {replay.spec.pipeline_ref.name} in this namespace"
    if view.trouble:
        return view.trouble
    if phase == "Pending":
        return "waits for its pod to start"
    matched, sent, sendable = (counts.get(name, 0) for name in ("matched", "sent", "sendable"))
    left = f"{counts.get('invalid', 0)} are still no events"
    if phase == "DryRunDone":
        return f"{matched} letters fit, {sendable} would be sent, {left}; set spec.dryRun to false to send"
    if phase == "Succeeded":
        return f"{matched} letters fit, {sent} were sent, {left}"
    if phase == "Failed":
        job = (view.job or {}).get("metadata", {}).get("name", "")
        why = _last_words(view.pods) or "its pods ended with an error"
        rest = f"{sent} were sent before, and a new DeadLetterReplay sends the rest, none twice"
        return f"{why}; `kubectl logs job/{job}` says more; {rest}"
    return f"{matched} letters looked at, {sent} sent"


def _last_words(pods: Sequence[Manifest]) -> str:
    codes = [each.get("exitCode") for each in map(_termination, pods) if each is not None]
    words = {2: "the settings will not do", 3: "the broker does not answer", 4: "the warehouse does not answer"}
    return next((words[code] for code in reversed(codes) if code in words), "")


def _finished_at(job_status: Mapping[str, Any]) -> str:
    if job_status.get("completionTime"):
        return str(job_status["completionTime"])
    failed = [each for each in job_status.get("conditions") or () if each.get("type") == "Failed"]
    return str(failed[0].get("lastTransitionTime") or "") if failed else ""


def _conditions(replay: DeadLetterReplay, phase: str, now_seconds: float) -> list[dict[str, Any]]:
    """Complete and Failed, as `kubectl wait` knows them of a Job."""
    wanted = {"Complete": phase in ("DryRunDone", "Succeeded"), "Failed": phase == "Failed"}
    standing = replay.status.get("conditions")
    before = {each["type"]: each for each in standing} if isinstance(standing, Sequence) else {}
    now = dt.datetime.fromtimestamp(now_seconds, dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    found = []
    for kind, holds in wanted.items():
        status = "True" if holds else "False"
        same = before.get(kind, {}).get("status") == status
        found.append(
            {
                "type": kind,
                "status": status,
                "reason": phase,
                "message": f"the replay's phase is {phase}",
                "lastTransitionTime": before[kind]["lastTransitionTime"] if same else now,
                "observedGeneration": replay.metadata.generation,
            }
        )
    return found
