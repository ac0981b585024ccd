"""The flags of `rpk redpanda start`. Pure.

Redpanda ends at once on a flag that it does not know, and so does this: a misspelt one shows here too. The lists follow
rpk's documentation and Seastar's options.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

RPK_FLAGS: Final = frozenset({
    "advertise-kafka-addr",
    "advertise-pandaproxy-addr",
    "advertise-rpc-addr",
    "check",
    "config",
    "install-dir",
    "kafka-addr",
    "mode",
    "node-id",
    "pandaproxy-addr",
    "rpc-addr",
    "schema-registry-addr",
    "seeds",
    "set",
    "timeout",
    "well-known-io",
})  # fmt: skip
SEASTAR_FLAGS: Final = frozenset({
    "abort-on-seastar-bad-alloc",
    "blocked-reactor-notify-ms",
    "cpuset",
    "default-log-level",
    "dump-memory-diagnostics-on-alloc-failure-kind",
    "idle-poll-time-us",
    "io-properties",
    "io-properties-file",
    "kernel-page-cache",
    "lock-memory",
    "logger-log-level",
    "max-networking-io-control-blocks",
    "mbind",
    "memory",
    "overprovisioned",
    "poll-aio",
    "reactor-backend",
    "reserve-memory",
    "smp",
    "thread-affinity",
    "unsafe-bypass-fsync",
})  # fmt: skip
UNITS: Final = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}


class WrongFlag(Exception):
    """A command line that Redpanda would refuse."""


@dataclass(frozen=True, slots=True)
class Flags:
    """What the command line says.

    Attributes:
        advertised_kafka: from a listener's name to host:port.
        advertised_rpc: host:port.
        memory_bytes: for Redpanda altogether; None when it is not limited.
    """

    advertised_kafka: dict[str, str]
    advertised_rpc: str | None
    memory_bytes: int | None


def parse(arguments: Sequence[str]) -> Flags:
    """The flags of `redpanda start …`.

    Raises:
        WrongFlag: another command, an unknown flag, one without its value, or one that is given twice.
    """
    if list(arguments[:2]) != ["redpanda", "start"]:
        raise WrongFlag(f"the stand-in knows `rpk redpanda start` only, not `rpk {' '.join(arguments)}`")
    given: dict[str, str] = {}
    for argument in arguments[2:]:
        name, equals, value = argument.removeprefix("--").partition("=")
        if not argument.startswith("--") or name not in RPK_FLAGS | SEASTAR_FLAGS:
            raise WrongFlag(f"unknown flag: {argument}")
        if name in given:
            raise WrongFlag(f"option '--{name}' cannot be specified more than once")
        given[name] = value if equals else "true"
    for name in ("advertise-kafka-addr", "advertise-rpc-addr", "memory", "smp"):
        if given.get(name) == "true":
            raise WrongFlag(f"the required argument for option '--{name}' is missing (write --{name}=VALUE)")
    memory = given.get("memory")
    return Flags(
        dict(_named(each) for each in given.get("advertise-kafka-addr", "").split(",") if each),
        given.get("advertise-rpc-addr"),
        size_bytes(memory) if memory else None,
    )


def size_bytes(text: str) -> int:
    """`1G`, `1200M` in bytes.

    Raises:
        WrongFlag: it is no such size.
    """
    digits, unit = text.rstrip("KMGT"), text[-1]
    if not digits.isdigit():
        raise WrongFlag(f"cannot parse memory size '{text}'; allowed is a whole number with K, M, G or T")
    return int(digits) * UNITS.get(unit, 1)


def _named(address: str) -> tuple[str, str]:
    """`internal://host:9092` → ("internal", "host:9092"); a listener without a name has an empty one."""
    name, scheme, rest = address.partition("://")
    return (name, rest) if scheme else ("", address)
