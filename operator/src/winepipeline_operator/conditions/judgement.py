"""All conditions of a pipeline."""

from collections.abc import Sequence
from dataclasses import replace

from winepipeline_operator.conditions.broker import broker_ready, topics_ready
from winepipeline_operator.conditions.flow import events_loadable, keeps_up, stalled
from winepipeline_operator.conditions.history import history_loaded
from winepipeline_operator.conditions.monitoring import concerns_monitoring, monitoring_ready
from winepipeline_operator.conditions.reason import PASSING, Reason, reason_of
from winepipeline_operator.conditions.scaling import scaling_active
from winepipeline_operator.conditions.services import consumers_ready, producer_ready, warehouse_ready
from winepipeline_operator.conditions.verdict import Verdict
from winepipeline_operator.identity import PAUSE_ANNOTATION
from winepipeline_operator.observed import Observed
from winepipeline_operator.spec import WinePipeline


def verdicts(pipeline: WinePipeline, observed: Observed) -> tuple[Verdict, ...]:
    """What is said of each aspect; Ready comes first and sums up the others."""
    broker = broker_ready(pipeline, observed)
    parts = (
        broker,
        topics_ready(pipeline, observed, broker),
        warehouse_ready(pipeline, observed),
        consumers_ready(pipeline, observed),
        producer_ready(pipeline, observed),
        monitoring_ready(pipeline, observed),
        scaling_active(pipeline, observed),
        keeps_up(pipeline, observed),
        events_loadable(pipeline, observed),
        stalled(pipeline, observed),
        *history_loaded(pipeline, observed),
    )
    return (_with_hands_off(pipeline, _ready(pipeline, observed, parts)), *parts)


_NEEDED = frozenset({"BrokerReady", "TopicsReady", "WarehouseReady", "ConsumersReady", "ProducerReady"})
"""What Ready needs; a pipeline that nobody watches carries its events all the same."""


def _ready(pipeline: WinePipeline, observed: Observed, parts: Sequence[Verdict]) -> Verdict:
    """Ready: each part is, and events go through; why not, the part first that the others wait for."""
    if pipeline.spec.paused:
        return Verdict.no("Ready", Reason.PAUSED, "spec.paused is true: write paused: false to go on")
    failing = [part for part in parts if _fails(part)]
    if failing:
        # What time alone takes away is said only where nothing else is wrong.
        gravest = next((part for part in failing if part.reason not in PASSING), failing[0])
        return Verdict.no("Ready", gravest.reason, f"{gravest.aspect}: {gravest.message}")
    hindering = (each for each in observed.failures if each.hinders)
    first = next((each for each in hindering if not concerns_monitoring(pipeline, each)), None)
    if first is not None:
        return Verdict.no("Ready", reason_of(first.reason, Reason.CHILD_REFUSED), f"{first.message}. {first.hint}")
    unknown = next((part for part in parts if part.aspect in _NEEDED and part.holds is None), None)
    if unknown is not None:
        return Verdict.unknown("Ready", unknown.reason, f"{unknown.aspect}: {unknown.message}")
    behind = next((part for part in parts if part.aspect == "KeepsUp" and part.holds is False), None)
    late = "" if behind is None else f", but the consumers fall behind: {behind.message}"
    return Verdict.yes("Ready", Reason.ALL_PARTS_READY, f"every part is ready{late}")


def _fails(part: Verdict) -> bool:
    """Whether the pipeline cannot be called ready for this."""
    if part.aspect == "Stalled":
        return part.holds is True
    return part.holds is False and (part.aspect in _NEEDED or part.aspect == "EventsLoadable")


def _with_hands_off(pipeline: WinePipeline, ready: Verdict) -> Verdict:
    """The same, and that nothing is put right meanwhile: the reason says so unless something is wrong."""
    if pipeline.metadata.annotations.get(PAUSE_ANNOTATION) != "true":
        return ready
    what = f"{ready.message}; the annotation {PAUSE_ANNOTATION} keeps the operator from changing anything"
    reason = ready.reason if ready.holds is False else Reason.RECONCILIATION_PAUSED
    return replace(ready, reason=reason, message=what)
