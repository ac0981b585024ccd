"""One look at the group, on its way to a decision: what was seen, under which settings, with which terms."""

from dataclasses import dataclass

from winepipeline_operator.scaling.decision import Action, Decision, Inputs, Limit, Terms
from winepipeline_operator.scaling.effect import ineffective
from winepipeline_operator.scaling.observation import Failure, Observation
from winepipeline_operator.scaling.settings import ScalingSettings
from winepipeline_operator.scaling.sizing import Load, Sizing
from winepipeline_operator.scaling.state import State


@dataclass(frozen=True, slots=True)
class Look:
    """What a decision is made from.

    Attributes:
        settings: what a person decided.
        state: what is remembered, this observation included.
        seen: the observation, or that there is none.
        terms: the formula's, once it was reached.
    """

    settings: ScalingSettings
    state: State
    seen: Observation | Failure
    terms: Terms | None = None

    def hold(self, limit: Limit, detail: str, until_seconds: float | None = None) -> tuple[Decision, State]:
        """Leave the replicas as they are, because they cannot be judged."""
        return self.result(Action.HOLD, self.seen.replicas_wanted, limit, detail, until_seconds)

    def keep(self, limit: Limit, detail: str, until_seconds: float | None = None) -> tuple[Decision, State]:
        """Leave the replicas as they are, because they are right or because something limits them."""
        return self.result(Action.KEEP, self.seen.replicas_wanted, limit, detail, until_seconds)

    def result(
        self,
        action: Action,
        replicas: int,
        limit: Limit,
        detail: str,
        until_seconds: float | None = None,
        consumption: float | None = None,
    ) -> tuple[Decision, State]:
        """The decision for a number of replicas, clamped, and the state after it.

        Args:
            action: what it is called, unless the clamp changes what was to stay.
            replicas: asked for, before the clamp.
            limit: what kept the law from another number.
            detail: in words.
            until_seconds: before when nothing will change.
            consumption: events/s of the group, to judge a scale-up by.
        """
        now, before, state = self.seen.time_seconds, self.seen.replicas_wanted, self.state
        after = self.settings.clamp(replicas)
        if after != replicas and replicas == before:
            action = Action.CLAMP
            limit = Limit.MAX_REPLICAS if after < before else Limit.MIN_REPLICAS
            detail = f"{before} replicas are not between {self.settings.floor} and {self.settings.ceiling}; {detail}"
        if after != before:
            until_seconds = None
            if self.settings.acts:
                until_seconds = now + state.restart_seconds + self.settings.settle_seconds
                state = state.changing(now, before, after, consumption)
        decision = Decision(
            time_seconds=now,
            action=action,
            replicas_before=before,
            replicas=after,
            limit=limit,
            detail=detail,
            next_change_seconds=until_seconds,
            effective=not ineffective(state, now),
            inputs=inputs(self.seen),
            terms=self.terms,
        )
        return decision, state


def inputs(seen: Observation | Failure) -> Inputs | None:
    """What was seen, in sums; None when nothing was."""
    if isinstance(seen, Failure):
        return None
    return Inputs(
        end_offset=sum(each.end_offset for each in seen.partitions),
        position=sum(each.position for each in seen.partitions),
        lag=seen.lag,
        group_state=seen.group_state,
        replicas_ready=seen.replicas_ready,
        consumers_measured=len(seen.busy),
    )


def terms_of(settings: ScalingSettings, state: State, load: Load, sizing: Sizing, rate: float) -> Terms:
    """The formula's terms, rounded for reading."""
    return Terms(
        partitions=settings.partitions,
        arrival_per_second=round(sum(load.arrival), 3),
        consumption_per_second=round(sum(load.consumption), 3),
        backlog=sum(load.backlog),
        backlog_seconds=furthest_seconds(load),
        rate_per_second=round(rate, 3),
        rate_proven=state.rate is not None and state.rate.proven_per_second is not None,
        restart_seconds=round(state.restart_seconds, 1),
        catch_up_seconds=settings.catch_up_seconds,
        target_utilisation=settings.target_utilisation,
        demand_per_second=round(sizing.demand_per_second, 3),
        replicas_exact=round(sizing.replicas_exact, 3),
        replicas_least=sizing.replicas_least,
        replicas_sized=sizing.replicas,
        partitions_bound=sizing.partitions_bound,
    )


def furthest_seconds(load: Load) -> float | None:
    """How many seconds' arrivals wait in the partition that is furthest behind; None: more than can be said."""
    furthest = 0.0
    for arrival, backlog in zip(load.arrival, load.backlog, strict=True):
        if backlog <= 0:
            continue
        if arrival <= 0:
            return None
        furthest = max(furthest, backlog / arrival)
    return round(furthest, 1)
