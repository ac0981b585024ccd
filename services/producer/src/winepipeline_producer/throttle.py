"""How often the same thing is said. Pure: the clock is an argument."""


class Throttle:
    """Lets the first of each name through at once, and then one in `interval_seconds`."""

    def __init__(self, interval_seconds: float) -> None:
        self._interval_seconds = interval_seconds
        self._said: dict[str, tuple[float, int]] = {}

    def ask(self, name: str, now: float) -> int | None:
        """How many of this name were kept back since the last that was let through; None to keep this one back."""
        last, kept_back = self._said.get(name, (float("-inf"), 0))
        if now - last < self._interval_seconds:
            self._said[name] = (last, kept_back + 1)
            return None
        self._said[name] = (now, 0)
        return kept_back
