"""The scaling law: an observation and what is remembered in, a decision and what is to be remembered out.

N partitions, R replicas; per partition p the arrival rate λ_p = Δ end offset / Δt, the consumption rate
c_p = Δ committed offset / Δt and the backlog L_p = max(0, end - max(committed, log start)); λ, c and L are their sums.

1. True rate of one replica: μ = Δ committed / Δ busy-seconds, measured under a backlog of 5 s or more with full
   batches: consumers say that they are busy for half of the time, or more waits than they can hold in hand. Otherwise
   small batches make that too small: it only raises the estimate, slowly, up to the best that was ever proven and
   little more, so that a bad hour of the warehouse is not for ever. When every partition lags and
   busy-seconds promise 15 % more than c/R, c/R counts (as in Flink's autoscaler), and so it does when the group loses
   ground in some partitions; the law can do without busy-seconds.
2. Restart cost T_r: from a decision until all members are there and the group is stable, measured.
3. Demand: D = Σ_p max(λ_p / u, λ_p + (L_p + max(0, λ_p - c_p) T_r) / C), with target utilisation u and catch-up time C.
   Flink's autoscaler adds the three terms; here the headroom of λ/u serves to drain too, which takes fewer replicas
   for the same lag. x = D/μ, a partition counting as at most one replica's work.
4. Snap: n = ⌈N / ⌊N/x⌋⌉, the fewest replicas whose busiest member, by its number of partitions, meets its share; it
   is the result of Flink's search for balanced parallelism without its early rounding up. Unlike a divisor of N it is
   not trapped by a prime N.
5. Least: the fewest replicas such that the member with the busiest partition and average others is at most 90 % busy
   and drains in C. n is never below it. A partition with more than μ is `PartitionBound`: it gets a member of its own
   and more cannot help it.
6. Up, at once to n, when R is below the least and the furthest partition is 10 s behind; then settle. Down to the
   largest advice of the last 300 s without a break, which is n with the busiest member at most 80 % busy; never while
   more waits than half of C would bring; in one step when still fewer will do within a minute or so.
7. Effectiveness: a scale-up that brought less than 10 % of the expected gain bars further ones for ten minutes.
8. Zero: when nothing came for the cool-down and no partition holds more than its idle allowance (transaction markers
   never become events). Waking goes straight to n of what waits, in one rebalance.
9. Hold, whatever the numbers say, on a failed or contradictory observation, an unstable group or missing replicas.
   Last, the result is clamped to minimum, maximum and N; that alone is done even when holding.

Sources: Kafka offsets and group states (KIP-211, KIP-848); KEDA's Kafka scaler (`pkg/scalers/kafka_scaler.go`), whose
lag/threshold this replaces; Flink's autoscaler (`ScalingMetricEvaluator`, `JobVertexScaler`: true processing rate,
catch-up and restart terms, observed rate, ineffective scaling); Numaflow's backlog over rate.
"""

from dataclasses import replace

from winepipeline_operator.scaling.advice import advised
from winepipeline_operator.scaling.choice import choose, limit_of
from winepipeline_operator.scaling.decision import Action, Decision, Limit
from winepipeline_operator.scaling.effect import judged
from winepipeline_operator.scaling.learning import Strain, learn, learn_restart, strain
from winepipeline_operator.scaling.look import Look, terms_of
from winepipeline_operator.scaling.observation import Failure, Observation
from winepipeline_operator.scaling.rates import rates
from winepipeline_operator.scaling.settings import ScalingSettings
from winepipeline_operator.scaling.sizing import Load, Sizing, size
from winepipeline_operator.scaling.state import State
from winepipeline_operator.scaling.trust import contradiction, short_for_long, unrest

Result = tuple[Decision, State]
WINDOW_SECONDS = 60.0


def decide(settings: ScalingSettings, state: State, seen: Observation | Failure) -> Result:
    """One step of the law.

    Args:
        settings: what a person decided; may change from one step to the next.
        state: what the step before returned, or `State()`; `State.lasting()` of it is enough after a restart.
        seen: the observation, or that there is none.

    Returns:
        The decision, whose `replicas` are to be asked for, and the state to remember. Both are plain data.
    """
    if isinstance(seen, Failure):
        return Look(settings, state, seen).hold(Limit.OBSERVATION_FAILED, f"nothing could be observed: {seen.detail}")
    wrong = contradiction(seen, state, settings)
    if wrong is not None:
        return Look(settings, state.startled(seen.time_seconds), seen).hold(Limit.OBSERVATION_CONTRADICTS, wrong)
    if state.replicas is not None and state.replicas != seen.replicas_wanted:
        state = state.changing(seen.time_seconds, state.replicas, seen.replicas_wanted)
    state = replace(state, replicas=seen.replicas_wanted)
    trouble = unrest(seen)
    if trouble is not None and not short_for_long(seen, state.unready_since_seconds):
        return Look(settings, _unsettled(state, seen), seen).hold(*trouble)
    state = _remembering(state, seen, settings)
    if seen.replicas_wanted == 0:
        return _asleep(settings, state, seen)
    if len(state.window) > 1:
        return _awake(settings, state, seen, strain(state.window, settings))
    return Look(settings, state, seen).hold(Limit.MEASURING, "rates take two observations of the group as it is now")


def _unsettled(state: State, seen: Observation) -> State:
    """While the group cannot be measured: what was seen before says nothing of what it will be after."""
    since = state.unready_since_seconds
    if seen.replicas_ready >= seen.replicas_wanted:
        since = None
    elif since is None:
        since = seen.time_seconds
    return replace(state, window=(), quiet_since_seconds=None, unready_since_seconds=since)


def _remembering(state: State, seen: Observation, settings: ScalingSettings) -> State:
    """The state with one more observation in its window, and what that says of the last change."""
    now, change, complete = seen.time_seconds, state.change, seen.replicas_ready == seen.replicas_wanted
    if change is not None and change.resumed_seconds is None:
        state = replace(state, change=replace(change, resumed_seconds=now))
        if complete and change.replicas_after > change.replicas_before:
            took = now - change.time_seconds
            state = replace(state, restart_seconds=learn_restart(state.restart_seconds, took))
    # Of a topic that was given more partitions, or was made anew, rates begin anew.
    alike = tuple(each for each in state.window if len(each.partitions) == len(seen.partitions))
    recent = tuple(each for each in alike if now - each.time_seconds <= WINDOW_SECONDS) or alike[-1:]
    still = bool(recent) and recent[-1].ends() == seen.ends() and not any(seen.backlog(settings.idle_lag_per_partition))
    quiet = state.quiet_since_seconds
    return replace(
        state,
        window=(*recent, seen),
        quiet_since_seconds=None if not still else now if quiet is None else quiet,
        unready_since_seconds=None if complete else state.unready_since_seconds,
    )


def _load(state: State, settings: ScalingSettings) -> Load:
    """What came and was taken since the last observation, and what waits; nothing came when there is only one."""
    *before, last = state.window
    backlog = last.backlog(settings.idle_lag_per_partition)
    if not before:
        return Load((0.0,) * len(backlog), (0.0,) * len(backlog), backlog)
    seen = rates(before[-1], last)
    return Load(seen.arrival, seen.consumption, backlog)


def _size(settings: ScalingSettings, state: State, load: Load, rate: float) -> Sizing:
    return size(
        load,
        rate=rate,
        utilisation=settings.target_utilisation,
        catch_up_seconds=settings.catch_up_seconds,
        restart_seconds=state.restart_seconds,
    )


def _asleep(settings: ScalingSettings, state: State, seen: Observation) -> Result:
    """With no replicas: wake straight to what waits, in one rebalance."""
    load, rate = _load(state, settings), state.rate
    look = Look(settings, state, seen)
    if not any(load.backlog):
        return look.keep(Limit.NOTHING, "nothing waits")
    if rate is None:
        return look.result(Action.WAKE, 1, Limit.RATE_UNKNOWN, "events wait; what one replica can do is not known yet")
    sizing = _size(settings, state, load, rate.events_per_second)
    found = terms_of(settings, state, load, sizing, rate.events_per_second)
    look = replace(look, terms=found)
    return look.result(Action.WAKE, max(1, sizing.replicas), limit_of(settings, found), "events wait")


def _awake(settings: ScalingSettings, state: State, seen: Observation, strained: Strain) -> Result:
    """With replicas: learn, see whether they can be judged, and then judge them."""
    now, change = seen.time_seconds, state.change
    whole = rates(state.window[0], seen)
    state = learn(judged(state, whole, strained, now), strained)
    look, load = Look(settings, state, seen), _load(state, settings)
    if change is not None and change.resumed_seconds is not None:
        settled = change.resumed_seconds + settings.settle_seconds
        if now < settled:
            return look.hold(Limit.SETTLING, "the last change is still being measured", settled)
    waiting = sum(load.backlog)
    if whole.consumed <= 0 and waiting > settings.behind_seconds * whole.arrived:
        return look.hold(Limit.NOT_CONSUMING, f"{waiting:,.0f} events wait and none is taken")
    if state.rate is None and (waiting > 0 or whole.arrived > 0):
        return look.hold(Limit.RATE_UNKNOWN, "nothing was taken yet, so what one replica can do is not known")
    rate = state.rate.events_per_second if state.rate is not None else 1.0
    sizing = _size(settings, state, load, rate)
    state = advised(state, now, max(1, sizing.replicas_calm), settings)
    found = terms_of(settings, state, load, sizing, rate)
    consumption = min(whole.consumed, sum(load.consumption)) if strained.behind else None
    guessed = not found.rate_proven and whole.busy_seconds is None
    return choose(Look(settings, state, seen, found), seen, found, consumption, guessed=guessed)
