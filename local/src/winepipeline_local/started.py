"""When this process began, before Python had loaded anything."""

import os
import time
from pathlib import Path

_IMPORTED_SECONDS = time.monotonic()
_START_TIME_FIELD = 19  # proc(5), field 22 of /proc/PID/stat, counted after the name in parentheses
_MOST_SECONDS = 60.0


def process_start_seconds() -> float:
    """The moment on the monotonic clock; where the system does not tell, when this module was loaded."""
    try:
        fields = Path("/proc/self/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        age = time.clock_gettime(time.CLOCK_BOOTTIME) - int(fields[_START_TIME_FIELD]) / os.sysconf("SC_CLK_TCK")
    except (OSError, AttributeError, ValueError, IndexError):
        return _IMPORTED_SECONDS
    return time.monotonic() - age if 0 <= age < _MOST_SECONDS else _IMPORTED_SECONDS
