"""What can go wrong with the warehouse, sorted by what to do about it.

    WarehouseError
    ├── Unavailable      try again later, for ever: time-outs, lost connections, locks, a warehouse that resumes
    ├── Misconfigured    stop and tell a person: credentials, grants, tables with other columns
    ├── DataRefused      one row or more of this load is the cause: find it, turn it away, load the rest
    └── Fenced           another consumer owns a partition now: drop the load, read the ledger again

Each carries `reason` (one word for the metric, the log field and the runbook), `message` and `hint`.
"""


class WarehouseError(Exception):
    """Something went wrong with the warehouse.

    Attributes:
        reason: one CamelCase word, of bounded cardinality.
        message: what happened, with the value.
        hint: what to do next; empty when there is nothing for a person to do.
    """

    def __init__(self, reason: str, message: str, hint: str = "") -> None:
        super().__init__(f"{reason}: {message}" + (f" ({hint})" if hint else ""))
        self.reason = reason
        self.message = message
        self.hint = hint


class Unavailable(WarehouseError):
    """It may go well later: back off and try again."""


class Misconfigured(WarehouseError):
    """It cannot go well until a person changes something."""


class DataRefused(WarehouseError):
    """The warehouse refuses the load for what is in it."""


class Fenced(WarehouseError):
    """The ledger does not stand where this load expected it: somebody else moved it."""
