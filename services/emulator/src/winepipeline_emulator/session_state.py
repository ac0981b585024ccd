"""What a session remembers besides its connection: parameters, role, warehouse. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from winepipeline_emulator.errors import StatementError

# Snowflake's default is 43,200 s. Nobody wants to wait for that on a laptop.
DEFAULT_LOCK_TIMEOUT_SECONDS = 10.0


@dataclass
class SessionState:
    """One session's settings; the names of parameters are upper-case."""

    role: str = "SYSADMIN"
    warehouse: str | None = None
    parameters: dict[str, str] = field(default_factory=dict)

    @property
    def autocommits(self) -> bool:
        """Whether a statement outside a transaction commits by itself."""
        return self.parameters.get("AUTOCOMMIT", "TRUE").upper() != "FALSE"

    @property
    def lock_timeout_seconds(self) -> float:
        """How long a statement waits for a table's lock."""
        return float(self.parameters.get("LOCK_TIMEOUT", DEFAULT_LOCK_TIMEOUT_SECONDS))

    def set(self, parameters: Mapping[str, str | None]) -> None:
        """ALTER SESSION SET; None unsets. Parameters without a meaning here are taken and kept.

        Raises:
            StatementError: 001008 for a LOCK_TIMEOUT that is no whole number.
        """
        timeout = parameters.get("LOCK_TIMEOUT")
        if timeout is not None and not timeout.isdecimal():
            raise StatementError(
                1008, "22023", f"SQL compilation error:\ninvalid value [{timeout}] for parameter 'LOCK_TIMEOUT'"
            )
        for name, value in parameters.items():
            if value is None:
                self.parameters.pop(name.upper(), None)
            else:
                self.parameters[name.upper()] = value
