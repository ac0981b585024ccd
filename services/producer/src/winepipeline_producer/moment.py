"""Times as they stand in an event. Pure."""

import datetime as dt
from functools import lru_cache
from typing import NamedTuple

DAY_MS = 86_400_000


class Day(NamedTuple):
    """A day as `2026-11-24` and, inside numbers, as `20261124`."""

    text: bytes
    digits: bytes


@lru_cache(maxsize=1024)
def day(number: int) -> Day:
    """The day so many days after 1 January 1970."""
    text = (dt.date(1970, 1, 1) + dt.timedelta(days=number)).isoformat()
    return Day(text.encode(), text.replace("-", "").encode())


def timestamp(now_ms: int) -> bytes:
    """`2026-11-24T01:47:42.123Z`, from milliseconds since 1970 in UTC."""
    seconds, thousandths = divmod(now_ms, 1000)
    moment = dt.datetime.fromtimestamp(seconds, dt.UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{thousandths:03d}Z".encode()
