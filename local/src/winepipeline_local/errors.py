"""What can go wrong on a laptop, said to a person.

LocalError
├── UsageError      the arguments or the resource do not make sense (exit 2)
├── JarsError       Kafka's jars cannot be had or are not what they should be (exit 3)
├── BrokerError     the broker does not start or does not answer (exit 3)
├── WarehouseError  the emulator or the account does not answer (exit 4)
├── StateError      the state folder is in use or cannot be written (exit 2)
├── ServiceError    a service ends again and again (its own exit code)
└── HistoryError    a backfill cannot be done, or has not been done (exit 1, 2 or 4)
"""

from winepipeline_process.exits import ExitCode


class LocalError(Exception):
    """A failure with words for a person.

    Attributes:
        message: what happened, with the value.
        hint: what to do next.
        exit_code: the class of failure, as the process's exit status.
    """

    exit_code: int = ExitCode.INTERNAL

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n  → {self.hint}"


class UsageError(LocalError):
    """The arguments or the resource do not make sense."""

    exit_code = ExitCode.USAGE


class StateError(LocalError):
    """The state folder is in use or cannot be written."""

    exit_code = ExitCode.USAGE


class JarsError(LocalError):
    """Kafka's jars cannot be had, or are not what they should be."""

    exit_code = ExitCode.BROKER


class BrokerError(LocalError):
    """The broker does not start or does not answer."""

    exit_code = ExitCode.BROKER


class WarehouseError(LocalError):
    """The emulator or the account does not answer."""

    exit_code = ExitCode.WAREHOUSE


class ServiceError(LocalError):
    """A service ends again and again; the exit status is the one for its own class of failure."""

    def __init__(self, message: str, hint: str, exit_code: int) -> None:
        super().__init__(message, hint)
        self.exit_code = exit_code


class HistoryError(LocalError):
    """A backfill cannot be done, or has not been done; the exit status is that of its kind of failure."""

    def __init__(self, message: str, hint: str, exit_code: int) -> None:
        super().__init__(message, hint)
        self.exit_code = exit_code
