"""How a process is asked to stop."""

import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from winepipeline_process.stop import Stop

STOPS_IN_GOOD_ORDER = """
    from winepipeline_process.stop import Stop
    stop = Stop().listen()
    print("up", flush=True)
    assert stop.wait(60)
    assert stop.requested and stop.wait(60)
    print("in good order", flush=True)
"""
NEVER_ENDS = """
    import time
    from winepipeline_process.stop import Stop
    stop = Stop().listen()
    print("up", flush=True)
    stop.wait(60)
    print("once", flush=True)
    time.sleep(60)
"""
STORM = """
    import os, signal, threading
    from winepipeline_process.stop import Stop
    for number in range(300):
        stop = Stop().listen()
        teller = threading.Timer(number * 1e-6, os.kill, (os.getpid(), signal.SIGTERM))
        teller.start()
        while not stop.wait(0):
            pass
        teller.join()
    print("stood", flush=True)
"""


@contextmanager
def process(program: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", textwrap.dedent(program)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        try:
            yield child
        finally:
            child.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_asks(number: signal.Signals) -> None:
    """Ctrl-C and the kubelet's SIGTERM let a service finish what it has in hand."""
    with process(STOPS_IN_GOOD_ORDER) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "up\n"
        child.send_signal(number)
        said, complaints = child.communicate(timeout=10)
    assert (said, complaints, child.returncode) == ("in good order\n", "", 0)


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_the_second_signal_ends_at_once(number: signal.Signals, status: int) -> None:
    """Who presses Ctrl-C twice has the terminal back, with the status that shells give for it."""
    with process(NEVER_ENDS) as child:
        assert child.stdout is not None
        for word in ("up\n", "once\n"):
            assert child.stdout.readline() == word
            child.send_signal(number)
        assert child.wait(10) == status


def test_a_signal_at_any_moment_of_a_wait_is_heard() -> None:
    """No moment at which a signal arrives leaves a service waiting for ever."""
    with process(STORM) as child:
        said, complaints = child.communicate(timeout=60)
    assert (said, complaints) == ("stood\n", "")


def test_everyone_who_waits_is_woken() -> None:
    """A stop that is asked for inside ends the wait of every thread."""
    stop = Stop()
    threads = [threading.Thread(target=stop.wait, args=(60,)) for _ in range(5)]
    for thread in threads:
        thread.start()
    stop.request()
    for thread in threads:
        thread.join(10)
    assert not any(thread.is_alive() for thread in threads)


@pytest.mark.parametrize("seconds", [-1.0, 0.0, 0.05])
def test_a_wait_without_a_stop_takes_its_time(seconds: float) -> None:
    """A loop that waits in between goes on after the time it named, even where none was left."""
    stop = Stop()
    assert timed(lambda: stop.wait(seconds)) >= seconds
    assert not stop.requested


def timed(wait: Callable[[], bool]) -> float:
    start = time.monotonic()
    assert not wait()
    return time.monotonic() - start
