"""One turn of the scaler for a pipeline, by the resource's mode: what is decided, asked for, given up and told. Pure.

In each mode exactly one writes `spec.replicas` of the consumers' Deployment:

    Builtin     the scaler, by Server-Side Apply under a field manager of its own
    Keda        KEDA's HorizontalPodAutoscaler
    Recommend   the operator's main apply, from `consumer.replicas`
    Off         the same; `kubectl scale` and autoscalers set that field of the resource
    paused      the main apply, with 0, whatever the mode
"""

from dataclasses import dataclass

from winepipeline_operator.scaling.decision import Action, Decision, Limit
from winepipeline_operator.scaling.explanation import LIMITS
from winepipeline_operator.scaling.law import decide
from winepipeline_operator.scaling.ledger import Ledger
from winepipeline_operator.scaling.observation import Failure, Observation
from winepipeline_operator.scaling.settings import ScalingSettings
from winepipeline_operator.spec import WinePipeline
from winepipeline_operator.spec.consumer import ScalingMode

DECIDES: frozenset[ScalingMode] = frozenset({"Builtin", "Recommend"})

BATCHES_IN_HAND = 3
"""Of one consumer: one is read, and as many are behind it as its worker has `SLOTS`, encoded or loaded."""

_NAMES = {
    Action.UP: "ScaledUp",
    Action.DOWN: "ScaledDown",
    Action.WAKE: "Woken",
    Action.SLEEP: "PutToSleep",
    Action.CLAMP: "ScaledIntoBounds",
}


@dataclass(frozen=True, slots=True)
class News:
    """What a person should hear of, as an Event.

    Attributes:
        reason: one CamelCase word.
        message: a sentence with the values.
        warning: whether somebody has to do something.
    """

    reason: str
    message: str
    warning: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """What comes of one turn.

    Attributes:
        ledger: to remember, once what is asked for is done.
        replicas: to ask for; None: nothing is to be written.
        release: whether the scaler owns the number and has to give it up, as it stands.
        news: to tell, once that is done.
    """

    ledger: Ledger
    replicas: int | None = None
    release: bool = False
    news: tuple[News, ...] = ()


def settings_of(pipeline: WinePipeline, partitions: int | None) -> ScalingSettings:
    """The law's settings: those of the resource, for the partitions that the topic has (None: not known)."""
    scaling = pipeline.spec.consumer.scaling
    return ScalingSettings(
        partitions=partitions or pipeline.spec.topic.partitions,
        min_replicas=scaling.min_replicas,
        max_replicas=scaling.max_replicas,
        catch_up_seconds=float(scaling.catch_up_seconds),
        in_hand_events=BATCHES_IN_HAND * pipeline.spec.consumer.max_batch_size,
        acts=scaling.mode == "Builtin",
    )


def turn(
    pipeline: WinePipeline, ledger: Ledger, seen: Observation | Failure, settings: ScalingSettings, *, owned: bool
) -> Turn:
    """One turn.

    Args:
        pipeline: the resource.
        ledger: as the last turn left it, or the status has it.
        seen: the observation.
        settings: of the law, as `settings_of` has them.
        owned: whether the scaler is an owner of the number that stands.
    """
    mode = pipeline.spec.consumer.scaling.mode
    if pipeline.spec.paused or mode not in DECIDES:
        return Turn(ledger.resting(mode), release=owned)
    if ledger.mode != mode:
        ledger = ledger.resting(mode)
    decision, state = decide(settings, ledger.state, seen)
    after = ledger.after(mode, decision, state)
    news = () if after.decisions == ledger.decisions else _news(decision, acts=settings.acts)
    if not settings.acts:
        return Turn(after, release=owned, news=news)
    return Turn(after, replicas=decision.replicas if decision.changes or not owned else None, news=news)


def _news(decision: Decision, *, acts: bool) -> tuple[News, ...]:
    limits = "" if decision.limit is Limit.NOTHING else f" (limited by {LIMITS[decision.limit]})"
    if decision.changes:
        what = f"from {decision.replicas_before} to {decision.replicas} consumers: {decision.detail}{limits}"
        if not acts:
            return (News("ScalingRecommended", f"{what}; recommended, not done"),)
        return (News(_NAMES.get(decision.action, "Scaled"), what),)
    who = "1 consumer stays" if decision.replicas == 1 else f"{decision.replicas} consumers stay"
    message = f"{who}: {decision.detail}{limits}"
    return (News(str(decision.limit), message, warning=True),)
