"""Is the producer alive, and does what it makes arrive? Pure: the clock is an argument."""

from dataclasses import dataclass

from winepipeline_process.http import Health

STANDSTILL_SECONDS = 20.0
"""A loop that turns does so several times a second; the longest wait in it is that for the broker's answer."""

STALL_SECONDS = 10.0
"""The broker takes events in hundredths of a second."""


@dataclass(slots=True)
class Pulse:
    """What the loop notes of itself; times are in seconds of one clock.

    Attributes:
        turned: when the loop turned last.
        absence: what is missing for the start, in words; None once the broker and the topic were there.
        failing: whether the last report was a failure.
        waiting_since: since when messages are queued without any report; None when none are.
    """

    turned: float
    absence: str | None = "not looked yet"
    failing: bool = False
    waiting_since: float | None = None
    _reported: int = 0

    def note(self, now: float, queued: int, reported: int, *, failing: bool) -> None:
        """The loop turned.

        Args:
            now: when.
            queued: messages that wait or are under way.
            reported: messages whose end is known, since the start.
            failing: whether the last of them failed.
        """
        self.turned, self.failing = now, failing
        if not queued:
            self.waiting_since = None
        elif self.waiting_since is None or reported != self._reported:
            self.waiting_since = now
        self._reported = reported

    def health(self, now: float) -> Health:
        """Alive: the loop turns."""
        still_seconds = now - self.turned
        if still_seconds > STANDSTILL_SECONDS:
            return Health(ok=False, reason="LoopStands", detail=f"the loop has not turned for {still_seconds:.0f} s")
        return Health(ok=True, reason="Alive")

    def readiness(self, now: float) -> Health:
        """Ready: deliveries succeed."""
        if self.absence is not None:
            return Health(ok=False, reason="Waiting", detail=self.absence)
        if self.failing:
            return Health(ok=False, reason="DeliveriesFail", detail="the last event was not delivered")
        if self.waiting_since is not None and now - self.waiting_since > STALL_SECONDS:
            seconds = now - self.waiting_since
            return Health(ok=False, reason="DeliveriesStall", detail=f"no event has been delivered for {seconds:.0f} s")
        return Health(ok=True, reason="Delivering")
