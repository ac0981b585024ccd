"""The largest advice of the last minutes, by which a scale-down goes: kept as the falling steps that may be it yet."""

from dataclasses import replace

from winepipeline_operator.scaling.settings import ScalingSettings
from winepipeline_operator.scaling.state import Advice, State

LONGEST_GAP = 1 / 3
"""A silence longer than this share of the patience is a break: what was advised before it counts no more."""


def advised(state: State, now: float, replicas: int, settings: ScalingSettings) -> State:
    """The state after one more advice."""
    since, steps = state.advice_since_seconds, state.advice
    if since is None or not steps or now - steps[-1].time_seconds > LONGEST_GAP * settings.scale_down_after_seconds:
        since, steps = now, ()
    oldest = now - settings.scale_down_after_seconds
    kept = (each for each in steps if each.time_seconds > oldest and each.replicas > replicas)
    return replace(state, advice=(*kept, Advice(now, replicas)), advice_since_seconds=since)


def falls_at(state: State, settings: ScalingSettings) -> float | None:
    """When the largest advice will be forgotten and a smaller one binds; None: none is known."""
    allowed = [settings.clamp(each.replicas) for each in state.advice]
    if allowed[0] == allowed[-1]:
        return None
    return state.advice[0].time_seconds + settings.scale_down_after_seconds


def largest(state: State) -> int:
    """The largest advice that still counts; there must be one."""
    return state.advice[0].replicas
