"""What one replica can do and what a change costs, learnt from what was seen. Sources: see `law`."""

from dataclasses import dataclass, replace

from winepipeline_operator.scaling.observation import Observation
from winepipeline_operator.scaling.rates import Rates, rates
from winepipeline_operator.scaling.settings import ScalingSettings
from winepipeline_operator.scaling.state import Rate, State

FULL = 0.5
"""Of the backlog that calls for more replicas: with less, nobody is short of consumers."""

FULLY_BUSY = 0.5
"""Of the time; so busy, consumers have full batches in hand and wait for room, whatever waits in the topic."""

LEARNING = 0.3
"""The weight of a new sample: three polls make two thirds of the estimate."""

RAISING = 0.03
"""The weight of a calm look, which only raises: ten minutes of polls make two thirds of the way."""

RAISE_MOST = 1.25
"""A calm look raises to at most so many times the best that was proven: metrics that miss work promise wonders."""

RAISE_WRONG = 1.1
"""A known rate so many times above what a backlog shows had been raised wrongly."""

RAISE_BARRED_SECONDS = 3600.0
"""For how long raising is not believed after that."""

MISSED = 1.15
"""Flink's switch: when the rate by busy-seconds is so many times the observed one, busy-seconds miss some work."""

LEAST_BUSY = 0.01
"""Of the time, by all together; with less, busy-seconds are a rounding error, and no group is believed to be idler."""

RESTART_BOUNDS_SECONDS = (5.0, 300.0)


@dataclass(frozen=True, slots=True)
class Strain:
    """Under which backlog the last two observations were made.

    Attributes:
        saturated: enough waited in the topic, and batches were full.
        behind: so it was in every partition, so that no replica can have been idle.
    """

    saturated: bool
    behind: bool


def strain(window: tuple[Observation, ...], settings: ScalingSettings) -> Strain:
    """The backlog at both ends of the last interval of a window of two observations or more.

    A rate is a true one only with full batches: a load costs nearly the same whatever is in it, so a group that is some
    seconds behind because its loads take so long would look slow, and more of it slower still.
    """
    pair = window[-2:]
    seen = rates(*pair)
    backlogs = [each.backlog(settings.idle_lag_per_partition) for each in pair]
    enough = FULL * settings.behind_seconds * max(seen.arrived, seen.consumed)
    full = _fully_busy(seen, pair) or all(
        sum(backlog) >= settings.in_hand_events * each.replicas_ready
        for backlog, each in zip(backlogs, pair, strict=True)
    )
    return Strain(
        saturated=full and all(sum(each) > enough for each in backlogs),
        behind=full
        and all(
            waiting > FULL * settings.behind_seconds * taken
            for each in backlogs
            for waiting, taken in zip(each, seen.consumption, strict=True)
        ),
    )


def _fully_busy(seen: Rates, pair: tuple[Observation, ...]) -> bool:
    """Whether the consumers say so; where they could not be asked, what waits has to be enough."""
    if seen.busy_seconds is None:
        return True
    return seen.busy_seconds >= FULLY_BUSY * seen.seconds * pair[-1].replicas_ready


def learn(state: State, strained: Strain) -> State:
    """The state with a better estimate of what one replica can do, from a window of two observations or more."""
    window = state.window
    seen = rates(window[-2] if strained.saturated else window[0], window[-1])
    replicas = window[-1].replicas_ready
    if seen.consumed <= 0 or replicas <= 0:
        return state
    sample, proof = _sample(state.rate, seen, seen.consumed / replicas, strained)
    now = window[-1].time_seconds
    return replace(state, rate=_measured(state.rate, sample, now) if proof else _raised(state.rate, sample, now))


def learn_restart(restart_seconds: float, took_seconds: float) -> float:
    """The estimate of T_r after one more restart."""
    least, most = RESTART_BOUNDS_SECONDS
    return restart_seconds + 0.5 * (min(max(took_seconds, least), most) - restart_seconds)


def _sample(rate: Rate | None, seen: Rates, observed: float, strained: Strain) -> tuple[float, bool]:
    """Events/s of one replica, and whether that is proven.

    By busy-seconds, unless they are missing or known to miss some work: when every partition lags, no replica can have
    been idle; when only some do, idle ones are possible, and what busy-seconds say is believed only when it is no
    surprise. A group that loses ground does what it can, whatever they say.
    """
    proven = None if rate is None else rate.proven_per_second
    by_busy = None
    if seen.busy_seconds is not None:
        by_busy = seen.consumed * seen.seconds / max(seen.busy_seconds, LEAST_BUSY * seen.seconds)
    if strained.behind:
        return (observed if by_busy is None or by_busy > MISSED * observed else by_busy), True
    if strained.saturated and by_busy is not None and proven is not None and by_busy <= MISSED * proven:
        return by_busy, True
    if strained.saturated and seen.consumed < seen.arrived:
        return observed, True
    return (observed if by_busy is None else by_busy), False


def _measured(rate: Rate | None, sample: float, now: float) -> Rate:
    """The estimate after a sample under a backlog."""
    if rate is None or rate.proven_per_second is None:
        return Rate(sample, sample, sample)
    known, proven = rate.events_per_second, rate.proven_per_second
    best, after = rate.best_per_second, rate.raise_after_seconds
    if known > proven and known > RAISE_WRONG * sample:
        best, after = (best + sample) / 2, now + RAISE_BARRED_SECONDS
    start = min(known, max(proven, sample))
    estimate = start + LEARNING * (sample - start)
    return Rate(estimate, estimate, max(best, estimate), after)


def _raised(rate: Rate | None, sample: float, now: float) -> Rate:
    """The estimate after a calm look: towards what the sample shows at least, or the best that has been proven."""
    if rate is None:
        return Rate(sample)
    known, proven = rate.events_per_second, rate.proven_per_second
    if proven is None:
        return Rate(max(known, known + LEARNING * (sample - known)))
    target = min(max(sample, rate.best_per_second), RAISE_MOST * rate.best_per_second)
    if target <= known or (rate.raise_after_seconds is not None and now < rate.raise_after_seconds):
        return rate
    return replace(rate, events_per_second=known + RAISING * (target - known))
