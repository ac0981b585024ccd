"""What can go wrong with the broker.

BrokerUnavailable   try again later, for ever
"""


class BrokerUnavailable(Exception):
    """The broker does not answer, or not as it must; it may later."""

    reason = "BrokerUnavailable"
