"""Python's search for reference cycles, set up for a loop that makes a thousand objects at a time and no cycles."""

import gc

YOUNG_OBJECTS = 50_000
"""By default Python looks after 700 new objects, which is more than once in each slice of messages."""


def settle_down() -> None:
    """Look at what was imported never again, and at what is new less often; once, before the first message."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 20, 100)
