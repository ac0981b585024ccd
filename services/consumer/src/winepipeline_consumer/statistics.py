"""What this session has done so far, for the line that is logged with each batch."""

from dataclasses import dataclass


@dataclass(slots=True)
class Statistics:
    """Counts since the start.

    Attributes:
        started: by the clock of whoever reports.
        consumed: messages read.
        loaded: events committed.
        rejected: dead letters committed.
        batches: commits.
    """

    started: float
    consumed: int = 0
    loaded: int = 0
    rejected: int = 0
    batches: int = 0

    def fields(self, now: float, batch: int, lag: int) -> dict[str, float | int]:
        """The line's fields; the rate is in events a second since the start.

        Args:
            now: by the same clock as `started`.
            batch: messages of the last commit.
            lag: messages in the topic that are not committed.
        """
        done = self.loaded + self.rejected
        return {
            "batch": batch,
            "consumed": self.consumed,
            "loaded": self.loaded,
            "rejected": self.rejected,
            "rate": round(done / max(now - self.started, 1e-3), 1),
            "lag": lag,
        }
