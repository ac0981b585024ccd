"""A stop that was asked for: once in good order, twice at once."""

import os
import signal
import threading
from types import FrameType


class Stop:
    """Set by SIGINT or SIGTERM; the second signal ends the process on the spot with 128 + its number."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def listen(self) -> "Stop":
        """Take the signals; only the main thread may."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)
        return self

    @property
    def requested(self) -> bool:
        """Whether the process is to stop."""
        return self._event.is_set()

    def request(self) -> None:
        """Ask for the stop from inside."""
        self._event.set()

    def wait(self, seconds: float) -> bool:
        """Wait; True as soon as the process is to stop."""
        return self._event.wait(seconds)

    def _on_signal(self, number: int, _: FrameType | None) -> None:
        if self._event.is_set():
            os._exit(128 + number)
        self._event.set()
