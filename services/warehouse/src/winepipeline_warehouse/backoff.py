"""How long to wait before the next try: exponential with full jitter.

Full jitter keeps many consumers from knocking together on a warehouse that comes back (Brooker, "Exponential Backoff
And Jitter", AWS Architecture Blog, 2015).
"""

import random
from collections.abc import Iterator


def delays_seconds(first: float, most: float, rng: random.Random) -> Iterator[float]:
    """Waits for ever: the n-th lies between a tenth and the whole of `first` × 2ⁿ, at most `most`."""
    bound = first
    while True:
        yield bound * rng.uniform(0.1, 1.0)
        bound = min(most, bound * 2)
