"""Log lines that say the same again and again, said once in a while."""

import logging
import re

EVERY_SECONDS = 30.0

_MOST_REMEMBERED = 200

_VARYING = re.compile(r"after \d+ms|, \d+ identical error\(s\) suppressed")
"""What differs between librdkafka's lines on one failure and the next."""


class Repeats(logging.Filter):
    """Lets a line pass that was not said for `every_seconds`, with the number of those that were kept back.

    A broker that is away makes librdkafka try to connect, and say so, twenty times a second.
    """

    def __init__(self, every_seconds: float = EVERY_SECONDS) -> None:
        super().__init__()
        self._every_seconds = every_seconds
        self._said: dict[str, tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether to say it; by the record's own time."""
        words = record.getMessage()
        key = _VARYING.sub("", words)
        said, kept_back = self._said.get(key, (float("-inf"), 0))
        if record.created - said < self._every_seconds:
            self._said[key] = (said, kept_back + 1)
            return False
        if len(self._said) >= _MOST_REMEMBERED:
            recent = record.created - self._every_seconds
            self._said = {each: (when, count) for each, (when, count) in self._said.items() if when > recent}
        self._said[key] = (record.created, 0)
        if kept_back:
            record.msg, record.args = f"{words} ({kept_back} more since the last such line)", ()
        return True
