"""The condition ScalingActive: does the number of consumers follow the load, as the resource wants it to?"""

from winepipeline_operator.children.keda import KINDS, SCALED_OBJECT
from winepipeline_operator.conditions.reason import Reason, reason_of
from winepipeline_operator.conditions.verdict import Verdict
from winepipeline_operator.observed import Observed
from winepipeline_operator.scaling.decision import Decision, Limit
from winepipeline_operator.scaling.ledger import Ledger
from winepipeline_operator.spec import WinePipeline

_HINDERS = {
    Limit.OBSERVATION_FAILED: Reason.OBSERVATION_FAILED,
    Limit.OBSERVATION_CONTRADICTS: Reason.OBSERVATION_CONTRADICTS,
    Limit.SCALING_INEFFECTIVE: Reason.SCALING_INEFFECTIVE,
}
"""What keeps the law from following the load, whatever it would want."""


def scaling_active(pipeline: WinePipeline, observed: Observed) -> Verdict:
    """Whether somebody scales the consumers, and can."""
    mode = pipeline.spec.consumer.scaling.mode
    if pipeline.spec.paused:
        return Verdict.unknown("ScalingActive", Reason.PAUSED, "spec.paused stops the consumers")
    if mode in ("Off", "Recommend"):
        what = f"scaling.mode is {mode}: consumer.replicas run, {pipeline.spec.consumer.replicas} of them"
        return Verdict.no("ScalingActive", Reason.NOT_SCALED, what)
    if mode == "Keda":
        return _keda(observed)
    ledger = Ledger() if observed.sight is None else observed.sight.ledger
    if ledger.latest is None or ledger.mode != mode:
        return Verdict.unknown("ScalingActive", Reason.NOT_SEEN_YET, "the scaler has not looked yet")
    return _builtin(ledger.latest)


def _keda(observed: Observed) -> Verdict:
    if SCALED_OBJECT not in observed.kinds:
        what = "the cluster does not know ScaledObject, and nobody scales: install KEDA, or write scaling.mode: Builtin"
        return Verdict.no("ScalingActive", Reason.KEDA_NOT_SERVED, what)
    failed = next((each for each in observed.failures if each.child.kind in KINDS), None)
    if failed is not None:
        what = f"{failed.message}. {failed.hint}"
        return Verdict.no("ScalingActive", reason_of(failed.reason, Reason.CHILD_REFUSED), what)
    what = "KEDA scales; `kubectl describe scaledobject` tells how it fares"
    return Verdict.yes("ScalingActive", Reason.SCALES, what)


def _builtin(latest: Decision) -> Verdict:
    asked = "1 consumer is" if latest.replicas == 1 else f"{latest.replicas} consumers are"
    figures = f"{asked} asked for: {latest.detail}"
    hinders = _HINDERS.get(latest.limit)
    if hinders is not None:
        return Verdict.no("ScalingActive", hinders, figures)
    if latest.limit is Limit.PARTITION_BOUND:
        return Verdict.yes("ScalingActive", Reason.PARTITION_BOUND, f"{figures}; spread the keys of that partition")
    return Verdict.yes("ScalingActive", Reason.SCALES, figures)
