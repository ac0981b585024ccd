"""Checks over many messages at once, for what the decoder does not see. Cheap, and never too kind.

The decoder skips fields that we do not know, so that bytes which are no UTF-8, or nesting without end, could hide in
them. Looking at all messages of a slice together costs a few nanoseconds each.
"""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from winepipeline_events.validation import Limits

_FOLD = 0x20
"""`[` (0x5B) with this bit is `{` (0x7B), so that one comparison finds both."""

_OPENING = ord("{")

ORDER_BRACKETS = 2
"""Opening brackets that an order has at least: its own and its product's."""

MOVEMENT_BRACKETS = 3
"""Those of a movement of stock: its own, its product's and its batch's."""


def suspicious(content: bytes, lengths: npt.NDArray[np.int32], least_brackets: int, limits: Limits) -> bool:
    """Whether one of the messages may break a rule of form; False is certain, True asks for a closer look.

    Args:
        content: the messages, one right after the other.
        lengths: bytes of each.
        least_brackets: how many opening brackets those of the messages that were decoded have at least.
        limits: what is allowed.
    """
    if not len(lengths):
        return False
    return (
        int(lengths.max()) > limits.event_bytes
        or int(lengths.min()) == 0
        or _may_nest_too_deep(content, least_brackets, limits.depth)
        or not _is_utf8(content, lengths)
    )


def _may_nest_too_deep(content: bytes, least_brackets: int, depth: int) -> bool:
    """If all brackets beyond the least stood in one message, would it nest too deep?"""
    folded = np.bitwise_or(np.frombuffer(content, np.uint8), _FOLD)
    openings = int(np.count_nonzero(np.equal(folded, _OPENING, out=folded.view(np.bool_))))
    return openings - least_brackets > depth - MOVEMENT_BRACKETS


def _is_utf8(content: bytes, lengths: npt.NDArray[np.int32]) -> bool:
    """Each message by itself: a character cut in two between messages is none in either."""
    ends = np.zeros(len(lengths) + 1, np.int32)
    np.cumsum(lengths, out=ends[1:])
    texts = pa.StringArray.from_buffers(len(lengths), pa.py_buffer(ends), pa.py_buffer(content))
    try:
        texts.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True
