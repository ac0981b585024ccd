"""Which Events a replay gets: one for each begin, each end and each refusal, and none again for what was told."""

from collections.abc import Mapping
from typing import Any

from tests.unit.winepipeline_operator.dead_letter_replay.test_replay_job import NOW, job, pod, replay
from winepipeline_operator.dead_letter_replay.replay_news import replay_news
from winepipeline_operator.dead_letter_replay.replay_status import ReplayView, replay_status
from winepipeline_operator.event import event

SENT = {"matched": 7, "sent": 5, "invalid": 2}


def told(*views: ReplayView, **spec: Any) -> list[tuple[str, str, bool]]:
    """The Events of a replay that is looked at several times, its status being written in between."""
    status: Mapping[str, Any] = {}
    found = []
    for view in views:
        seen = replay(dict(status), **spec)
        status = replay_status(seen, view, NOW)
        found += [(str(each.reason), each.message, each.warning) for each in replay_news(seen, view, status)]
    return found


def test_a_begin_and_an_end_are_told_once_each() -> None:
    """However often the operator looks, `kubectl describe` shows that a replay began and with which counts it ended."""
    running, done = ReplayView(job=job(active=1)), ReplayView(job=job("Complete"), pods=[pod(SENT)])
    assert told(running, running, done, dryRun=False) == [
        ("ReplayStarted", "the replay sends the letters", False),
        ("ReplayFinished", "7 letters fit, 5 were sent, 2 are still no events", False),
    ]


def test_a_replay_that_was_quicker_than_a_look_is_told_too() -> None:
    """One that began and ended between two looks has both Events; a dry run says that nothing is sent."""
    assert [each[:2] for each in told(ReplayView(job=job("Complete"), pods=[pod(SENT)]))] == [
        ("ReplayStarted", "the replay counts what would be sent; nothing is sent"),
        ("ReplayFinished", "7 letters fit, 0 would be sent, 2 are still no events; set spec.dryRun to false to send"),
    ]


def test_the_run_for_good_after_a_dry_run_is_told_as_another() -> None:
    """Setting dryRun to false is a begin and an end of its own, even in the second in which the dry run was."""
    dry = replay_status(replay(), ReplayView(job=job("Complete"), pods=[pod(SENT)]), NOW)
    seen = replay({**dry, "observedGeneration": 1}, dryRun=False)
    view = ReplayView(job=job("Complete"), pods=[pod(SENT)])
    reasons = [str(each.reason) for each in replay_news(seen, view, replay_status(seen, view, NOW))]
    assert reasons == ["ReplayStarted", "ReplayFinished"]


def test_what_is_refused_and_what_fails_is_a_warning() -> None:
    """A missing pipeline, a Job that the cluster refuses and a replay that failed warn, each once."""
    missing, refused = ReplayView(pipeline_found=False), ReplayView(trouble="the Job could not be made: a quota")
    failed = ReplayView(job=job("Failed"), pods=[pod("oh", code=3)])
    found = told(missing, missing, refused, failed, dryRun=False)
    assert [(reason, warning) for reason, _, warning in found] == [
        ("ReplayRefused", True),
        ("ReplayRefused", True),
        ("ReplayStarted", False),
        ("ReplayFailed", True),
    ]
    assert found[0][1] == "there is no WinePipeline albert in this namespace"
    assert "a quota" in found[1][1]
    assert "the broker does not answer" in found[3][1]


def test_an_event_is_about_the_replay_itself() -> None:
    """`kubectl describe dlr` finds it by kind, name and uid."""
    about = event(replay(), "ReplayStarted", "it began", NOW)["involvedObject"]
    assert (about["kind"], about["name"], about["uid"]) == ("DeadLetterReplay", "mend", "u-1")
