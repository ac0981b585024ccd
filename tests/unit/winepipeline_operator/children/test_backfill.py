from dataclasses import replace

from tests.unit.winepipeline_operator.children.scene import PLATFORM, SNOWFLAKE, Make, names, seen, the, wanted
from winepipeline_backfill.errors import Disagreement, HistoryDiffers, SourceUnfit
from winepipeline_operator.platform import Images
from winepipeline_process.exits import ExitCode


def test_a_changed_backfill_is_a_job_of_its_own(pipeline: Make) -> None:
    """More days of history make a new Job; the same resource never makes a second one."""
    year, decade = (names(wanted(pipeline({"backfill": {"days": days}})), "Job") for days in (365, 3650))
    assert year != decade
    assert [len(year), len(decade)] == [1, 1]
    assert names(wanted(pipeline({"backfill": {"days": 365}})), "Job") == year
    assert names(wanted(pipeline({"backfill": {"days": 365}, "warehouse": SNOWFLAKE})), "Job") != year


def test_a_new_version_of_the_operator_leaves_a_job_alone(pipeline: Make) -> None:
    """An upgrade neither runs the backfill again nor is refused for changing what cannot be changed."""
    one = pipeline({"backfill": {}})
    before = wanted(one)
    newer = replace(PLATFORM, images=Images(backfill="winepipeline-backfill:9.9.9"), image_pull_secrets=("login",))
    (name,) = names(before, "Job")
    assert the(wanted(one, seen(before), newer), "Job", name) == the(before, "Job", name)


def test_a_backfill_that_is_refused_is_not_tried_again(pipeline: Make) -> None:
    """A history that differs ends the Job at once, a crash is tried again, a drained pod counts as no try."""
    manifests = wanted(pipeline({"backfill": {}}))
    (name,) = names(manifests, "Job")
    spec = the(manifests, "Job", name)["spec"]
    assert spec["template"]["spec"]["restartPolicy"] == "Never"
    drained, refused = spec["podFailurePolicy"]["rules"]
    assert (drained["action"], refused["action"]) == ("Ignore", "FailJob")
    assert refused["onExitCodes"]["values"] == [ExitCode.CHECK_FAILED, ExitCode.USAGE]
    assert {HistoryDiffers.exit_code, SourceUnfit.exit_code, Disagreement.exit_code} == {1, 2}
    assert "ttlSecondsAfterFinished" not in spec, "it would be made and run once more"


def test_a_job_of_an_earlier_version_is_left_as_it_was(pipeline: Make) -> None:
    """What cannot be changed in a Job is not asked to, so that an upgrade is not refused."""
    one = pipeline({"backfill": {}})
    (name,) = names(wanted(one), "Job")
    before = [dict(each) for each in wanted(one)]
    (job,) = (each for each in before if each["kind"] == "Job")
    job["spec"] = {key: value for key, value in job["spec"].items() if key != "podFailurePolicy"}
    assert "podFailurePolicy" not in the(wanted(one, seen(before)), "Job", name)["spec"]


def test_without_a_backfill_there_is_nothing_of_one(pipeline: Make) -> None:
    """No history is made where none is asked for."""
    assert not any("backfill" in each["metadata"]["name"] for each in wanted(pipeline({})))
