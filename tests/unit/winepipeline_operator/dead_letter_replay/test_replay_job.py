"""The Job of a replay does what the resource says, and its status says what became of it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft4Validator

from tests.unit.winepipeline_operator.dead_letter_replay.golden import FILE, PIPELINE, text
from winepipeline_local.arguments import parser
from winepipeline_operator.dead_letter_replay import crd
from winepipeline_operator.dead_letter_replay.job import REPORT, arguments, job_name, replay_manifests
from winepipeline_operator.dead_letter_replay.replay_status import ReplayView, is_done, replay_status
from winepipeline_operator.dead_letter_replay.resource import DeadLetterReplay, ReplayStatus
from winepipeline_operator.identity import PIPELINE_LABEL
from winepipeline_operator.lint import load
from winepipeline_operator.platform import Platform

STATUS = crd.custom_resource_definition()["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["status"]
NOW = 1_795_000_000.0


def replay(status: dict[str, Any] | None = None, name: str = "mend", **spec: Any) -> DeadLetterReplay:
    """A resource as the API server returns it."""
    return DeadLetterReplay.model_validate(
        {
            "apiVersion": "caves-albert.io/v1alpha1",
            "kind": "DeadLetterReplay",
            "metadata": {"name": name, "namespace": "wine", "uid": "u-1", "generation": 2},
            "spec": {"pipelineRef": {"name": "albert"}, **spec},
            "status": status or {},
        }
    )


def job(*conditions: str, active: int = 0) -> dict[str, Any]:
    """A Job as Kubernetes tells of it."""
    told = [{"type": each, "status": "True", "lastTransitionTime": "2026-11-24T09:00:00Z"} for each in conditions]
    done = {"completionTime": "2026-11-24T09:00:00Z"} if "Complete" in conditions else {}
    return {
        "metadata": {"name": "mend-job"},
        "status": {"active": active, "conditions": told, "startTime": "2026-11-24T08:59:00Z", **done},
    }


def pod(report: dict[str, int] | str, *, code: int = 0, at: str = "2026-11-24T09:00:00Z") -> dict[str, Any]:
    """A pod that has ended."""
    message = report if isinstance(report, str) else json.dumps(report)
    terminated = {"exitCode": code, "finishedAt": at, "message": message}
    return {"status": {"phase": "Succeeded", "containerStatuses": [{"state": {"terminated": terminated}}]}}


def test_the_job_is_as_the_golden_file_says() -> None:
    """A change of what runs in somebody's cluster is seen in a diff before it is released (`make golden`)."""
    assert FILE.read_text(encoding="utf-8") == text()


def test_the_command_understands_what_the_job_says() -> None:
    """Every field of the resource arrives at `winepipeline dlq replay` as it was meant."""
    chosen = {"reasons": ["NotJson", "TooDeep"], "eventType": "ORDER_CREATED", "partition": 3, "toOffset": 9}
    times = {"since": "2026-11-24T08:00:00Z", "until": "2026-11-24T10:00:00+01:00"}
    found = replay(filter={**chosen, **times}, repairs=["unwrap"], eventsPerSecond=7, dryRun=False)
    flags = parser().parse_args(arguments(found))
    assert (flags.reasons, flags.type, flags.partition, flags.offsets) == (
        ["NotJson", "TooDeep"],
        "ORDER_CREATED",
        3,
        (None, 9),
    )
    assert (flags.since.isoformat(), flags.until.isoformat()) == ("2026-11-24T08:00:00+00:00", times["until"])
    assert (flags.repairs, flags.events_per_second, flags.yes, str(flags.report)) == (["unwrap"], 7, True, REPORT)
    assert not parser().parse_args(arguments(replay())).yes
    assert parser().parse_args(arguments(replay(filter={"partition": 0, "fromOffset": 4}))).offsets == (4, None)


def test_nothing_of_a_replay_is_taken_for_a_part_of_the_pipeline() -> None:
    """The pipeline's own rounds neither prune a replay's Job nor count its pods as consumers."""
    for manifest in replay_manifests(replay(), load(PIPELINE.read_text(encoding="utf-8")), Platform()):
        assert PIPELINE_LABEL not in json.dumps(manifest)
        assert manifest["metadata"]["ownerReferences"][0]["kind"] == "DeadLetterReplay"


@given(st.from_regex(r"[a-z]([-a-z0-9.]{0,250}[a-z0-9])?", fullmatch=True), st.booleans())
def test_a_job_has_a_name_that_kubernetes_takes(name: str, dry: bool) -> None:
    """A replay with a long name gets its Job too, and a dry run another one than the real run."""
    found = job_name(replay(name=name, dryRun=dry))
    assert len(found) <= 63
    assert found != job_name(replay(name=name, dryRun=not dry))


REPORT_OF_POD = {
    "matched": 120,
    "sent": 100,
    "invalid": 12,
    "cut": 3,
    "replayed_before": 5,
    "unsettled": 0,
    "repaired": 9,
}
COUNTS = {"matched": 120, "sent": 100, "sendable": 0, "repaired": 9, "unsettled": 0, "invalid": 15, "replayedBefore": 5}
VIEWS = [
    (replay(), ReplayView(pipeline_found=False), "Pending", "there is no WinePipeline albert"),
    (replay(), ReplayView(trouble="the Job could not be made: quota"), "Pending", "quota"),
    (replay(), ReplayView(job=job()), "Pending", "waits for its pod"),
    (replay(), ReplayView(job=job(active=1)), "DryRun", "0 letters looked at"),
    (replay(), ReplayView(job=job("Complete"), pods=[pod(REPORT_OF_POD)]), "DryRunDone", "set spec.dryRun to false"),
    (replay(dryRun=False), ReplayView(job=job(active=1)), "Replaying", "0 sent"),
    (replay(dryRun=False), ReplayView(job=job("Complete"), pods=[pod(REPORT_OF_POD)]), "Succeeded", "100 were sent"),
    (replay(dryRun=False), ReplayView(job=job("Failed"), pods=[pod("oh", code=3)]), "Failed", "broker does not answer"),
]


@pytest.mark.parametrize(("found", "view", "phase", "words"), VIEWS, ids=[each[2] for each in VIEWS])
def test_the_status_tells_how_far_a_replay_is(
    found: DeadLetterReplay, view: ReplayView, phase: str, words: str
) -> None:
    """Each phase has its name and a sentence with what to do next, in a form that the API server takes."""
    status = replay_status(found, view, NOW)
    Draft4Validator(STATUS).validate(status)
    ReplayStatus.model_validate_json(json.dumps(status))
    assert status["phase"] == phase
    assert words in status["message"]
    if view.pods and phase != "Failed":
        assert status["counts"] == COUNTS


def test_a_replay_under_way_tells_what_its_pod_shows() -> None:
    """Progress comes from the metrics of the pod that runs; counts that were told stay when it does not answer."""
    shown = 'winepipeline_replay_letters{outcome="sent"} 40.0\nwinepipeline_replay_matched_letters 50.0\n'
    found = replay(dryRun=False)
    status = replay_status(found, ReplayView(job=job(active=1), progress=shown), NOW)
    assert (status["counts"]["matched"], status["counts"]["sent"]) == (50, 40)
    later = replay_status(replay(status, dryRun=False), ReplayView(job=job(active=1)), NOW + 5)
    assert later["counts"] == status["counts"]
    assert later["conditions"] == status["conditions"]


def test_the_pod_that_ended_last_has_the_last_word() -> None:
    """After a restart of the Job's pod, the newer report counts, and one that is no report is passed over."""
    pods = [
        pod({"matched": 9, "sent": 9}, at="2026-11-24T09:00:02Z"),
        pod({"matched": 9, "sent": 4}, at="2026-11-24T09:00:01Z"),
        pod("killed", at="2026-11-24T09:00:03Z"),
    ]
    status = replay_status(replay(dryRun=False), ReplayView(job=job("Complete"), pods=pods), NOW)
    assert status["counts"]["sent"] == 9


def test_what_is_done_stays_done_until_it_is_to_send() -> None:
    """A finished replay is left alone even when its Job is gone, and a dry run goes on once it is no longer one."""
    done = {"phase": "DryRunDone", "observedGeneration": 2}
    assert is_done(replay(done))
    assert not is_done(replay({**done, "observedGeneration": 1}, dryRun=False))
    assert not is_done(replay({"phase": "Replaying", "observedGeneration": 2}))
