"""Spans of time as people write and read them. Pure."""

import re

_FORM = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>s|m|h)?", re.ASCII)
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0, None: 1.0}
MINUTE_SECONDS = 60
HOUR_SECONDS = 3600


def parse_seconds(text: str) -> float:
    """Seconds of `45`, `30s`, `2m` or `1h`.

    Raises:
        ValueError: another form, or not above 0; the words are for a person.
    """
    found = _FORM.fullmatch(text.strip())
    seconds = float(found["number"]) * _SECONDS[found["unit"]] if found else 0.0
    if seconds <= 0:
        raise ValueError(f"{text!r} is no span of time: write seconds above 0, as in 45, 30s, 2m or 1h")
    return seconds


def clock(seconds: float) -> str:
    """`0:42`, `12:05` or `1:02:03` for a running clock."""
    whole = int(seconds)
    minutes = f"{whole % HOUR_SECONDS // MINUTE_SECONDS}"
    tail = f"{whole % MINUTE_SECONDS:02d}"
    return f"{whole // HOUR_SECONDS}:{minutes:0>2}:{tail}" if whole >= HOUR_SECONDS else f"{minutes}:{tail}"


def shown_seconds(seconds: float | None) -> str:
    """`640 ms`, `1.24 s`, `32 s`, or `–` for none: three digits are enough to compare by."""
    if seconds is None:
        return "–"
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.0f} s"  # noqa: PLR2004 - one digit before the point
