"""A message on its way to the topic."""

from typing import NamedTuple


class Kind(NamedTuple):
    """What is counted apart: the type that a message was made as, and whether it was left `valid` or made `invalid`."""

    event_type: str
    validity: str


ORDER = Kind("ORDER_CREATED", "valid")
MOVEMENT = Kind("INVENTORY_ADJUSTED", "valid")
BAD_ORDER = Kind("ORDER_CREATED", "invalid")
BAD_MOVEMENT = Kind("INVENTORY_ADJUSTED", "invalid")
KINDS = (ORDER, MOVEMENT, BAD_ORDER, BAD_MOVEMENT)


class Message(NamedTuple):
    """A message for the topic.

    Attributes:
        kind: what it is.
        key: the product's id in ASCII digits.
        value: the event; what is malformed may be anything, or None.
        flaw: in words what was done to it; empty when it is whole.
    """

    kind: Kind
    key: bytes
    value: bytes | None
    flaw: str = ""
