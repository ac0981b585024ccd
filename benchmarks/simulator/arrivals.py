"""How many events have come to each partition by each second: seeded, so the same in every run."""

import math
import random
from itertools import accumulate

from benchmarks.simulator.curves import Curve
from benchmarks.simulator.machine import Machine

KEYS_PER_PARTITION = 20
"""So many products a partition on average, spread by their hash: some partitions get twice as many as others."""

Arrivals = list[list[int]]
"""By partition, by second: events that have come by the end of that second."""


def shares(partitions: int, seed: int) -> list[float]:
    """What each partition gets of the load, when keys are spread over partitions by chance."""
    rng = random.Random(seed)
    counts = [0] * partitions
    for _ in range(KEYS_PER_PARTITION * partitions):
        counts[rng.randrange(partitions)] += 1
    return [count / sum(counts) for count in counts]


def arrivals(curve: Curve, machine: Machine) -> Arrivals:
    """The events of a curve; about as many in each second as a Poisson process would bring."""
    rng = random.Random(curve.seed)
    by_key = shares(machine.partitions, curve.seed + 1000)
    levels = [
        (curve.level(second) * machine.events_per_second, curve.hot_share(second)) for second in range(curve.seconds)
    ]
    rows = []
    for partition, share in enumerate(by_key):
        means = (level * ((hot if partition == 0 else 0.0) + (1 - hot) * share) for level, hot in levels)
        rows.append(list(accumulate(max(0, round(rng.gauss(mean, math.sqrt(mean)))) if mean else 0 for mean in means)))
    return rows
