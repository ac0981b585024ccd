"""Free ports of this machine."""

import random
import socket

HOST = "127.0.0.1"

_PORTS = range(15_000, 32_000)
"""Below the range from which Linux and macOS take ports for outgoing connections: those may go at any time."""


def free_ports(count: int) -> list[int]:
    """So many different ports that are free now; nothing keeps them so, but nobody is likely to take them."""
    found: list[int] = []
    for port in random.SystemRandom().sample(_PORTS, len(_PORTS)):
        if len(found) == count:
            break
        if _is_free(port):
            found.append(port)
    return found


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # else one that was just closed counts as taken
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def accepts(port: int) -> bool:
    """Whether something listens there."""
    try:
        socket.create_connection((HOST, port), timeout=0.2).close()
    except OSError:
        return False
    return True
