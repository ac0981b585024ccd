"""Up, down, to sleep, or as it is: what follows from the terms, and what stands in its way."""

from dataclasses import replace

from winepipeline_operator.scaling.advice import falls_at, largest
from winepipeline_operator.scaling.decision import Action, Decision, Limit, Terms
from winepipeline_operator.scaling.effect import ineffective
from winepipeline_operator.scaling.look import Look
from winepipeline_operator.scaling.observation import Observation
from winepipeline_operator.scaling.settings import ScalingSettings
from winepipeline_operator.scaling.state import State

Result = tuple[Decision, State]

WAIT_FOR_SLEEP = 0.5
"""Of the patience for a scale-down: when sleep is due that soon, the group is spared the rebalance before it."""

WAIT_FOR_FEWER = 0.3
"""Of that patience, too: when still fewer will do that soon, the group goes there in one step; but no longer."""

GROWTH_UNPROVEN = 2
"""At most so many times the replicas, as long as what one can do is a guess without busy-seconds."""


def choose(look: Look, seen: Observation, terms: Terms, consumption: float | None, *, guessed: bool) -> Result:
    """The decision on a settled group.

    Args:
        look: with the terms.
        seen: the observation.
        terms: the formula's.
        consumption: events/s of the group if every partition lags, to judge a scale-up by.
        guessed: what one replica can do is known neither from busy-seconds nor from a backlog.
    """
    settings, now = look.settings, seen.time_seconds
    sleep_seconds = _sleep_due(look)
    if sleep_seconds is not None and now >= sleep_seconds:
        quiet = settings.sleep_after_seconds
        return look.result(Action.SLEEP, 0, Limit.NOTHING, f"for {quiet:.0f} s nothing came and nothing waits")
    behind = terms.backlog_seconds is None or terms.backlog_seconds > settings.behind_seconds
    if behind and terms.replicas_least > seen.replicas_wanted:
        return _up(look, seen, terms, consumption, guessed=guessed)
    if largest(look.state) < seen.replicas_wanted:
        return _down(look, seen, terms, sleep_seconds)
    look = replace(look, state=replace(look.state, fewer_since_seconds=None))
    if terms.replicas_exact > seen.replicas_wanted:
        detail = f"{seen.replicas_wanted} keep up, though the load is {terms.replicas_exact:.1f} replicas' work"
        return look.keep(limit_of(settings, terms), detail)
    return look.keep(Limit.NOTHING, "as many as the load needs")


def limit_of(settings: ScalingSettings, terms: Terms) -> Limit:
    """What keeps the law from as many replicas as the load asks for."""
    if terms.replicas_sized > settings.ceiling:
        return Limit.MAX_REPLICAS
    if terms.partitions_bound:
        return Limit.PARTITION_BOUND
    if terms.replicas_exact > settings.partitions:
        return Limit.PARTITIONS
    return Limit.NOTHING


def _sleep_due(look: Look) -> float | None:
    quiet = look.state.quiet_since_seconds
    if quiet is None or look.settings.floor > 0:
        return None
    return quiet + look.settings.sleep_after_seconds


def _up(look: Look, seen: Observation, terms: Terms, consumption: float | None, *, guessed: bool) -> Result:
    now, replicas = seen.time_seconds, seen.replicas_wanted
    if seen.replicas_ready < replicas:
        detail = f"{seen.replicas_ready} of {replicas} replicas are ready for minutes; more would wait too"
        return look.keep(Limit.REPLICAS_NOT_READY, detail)
    if ineffective(look.state, now):
        until = look.state.ineffective_until_seconds
        return look.keep(Limit.SCALING_INEFFECTIVE, "the last scale-up brought next to nothing", until)
    asked, limit = terms.replicas_sized, limit_of(look.settings, terms)
    if guessed and asked > GROWTH_UNPROVEN * replicas:
        asked, limit = GROWTH_UNPROVEN * replicas, Limit.RATE_UNKNOWN
    if look.settings.clamp(asked) <= replicas:
        return look.keep(limit, f"{asked} would keep up, {look.settings.ceiling} are allowed")
    detail = f"{terms.backlog:,.0f} events wait, too many for {replicas} to drain in time"
    return look.result(Action.UP, asked, limit, detail, consumption=consumption)


def _down(look: Look, seen: Observation, terms: Terms, sleep_seconds: float | None) -> Result:
    settings, state, now = look.settings, look.state, seen.time_seconds
    enough, patience = largest(state), settings.scale_down_after_seconds
    if settings.clamp(enough) >= seen.replicas_wanted:
        return look.keep(Limit.MIN_REPLICAS, f"{enough} would do, {settings.floor} are wanted at least")
    due = (state.advice_since_seconds or now) + patience
    if now < due:
        return look.keep(Limit.SCALE_DOWN_WAIT, f"{enough} would do; not yet for {patience:.0f} s without a break", due)
    if sleep_seconds is not None and sleep_seconds - now <= WAIT_FOR_SLEEP * patience:
        return look.keep(Limit.SCALE_DOWN_WAIT, "all of them are about to sleep", sleep_seconds)
    since = now if state.fewer_since_seconds is None else state.fewer_since_seconds
    longest, falls = since + WAIT_FOR_FEWER * patience, falls_at(state, settings)
    if falls is not None and now < falls <= longest:
        look = replace(look, state=replace(state, fewer_since_seconds=since))
        return look.keep(Limit.SCALE_DOWN_WAIT, f"{enough} would do, and soon fewer: one step instead of two", falls)
    most = settings.catch_up_seconds / 2 * terms.arrival_per_second
    most = max(most, settings.behind_seconds * enough * terms.rate_per_second)
    if terms.backlog > most:
        return look.keep(Limit.BACKLOG, f"{enough} would do, but {terms.backlog:,.0f} events still wait")
    limit = Limit.NOTHING if enough >= settings.floor else Limit.MIN_REPLICAS
    return look.result(Action.DOWN, enough, limit, f"for {patience:.0f} s {enough} sufficed")
