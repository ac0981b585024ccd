"""A DeadLetterReplay becomes a Job and tells what came of it; no pods run here, so the test says what they did."""

import json
from typing import Any

import pytest

from .scene import Operator, Place, demo, until

pytestmark = pytest.mark.long

GROUP = "caves-albert.io/v1alpha1"
PLURAL = "deadletterreplays"


def test_a_replay_counts_then_sends(place: Place, operator: Operator) -> None:
    """A dry run tells what would be sent, setting dryRun to false sends, and the status has the counts of both."""
    place.create(demo())
    _create(place, {"pipelineRef": {"name": "albert"}, "repairs": ["unwrap"]})
    counting = until(lambda: _jobs(place, "-count"))[0]
    assert counting["spec"]["template"]["spec"]["containers"][0]["command"] == ["winepipeline"]
    assert "--yes" not in counting["spec"]["template"]["spec"]["containers"][0]["args"]
    _end(place, counting, {"matched": 7, "sendable": 5, "invalid": 2})
    until(lambda: _status(place).get("phase") == "DryRunDone")
    assert _status(place)["counts"]["sendable"] == 5
    assert "set spec.dryRun to false" in _status(place)["message"]
    place.patch(PLURAL, "mend", {"spec": {"dryRun": False}}, GROUP)
    sending = until(lambda: _jobs(place, "-send"))[0]
    assert "--yes" in sending["spec"]["template"]["spec"]["containers"][0]["args"]
    _end(place, sending, {"matched": 7, "sent": 5, "invalid": 2})
    until(lambda: _status(place).get("phase") == "Succeeded")
    assert _status(place)["counts"]["sent"] == 5
    assert {each["type"]: each["status"] for each in _status(place)["conditions"]} == {
        "Complete": "True",
        "Failed": "False",
    }
    told = [reason for reason, _ in until(lambda: _events(place, 4))]
    assert sorted(told) == ["ReplayFinished", "ReplayFinished", "ReplayStarted", "ReplayStarted"]


def test_a_replay_waits_for_its_pipeline(place: Place, operator: Operator) -> None:
    """A misspelt pipeline is told of, and the Job comes as soon as there is one by that name."""
    _create(place, {"pipelineRef": {"name": "albert"}})
    until(lambda: "there is no WinePipeline albert" in _status(place).get("message", ""))
    assert until(lambda: _events(place, 1)) == [("ReplayRefused", "Warning")]
    place.create(demo())
    until(lambda: _jobs(place, "-count"))


def test_what_a_replay_sends_cannot_be_changed_under_way(place: Place) -> None:
    """The API server refuses to change a replay's letters, and to take a real run back."""
    _create(place, {"pipelineRef": {"name": "albert"}, "dryRun": False})
    path = place.path(PLURAL, "mend", GROUP)
    for change, words in (
        ({"repairs": ["unwrap"]}, "a replay does not change under way"),
        ({"filter": {"partition": 1}}, "a replay does not change under way"),
        ({"dryRun": True}, "what has been sent cannot be taken back"),
    ):
        status, answer = place.plane.call("PATCH", path, {"spec": change}, "application/merge-patch+json")
        assert status == 422, answer
        assert words in answer["message"]


def _create(place: Place, spec: dict[str, Any]) -> None:
    body = {"apiVersion": GROUP, "kind": "DeadLetterReplay", "metadata": {"name": "mend"}, "spec": spec}
    status, answer = place.plane.call("POST", place.path(PLURAL, group=GROUP), body)
    assert status == 201, answer


def _status(place: Place) -> dict[str, Any]:
    found = place.get(PLURAL, "mend", GROUP)
    return dict((found or {}).get("status") or {})


def _events(place: Place, count: int) -> list[tuple[str, str]]:
    """What `kubectl describe dlr mend` shows, once there is so much of it."""
    _, body = place.plane.call("GET", place.path("events"))
    about = [each for each in body["items"] if each["involvedObject"]["kind"] == "DeadLetterReplay"]
    return [(each["reason"], each["type"]) for each in about] if len(about) >= count else []


def _jobs(place: Place, ending: str) -> list[dict[str, Any]]:
    _, body = place.plane.call("GET", place.path("jobs", group="batch/v1"))
    return [each for each in body["items"] if each["metadata"]["name"].endswith(ending)]


def _end(place: Place, job: dict[str, Any], report: dict[str, int]) -> None:
    """What the Job controller and the kubelet would say of a Job whose pod has ended well."""
    name = job["metadata"]["name"]
    template = job["spec"]["template"]
    pod = {
        "metadata": {"name": name, "labels": {**template["metadata"]["labels"], "job-name": name}},
        "spec": {"containers": [{"name": "replay", "image": "none"}], "automountServiceAccountToken": False},
    }
    status, answer = place.plane.call("POST", place.path("pods"), pod)
    assert status == 201, answer
    terminated = {"exitCode": 0, "finishedAt": "2026-11-24T09:00:00Z", "message": json.dumps(report)}
    state = {"name": "replay", "image": "none", "imageID": "", "ready": False, "restartCount": 0}
    told = {"phase": "Succeeded", "containerStatuses": [{**state, "state": {"terminated": terminated}}]}
    _patch_status(place, place.path("pods", name), told)
    now = "2026-11-24T09:00:00Z"
    conditions = [
        {"type": each, "status": "True", "lastTransitionTime": now} for each in ("SuccessCriteriaMet", "Complete")
    ]
    done = {"startTime": now, "completionTime": now, "succeeded": 1, "conditions": conditions}
    _patch_status(place, place.path("jobs", name, "batch/v1"), done)


def _patch_status(place: Place, path: str, status: dict[str, Any]) -> None:
    code, answer = place.plane.call("PATCH", f"{path}/status", {"status": status}, "application/merge-patch+json")
    assert code == 200, answer
