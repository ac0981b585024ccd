"""Ctrl-C and SIGTERM: once asks for an orderly stop, twice ends everything now."""

import signal
import threading
from types import FrameType, TracebackType
from typing import Any, Self

SIGNALS = (signal.SIGINT, signal.SIGTERM)
SIGNAL_STATUS = 128  # a shell's convention: 128 and the signal's number


class Interrupted(BaseException):
    """Stop now. Not an Exception, so that nothing on the way takes it for a failure of its own."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.exit_code = SIGNAL_STATUS + number


class Interrupt:
    """Listens for the signals while it is entered; to be used from the main thread.

    Until `patient` is set the first signal raises `Interrupted` wherever the main thread is: while things start there
    is nothing to finish. Afterwards the first one only sets `requested`, and the second one raises.
    """

    def __init__(self) -> None:
        self.patient = False
        self._requested = threading.Event()
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        self._before = {each: signal.signal(each, self._heard) for each in SIGNALS}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    @property
    def requested(self) -> bool:
        """Whether somebody asked to stop."""
        return self._requested.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait so long, or until somebody asks to stop; whether somebody did."""
        return self._requested.wait(seconds)

    def _heard(self, number: int, _frame: FrameType | None) -> None:
        again = self._requested.is_set()
        self._requested.set()
        if again or not self.patient:
            raise Interrupted(number)
