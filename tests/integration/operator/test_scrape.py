"""The operator asks services over HTTP, whatever answers there."""

import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from winepipeline_consumer.metrics import Metrics
from winepipeline_operator.probe import Probe, Readiness, Target
from winepipeline_operator.scrape import TIMEOUT_SECONDS, probe_all
from winepipeline_process.http import Endpoints, Health


@contextmanager
def service(readiness: Health) -> Iterator[tuple[Endpoints, Metrics]]:
    """The endpoints that a consumer has."""
    metrics = Metrics()
    endpoints = Endpoints("127.0.0.1", 0, metrics.registry, lambda: readiness, lambda: readiness)
    yield endpoints, metrics
    endpoints.close()


@contextmanager
def dripping() -> Iterator[int]:
    """A server that accepts, and then sends a byte now and then for ever."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        stop = threading.Event()

        def drip() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                while not stop.wait(0.2):
                    connection.sendall(b"#")

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        stop.set()
        thread.join(5)


def test_a_consumer_is_read_and_others_do_not_stop_it() -> None:
    """One pod that hangs and one that is gone cost a bounded time, and the rest is known all the same."""
    unready = Health(ok=False, reason="WarehouseUnavailable", detail="LockTimeout")
    with service(unready) as (endpoints, metrics), dripping() as hanging, ThreadPoolExecutor(4) as pool:
        metrics.inserted.inc(5)
        metrics.busy.inc(1.5)
        metrics.dead_letters.labels("NotJson").inc(2)
        metrics.committed_offset.labels("sales_events", "3").set(42)
        good, hung, gone = (Target(str(port), "consumer", "127.0.0.1", port) for port in (endpoints.port, hanging, 9))
        begun = time.monotonic()
        answers = probe_all([good, hung, gone], pool)
        assert time.monotonic() - begun < 2 * TIMEOUT_SECONDS + 15
    assert answers[1:] == (Probe(hung), Probe(gone))
    reading = answers[0].reading
    assert reading is not None
    assert (reading.loaded, reading.busy_seconds, reading.rejected) == (5, 1.5, {"NotJson": 2})
    assert reading.committed == {3: 42}
    assert reading.since_commit_seconds is not None
    assert answers[0].readiness == Readiness(ready=False, reason="WarehouseUnavailable", detail="LockTimeout")
