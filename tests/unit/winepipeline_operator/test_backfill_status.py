"""What the status says of the backfill."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from tests.unit.winepipeline_operator.children.scene import the, wanted
from tests.unit.winepipeline_operator.conditions.patient import NOW, pod
from winepipeline_operator.backfill_status import backfill_status
from winepipeline_operator.conditions.history import history_loaded
from winepipeline_operator.conditions.reason import Reason
from winepipeline_operator.dataplane import DataPlane, Watch, targets
from winepipeline_operator.exposition import read
from winepipeline_operator.identity import Manifest
from winepipeline_operator.observed import ChildId, Observed
from winepipeline_operator.pipeline_status import status
from winepipeline_operator.probe import Probe, Readiness, Target
from winepipeline_operator.sight import Sight
from winepipeline_operator.spec import WinePipeline
from winepipeline_operator.spec.status import BackfillStatus

Make = Callable[[Mapping[str, Any]], WinePipeline]

DONE = {
    "reason": "Completed", "message": "73,000 orders are in the table", "orders": 73_000, "loaded": 138_129,
    "rejected": 0, "total_cents": 2_278_837_541,
}  # fmt: skip
REFUSED = {"reason": "HistoryDiffers", "message": "another history is loaded", "hint": "name it otherwise"}


@pytest.fixture
def asked(pipeline: Make) -> WinePipeline:
    """A pipeline with a backfill."""
    return pipeline({"backfill": {"days": 365, "ordersPerDay": 200}})


def job_of(pipeline: WinePipeline, **told: Any) -> Manifest:
    """Its Job, as the API server has it."""
    (name,) = (each["metadata"]["name"] for each in wanted(pipeline) if each["kind"] == "Job")
    return {**the(wanted(pipeline), "Job", name), "status": told}


def seen(pipeline: WinePipeline, job: Manifest, *pods: Manifest, sight: Sight | None = None) -> BackfillStatus:
    """What the status says of a Job and its pods."""
    named = tuple({**each, "metadata": {**each["metadata"], "name": f"{job['metadata']['name']}-x"}} for each in pods)
    found = backfill_status(pipeline, Observed(NOW, {ChildId.of(job): job}, named, sight=sight))
    assert found is not None
    return found


def ended(word: Mapping[str, Any] | str, code: int) -> dict[str, Any]:
    """A container that ended with these words."""
    message = word if isinstance(word, str) else json.dumps(word)
    return {"state": {"terminated": {"exitCode": code, "message": message}}}


def test_without_a_backfill_nothing_is_said(pipeline: Make) -> None:
    """A pipeline that asks for no history shows none in its status."""
    plain = pipeline({})
    assert backfill_status(plain, Observed(NOW)) is None
    assert status(plain, Observed(NOW)).backfill is None


def test_before_its_job_is_there_it_waits(asked: WinePipeline) -> None:
    """Right after `kubectl apply` the status says that the Job is being created."""
    found = backfill_status(asked, Observed(NOW))
    assert found is not None
    assert found.phase == "Waiting"


def test_progress_is_told_in_rows(asked: WinePipeline) -> None:
    """While it loads, the status says how many of how many rows are in the warehouse."""
    metrics = "# HELP x\nwinepipeline_backfill_rows 138329.0\nwinepipeline_backfill_rows_done 60000.0\n"
    target = Target("albert-backfill-1-x", "backfill", "10.0.0.9")
    plane = Watch().look(NOW, (Probe(target, read(metrics), Readiness(ready=True, reason="Working")),), None)
    found = seen(asked, job_of(asked, active=1), pod(asked, "backfill"), sight=Sight(plane))
    assert (found.phase, found.rows, found.rows_done) == ("Running", 138_329, 60_000)
    assert found.message == "60,000 of 138,329 rows are loaded"
    assert plane.rows_loaded is None, "the history's rows are none of the topic's"


def test_a_backfill_that_makes_its_history_says_so(asked: WinePipeline) -> None:
    """Before the first row is loaded the status says what is being done."""
    target = Target("albert-backfill-1-x", "backfill", "10.0.0.9")
    plane = Watch().look(NOW, (Probe(target, read("# HELP x\nwinepipeline_backfill_rows 0.0\n")),), None)
    found = seen(asked, job_of(asked, active=1), pod(asked, "backfill"), sight=Sight(plane))
    assert (found.phase, found.rows) == ("Running", None)


def test_the_result_stays_when_the_pod_is_gone(asked: WinePipeline) -> None:
    """Orders, events and cents of a history that is loaded stand in the status for good."""
    job = job_of(asked, succeeded=1)
    found = seen(asked, job, pod(asked, "backfill", ended(DONE, 0)))
    assert (found.phase, found.orders, found.events) == ("Complete", 73_000, 138_129)
    assert (found.total_cents, found.message) == (2_278_837_541, "73,000 orders are in the table")
    told = found.model_dump(mode="json", by_alias=True, exclude_none=True)
    later = asked.model_copy(update={"status": {"backfill": told}})
    assert seen(later, job) == found


def test_another_history_is_not_taken_for_the_old_one(asked: WinePipeline) -> None:
    """After `spec.backfill` has changed, the old result is gone and the new Job is told of."""
    old = {"phase": "Complete", "message": "x", "job": "albert-backfill-0000000000"}
    changed = asked.model_copy(update={"status": {"backfill": old}})
    assert seen(changed, job_of(changed, active=1)).phase == "Running"


def test_a_refusal_is_told_with_what_to_do(asked: WinePipeline) -> None:
    """A history that cannot be loaded says why in its own words, and what to do."""
    waiting = {"state": {"waiting": {"reason": "CrashLoopBackOff"}}, "lastState": ended(REFUSED, 2)["state"]}
    found = seen(asked, job_of(asked, active=1), pod(asked, "backfill", waiting))
    assert (found.phase, found.reason) == ("Failing", "HistoryDiffers")
    assert found.message == "another history is loaded. What to do: name it otherwise"


def test_a_job_that_was_refused_says_how_it_is_begun_again(asked: WinePipeline) -> None:
    """A refused backfill is `Failed`: the pod's words, that nothing is tried any more, and the two ways to go on."""
    job = job_of(asked, conditions=[{"type": "Failed", "status": "True", "reason": "PodFailurePolicy"}])
    found = seen(asked, job, pod(asked, "backfill", ended(REFUSED, 2)))
    assert (found.phase, found.reason) == ("Failed", "HistoryDiffers")
    refused = "another history is loaded. What to do: name it otherwise"
    delete = f"kubectl -n default delete job {job['metadata']['name']}"
    again = f"The Job tries no more: a changed spec.backfill makes another, and `{delete}` has this one made anew"
    assert found.message == f"{refused}. {again}"
    told = found.model_dump(mode="json", by_alias=True, exclude_none=True)
    later = asked.model_copy(update={"status": {"backfill": told}})
    assert seen(later, job) == found, "also when the pod is gone"
    assert "ended too often" in seen(asked, job).message
    assert seen(later, job_of(asked, active=1)).phase == "Running", "a Job made anew begins anew"


def test_the_newest_pod_has_the_word(asked: WinePipeline) -> None:
    """A try that failed before is no failure of the one that runs now."""
    job = job_of(asked, active=1, failed=1)
    old, new = pod(asked, "backfill", ended(REFUSED, 4)), pod(asked, "backfill", {"state": {"running": {}}})
    old["metadata"]["creationTimestamp"], new["metadata"]["creationTimestamp"] = (
        "2026-11-24T09:00:00Z",
        "2026-11-24T10:00:00Z",
    )
    assert seen(asked, job, old, new).phase == "Running"
    assert seen(asked, job, old).phase == "Failing"


def test_the_condition_repeats_what_the_status_says(pipeline: Make, asked: WinePipeline) -> None:
    """`kubectl wait --for=condition=HistoryLoaded` works where a history is asked for; else there is no such thing."""
    assert history_loaded(pipeline({}), Observed(NOW)) == ()
    (waiting,) = history_loaded(asked, Observed(NOW))
    assert (waiting.holds, waiting.reason) == (None, Reason.HISTORY_IS_BEING_LOADED)
    job = job_of(asked, conditions=[{"type": "Failed", "status": "True"}])
    (failed,) = history_loaded(asked, Observed(NOW, {ChildId.of(job): job}))
    assert (failed.holds, failed.reason) == (False, Reason.TRIED_TOO_OFTEN)
    done = job_of(asked, succeeded=1)
    (loaded,) = history_loaded(asked, Observed(NOW, {ChildId.of(done): done}))
    assert loaded.holds is True


def test_what_the_kubelet_sees_is_told_too(asked: WinePipeline) -> None:
    """A pod that cannot start, or that was killed for its memory, is told of in the kubelet's words."""
    pulling = {"state": {"waiting": {"reason": "ImagePullBackOff", "message": "no such image"}}}
    found = seen(asked, job_of(asked, active=1), pod(asked, "backfill", pulling))
    assert (found.phase, found.reason) == ("Failing", "ImageCannotBePulled")
    killed = {"state": {"terminated": {"exitCode": 137, "reason": "OOMKilled", "message": '{"half'}}}
    assert seen(asked, job_of(asked, active=1), pod(asked, "backfill", killed)).reason == "OutOfMemory"


def test_a_pause_is_no_failure(pipeline: Make) -> None:
    """While the pipeline is paused its history waits, and the status says what for."""
    paused = pipeline({"paused": True, "backfill": {"days": 1}})
    assert seen(paused, job_of(paused)).phase == "Paused"


def test_the_backfills_pod_is_asked(asked: WinePipeline) -> None:
    """The operator asks the backfill's pod how far it is, as it asks consumers and producers."""
    found = targets([pod(asked, "backfill")])
    assert [each.component for each in found] == ["backfill"]
    assert replace(DataPlane(NOW)).history is None
