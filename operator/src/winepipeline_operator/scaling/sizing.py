"""How many replicas a load needs: the arithmetic of the law, on plain numbers. `law` says where it comes from."""

import math
from dataclasses import dataclass

BUSIEST_UTILISATION = 0.9
"""How busy the busiest member may be, of 1: above that, a batch that takes longer than usual becomes a backlog."""

CALM_UTILISATION = 0.8
"""How busy it may be after a scale-down: with less than the above, an estimate a little too good costs no way back."""

ROUNDING = 1e-9
"""What binary fractions may cost: 12 partitions over exactly 4 replicas' worth of load are 3 each, not 2."""


@dataclass(frozen=True, slots=True)
class Load:
    """What each partition brings, by its number.

    Attributes:
        arrival: events/s that come (λ).
        consumption: events/s that are taken now (c).
        backlog: events that wait (L).
    """

    arrival: tuple[float, ...]
    consumption: tuple[float, ...]
    backlog: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Sizing:
    """What a load needs.

    Attributes:
        demand_per_second: D, in events/s.
        replicas_exact: x = D/μ, not rounded.
        replicas_least: the fewest that keep up and drain in time; fewer call for a scale-up.
        replicas: what to scale up to: the least, with headroom, snapped to the partitions.
        replicas_calm: what to scale down to: not fewer, and the busiest member has headroom too.
        partitions_bound: the partitions that alone ask for more than one replica can do.
    """

    demand_per_second: float
    replicas_exact: float
    replicas_least: int
    replicas: int
    replicas_calm: int
    partitions_bound: tuple[int, ...]


def size(load: Load, *, rate: float, utilisation: float, catch_up_seconds: float, restart_seconds: float) -> Sizing:
    """Sizes a group whose replicas each do `rate` events/s. Never shrinks when a backlog or an arrival rate grows."""
    asked = demands(load, utilisation, catch_up_seconds, restart_seconds)
    bare = demands(load, BUSIEST_UTILISATION, catch_up_seconds, 0.0)
    exact = sum(min(each, rate) for each in asked) / rate
    calm = demands(load, CALM_UTILISATION, catch_up_seconds, 0.0)
    least = busiest(bare, rate)
    replicas = max(least, snap(len(asked), exact))
    return Sizing(
        demand_per_second=sum(asked),
        replicas_exact=sum(asked) / rate,
        replicas_least=least,
        replicas=replicas,
        replicas_calm=max(replicas, busiest(calm, rate)),
        partitions_bound=tuple(number for number, each in enumerate(bare) if each > rate),
    )


def demands(load: Load, utilisation: float, catch_up_seconds: float, restart_seconds: float) -> tuple[float, ...]:
    """Events/s that each partition needs: headroom over what comes, or to drain in time, whichever is more."""
    return tuple(
        max(arrival / utilisation, arrival + (backlog + max(0.0, arrival - taken) * restart_seconds) / catch_up_seconds)
        for arrival, taken, backlog in zip(load.arrival, load.consumption, load.backlog, strict=True)
    )


def snap(partitions: int, exact: float) -> int:
    """The fewest replicas whose busiest member, by its number of partitions, meets its share: ⌈N/⌊N/x⌋⌉."""
    if exact <= 0:
        return 0
    share = math.floor(min(partitions, partitions / exact) + ROUNDING)
    return partitions if share < 1 else math.ceil(partitions / share)


def busiest(asked: tuple[float, ...], rate: float) -> int:
    """The fewest replicas such that the member with the busiest partition and average others meets its share.

    A partition that asks for more than one replica can do counts as one replica's work: it gets a member of its own.
    """
    capped = [min(each, rate) for each in asked]
    total, largest = sum(capped), max(capped)
    if total <= 0:
        return 0
    partitions = len(capped)
    others = (total - largest) / (partitions - 1) if partitions > 1 else 0.0
    beside = partitions - 1.0 if others <= 0 else min(partitions - 1.0, (rate - largest) / others)
    return math.ceil(partitions / (1 + math.floor(beside + ROUNDING)))
