"""What a contestant's process measured of itself."""

import json
import resource
import time
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figures:
    """One run of one contestant.

    Attributes:
        name: which.
        events: how many it consumed.
        cpu_seconds: user and system time of its process, all threads, from its first look into the topic.
        wall_seconds: the same by the clock.
        peak_rss_mb: the most memory that it had resident, in MiB.
    """

    name: str
    events: int
    cpu_seconds: float
    wall_seconds: float
    peak_rss_mb: float

    @property
    def events_per_cpu_second(self) -> float:
        """What this benchmark compares."""
        return self.events / max(self.cpu_seconds, 1e-9)

    @property
    def events_per_second(self) -> float:
        """By the clock, beside a broker on the same two cores."""
        return self.events / max(self.wall_seconds, 1e-9)

    def write(self, file: Path) -> None:
        """Hand them to the process that started this one."""
        file.write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def read(cls, file: Path) -> "Figures":
        """What `write` wrote."""
        return cls(**json.loads(file.read_text(encoding="utf-8")))


class Stopwatch:
    """CPU and clock since it was made."""

    def __init__(self) -> None:
        self._cpu = _cpu_seconds()
        self._wall = time.perf_counter()

    def figures(self, name: str, events: int) -> Figures:
        """Stop."""
        return Figures(name, events, _cpu_seconds() - self._cpu, time.perf_counter() - self._wall, _peak_rss_mb())


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _peak_rss_mb() -> float:
    """VmHWM: `ru_maxrss` also counts what the parent had before this process was its own."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
