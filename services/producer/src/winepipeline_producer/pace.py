"""How many events are due. Pure: the clock is an argument."""

import math

DEBT_SECONDS = 2.0
"""What is missed in a longer standstill is not made up for: a broker that comes back is not met with a flood."""


class Pace:
    """Keeps an average rate, whatever the moments at which it is asked: `rate`, in events a second.

    The first event is due at the start, the n-th (n - 1) / rate later. An event that is taken late does not delay
    those after it.
    """

    def __init__(self, rate: float, now: float) -> None:
        """`rate` is in events a second; `now`, here and below, in seconds of a clock that never goes back."""
        self.rate = rate
        self._origin = now
        self._taken = 0
        self._most_debt = max(1.0, rate * DEBT_SECONDS)

    def due(self, now: float) -> int:
        """How many events are due and were not taken."""
        debt = self._debt(now)
        if debt > self._most_debt:
            self._origin, self._taken = now - (self._most_debt - 1) / self.rate, 0
            debt = self._debt(now)
        return max(0, math.floor(debt))

    def take(self, count: int) -> None:
        """So many were made."""
        self._taken += count

    def wait_seconds(self, now: float) -> float:
        """How long until the next one is due; 0 when one is."""
        return max(0.0, (1 - self._debt(now)) / self.rate)

    def _debt(self, now: float) -> float:
        return (now - self._origin) * self.rate + 1 - self._taken
