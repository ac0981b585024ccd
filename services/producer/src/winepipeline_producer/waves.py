"""A load that comes in waves: a rush, a calm, and again. Pure: the clock is an argument."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Waves:
    """The rates in events a second (None: as many as the broker takes), and how long each lasts.

    Attributes:
        rush: while the load is there.
        rush_seconds: how long it is.
        calm: in between, at most; None for a load that is always there.
        calm_seconds: how long until it comes again.
    """

    rush: float | None
    rush_seconds: float
    calm: float | None
    calm_seconds: float

    def rate(self, age_seconds: float) -> float | None:
        """The rate so long after the beginning, which is a rush's."""
        if self._is_steady:
            return self.rush
        place = age_seconds % (self.rush_seconds + self.calm_seconds)
        return self.rush if place < self.rush_seconds else self.calm

    @property
    def words(self) -> str:
        """For the log."""
        rush = "as fast as the broker takes them" if self.rush is None else f"{self.rush:,.7g} a second"
        if self._is_steady:
            return rush
        return f"{rush} for {self.rush_seconds:g} s, then {self.calm:,.7g} for {self.calm_seconds:g} s, in turn"

    @property
    def _is_steady(self) -> bool:
        """Whether the rush is no more than the calm: then there are no waves."""
        return self.calm is None or (self.rush is not None and self.rush <= self.calm)
