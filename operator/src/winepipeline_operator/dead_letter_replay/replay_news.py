"""What of a replay is worth an Event: that it began, how it ended, and that it was refused. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from winepipeline_operator.conditions.reason import Reason
from winepipeline_operator.dead_letter_replay.replay_status import DONE, ReplayView
from winepipeline_operator.dead_letter_replay.resource import DeadLetterReplay

_MODE = {True: "counts what would be sent; nothing is sent", False: "sends the letters"}


@dataclass(frozen=True, slots=True)
class ReplayNews:
    """An Event to be.

    Attributes:
        reason: in one word.
        message: in a sentence.
        warning: whether somebody has to do something.
    """

    reason: Reason
    message: str
    warning: bool = False


def replay_news(replay: DeadLetterReplay, view: ReplayView, status: Mapping[str, Any]) -> Iterator[ReplayNews]:
    """What a new status says that the resource's own did not: each begin, each end and each refusal once.

    Args:
        replay: with the status that was told before.
        view: what the new one was made from.
        status: the new one.
    """
    before = replay.status
    refused = view.trouble or not view.pipeline_found
    if refused and before.get("message") != status["message"]:
        yield ReplayNews(Reason.REPLAY_REFUSED, status["message"], warning=True)
    if "startedAt" in status and _life(before) != _life(status):
        yield ReplayNews(Reason.REPLAY_STARTED, f"the replay {_MODE[replay.spec.dry_run]}")
    phase = status["phase"]
    if phase in DONE and (phase, _generation(before)) != (before.get("phase"), _generation(status)):
        failed = phase == "Failed"
        reason = Reason.REPLAY_FAILED if failed else Reason.REPLAY_FINISHED
        yield ReplayNews(reason, status["message"], warning=failed)


def _life(status: Mapping[str, Any]) -> tuple[object, object]:
    """A dry run and the run for good are two."""
    return status.get("startedAt"), _generation(status)


def _generation(status: Mapping[str, Any]) -> object:
    return status.get("observedGeneration")
