"""What can go wrong with the broker.

BrokerUnavailable   try again later, for ever
BrokerRefuses       stop and tell a person
"""


class BrokerRefuses(Exception):
    """This process cannot go on as a member of the group, or not even begin.

    Attributes:
        hint: what to do about it.
    """

    reason = "BrokerRefuses"

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


class BrokerUnavailable(Exception):
    """The broker does not answer, or not as it must; it may later."""

    reason = "BrokerUnavailable"
