"""Why an event is turned away: one name for the metric's label, the log, the header and the runbook."""

from enum import StrEnum


class Reason(StrEnum):
    """The ways in which a message is no event.

    The first eleven are found in the message itself; the last is the warehouse's word.
    """

    EMPTY_VALUE = "EmptyValue"
    NOT_UTF8 = "NotUtf8"
    NOT_JSON = "NotJson"
    NOT_AN_OBJECT = "NotAnObject"
    UNKNOWN_TYPE = "UnknownType"
    MISSING_FIELD = "MissingField"
    WRONG_TYPE = "WrongType"
    OUT_OF_RANGE = "OutOfRange"
    INCONSISTENT = "Inconsistent"
    TOO_LARGE = "TooLarge"
    TOO_DEEP = "TooDeep"
    REFUSED_BY_WAREHOUSE = "RefusedByWarehouse"
