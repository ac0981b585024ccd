"""ScalingActive: whether the number of consumers follows the load, and why not."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from winepipeline_operator.conditions.reason import Reason
from winepipeline_operator.conditions.scaling import scaling_active
from winepipeline_operator.dataplane import DataPlane
from winepipeline_operator.observed import ChildId, Failure, Observed
from winepipeline_operator.scaling.decision import Action, Decision, Limit
from winepipeline_operator.scaling.ledger import Ledger
from winepipeline_operator.sight import Sight
from winepipeline_operator.spec import WinePipeline

Make = Callable[[Any], WinePipeline]
SEEN = Observed(1_764_000_000.0, kinds=frozenset({"ScaledObject"}))


def decided(limit: Limit) -> Observed:
    """What is observed after a decision with this limit."""
    decision = Decision(1.0, Action.KEEP, 3, 3, limit, "because")
    return replace(SEEN, sight=Sight(DataPlane(1.0), Ledger("Builtin", latest=decision)))


def in_mode(pipeline: Make, mode: str) -> WinePipeline:
    """A pipeline scaled so."""
    return pipeline({"consumer": {"scaling": {"mode": mode}}})


@pytest.mark.parametrize(
    ("limit", "holds", "reason"),
    [
        (Limit.NOTHING, True, Reason.SCALES),
        (Limit.MAX_REPLICAS, True, Reason.SCALES),
        (Limit.PARTITION_BOUND, True, Reason.PARTITION_BOUND),
        (Limit.OBSERVATION_FAILED, False, Reason.OBSERVATION_FAILED),
        (Limit.SCALING_INEFFECTIVE, False, Reason.SCALING_INEFFECTIVE),
    ],
)
def test_what_keeps_the_law_from_following_is_said(pipeline: Make, limit: Limit, holds: bool, reason: Reason) -> None:
    """A person sees at a glance that scaling stands still, and the word that says why."""
    verdict = scaling_active(in_mode(pipeline, "Builtin"), decided(limit))
    assert (verdict.holds, verdict.reason) == (holds, reason)
    assert "because" in verdict.message


def test_a_cluster_without_keda_is_said(pipeline: Make) -> None:
    """Who asks for KEDA where there is none reads that nobody scales, and what to write instead."""
    verdict = scaling_active(in_mode(pipeline, "Keda"), replace(SEEN, kinds=frozenset()))
    assert (verdict.holds, verdict.reason) == (False, Reason.KEDA_NOT_SERVED)
    assert "scaling.mode: Builtin" in verdict.message
    assert scaling_active(in_mode(pipeline, "Keda"), SEEN).holds is True


def test_what_keda_refuses_is_said(pipeline: Make) -> None:
    """A ScaledObject that the API server does not take is no scaling."""
    child = ChildId("keda.sh/v1alpha1", "ScaledObject", "albert-consumer")
    refused = Failure(child, "CHILD", "the ScaledObject is refused: workload already scaled", "remove the other one")
    verdict = scaling_active(in_mode(pipeline, "Keda"), replace(SEEN, failures=(refused,)))
    assert verdict.holds is False
    assert "already scaled" in verdict.message


@pytest.mark.parametrize("mode", ["Off", "Recommend"])
def test_a_fixed_number_is_no_scaling(pipeline: Make, mode: str) -> None:
    """In the modes that do not scale, the condition says so, and which field counts."""
    verdict = scaling_active(in_mode(pipeline, mode), SEEN)
    assert (verdict.holds, verdict.reason) == (False, Reason.NOT_SCALED)
    assert "consumer.replicas" in verdict.message


def test_before_the_first_look_nothing_is_claimed(pipeline: Make) -> None:
    """A new operator says that it does not know yet."""
    assert scaling_active(in_mode(pipeline, "Builtin"), SEEN).holds is None
    assert scaling_active(pipeline({"paused": True}), SEEN).holds is None
