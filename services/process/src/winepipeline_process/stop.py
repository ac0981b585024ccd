"""A stop that was asked for: once in good order, twice at once."""

import os
import queue
import signal
from types import FrameType


class Stop:
    """Set by SIGINT or SIGTERM; the second signal ends the process on the spot with 128 + its number."""

    def __init__(self) -> None:
        self._requested = False
        # Not a threading.Event: a handler that runs while its own thread is about to wait would wait for that thread's
        # lock for ever. Python promises that `SimpleQueue.put` may be called from there.
        self._wakings: queue.SimpleQueue[None] = queue.SimpleQueue()

    def listen(self) -> "Stop":
        """Take the signals; only the main thread may."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)
        return self

    @property
    def requested(self) -> bool:
        """Whether the process is to stop."""
        return self._requested

    def request(self) -> None:
        """Ask for the stop from inside."""
        self._requested = True
        self._wakings.put(None)

    def wait(self, seconds: float) -> bool:
        """Wait; True as soon as the process is to stop. Any number of threads may wait."""
        if not self._requested:
            try:
                self._wakings.get(timeout=max(0.0, seconds))
            except queue.Empty:
                return self._requested
            self._wakings.put(None)  # for the next one who waits
        return True

    def _on_signal(self, number: int, _: FrameType | None) -> None:
        if self._requested:
            os._exit(128 + number)
        self.request()
