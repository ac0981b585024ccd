from dataclasses import replace

from tests.unit.winepipeline_operator.children.scene import PLATFORM, SNOWFLAKE, Make, names, seen, the, wanted
from winepipeline_operator.platform import Images


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


def test_a_backfill_keeps_trying_and_is_never_run_again(pipeline: Make) -> None:
    """A warehouse that is away for long fails no backfill, and one that is done stays done."""
    manifests = wanted(pipeline({"backfill": {}}))
    (name,) = names(manifests, "Job")
    spec = the(manifests, "Job", name)["spec"]
    assert (spec["backoffLimit"], spec["template"]["spec"]["restartPolicy"]) == (10_000, "OnFailure")
    assert "ttlSecondsAfterFinished" not in spec


def test_without_a_backfill_there_is_nothing_of_one(pipeline: Make) -> None:
    """No history is made where none is asked for."""
    assert not any("backfill" in each["metadata"]["name"] for each in wanted(pipeline({})))
