"""Asks services for /metrics and /readyz over HTTP: bounded in time and size, many at once."""

import http.client
import json
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Executor

from winepipeline_operator.exposition import read
from winepipeline_operator.probe import Probe, Readiness, Target
from winepipeline_operator.reading import Reading

TIMEOUT_SECONDS = 2.0
"""What one answer may take, from the first byte to the last."""

LARGEST_BYTES = 4_000_000
"""A consumer of a thousand partitions says less than that; whoever says more is none of ours."""


def probe(target: Target) -> Probe:
    """Ask one target both questions; one that does not answer the first is not asked the second."""
    reading = scrape(target.port, target.host)
    if reading is None:
        return Probe(target)
    return Probe(target, reading, readiness(target.port, target.host))


def probe_all(targets: Iterable[Target], pool: Executor, ask: Callable[[Target], Probe] = probe) -> tuple[Probe, ...]:
    """Ask all at once, as far as the pool has threads; in the targets' order."""
    return tuple(pool.map(ask, targets))


def scrape(port: int, host: str = "127.0.0.1") -> Reading | None:
    """What the service there has counted; None when it does not answer, or says something else."""
    answer = _get(host, port, "/metrics")
    if answer is None or answer[0] != http.client.OK:
        return None
    try:
        return read(answer[1].decode())
    except ValueError:
        return None


def page(port: int, host: str = "127.0.0.1") -> str | None:
    """What a process there shows to Prometheus; None when it does not answer."""
    answer = _get(host, port, "/metrics")
    return answer[1].decode(errors="replace") if answer and answer[0] == http.client.OK else None


def readiness(port: int, host: str = "127.0.0.1") -> Readiness | None:
    """Whether the service there is ready, and why not; None when it does not answer."""
    answer = _get(host, port, "/readyz")
    if answer is None:
        return None
    try:
        said = json.loads(answer[1])
        return Readiness(bool(said["ok"]), str(said["reason"]), str(said["detail"]))
    except (ValueError, KeyError, TypeError):
        return Readiness(answer[0] == http.client.OK, f"Status{answer[0]}")


def _get(host: str, port: int, path: str) -> tuple[int, bytes] | None:
    deadline = time.monotonic() + TIMEOUT_SECONDS
    connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        body = bytearray()
        while piece := response.read1(65_536):  # piece by piece: a timeout of the socket is one for each piece only
            body += piece
            if len(body) > LARGEST_BYTES or time.monotonic() > deadline:
                return None
        return response.status, bytes(body)
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
