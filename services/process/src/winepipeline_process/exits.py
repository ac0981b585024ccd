"""How a process of ours ends, told apart for scripts."""

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit statuses: one for each class of failure."""

    OK = 0
    CHECK_FAILED = 1
    """What was to be checked does not hold: an audit, a lint, a check."""
    USAGE = 2
    """Wrong arguments or settings."""
    BROKER = 3
    """Kafka cannot be worked with."""
    WAREHOUSE = 4
    """The warehouse cannot be worked with."""
    INTERNAL = 5
    """A fault of ours."""
