"""The operator imports no service, so what it knows of reasons and repairs is held in step here."""

from typing import get_args

from winepipeline_events.reason import Reason
from winepipeline_events.repair import NAMES
from winepipeline_operator.dead_letter_replay.resource import ReasonName, RepairName


def test_a_replay_knows_every_reason() -> None:
    """Whatever reason a letter has, a DeadLetterReplay can ask for it."""
    assert get_args(ReasonName) == tuple(Reason)


def test_a_replay_knows_every_repair() -> None:
    """Whatever can be mended on a laptop can be mended in a cluster."""
    assert get_args(RepairName) == NAMES
