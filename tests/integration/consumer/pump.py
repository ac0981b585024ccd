"""Load while something goes wrong: events into a scene's topic, in a thread of its own."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from .scene import Scene

_PORTION = 10


@contextmanager
def pumping(scene: Scene, events_per_second: float = 100) -> Iterator[None]:
    """Produce all the while; at the end, wait until the broker has all of it."""
    done = threading.Event()
    faults: list[BaseException] = []

    def pump() -> None:
        try:
            while not done.wait(_PORTION / events_per_second):
                scene.produce(_PORTION)
        except BaseException as error:  # noqa: BLE001 - raised again in the test's thread
            faults.append(error)

    thread = threading.Thread(target=pump, name="pump")
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
    assert not faults, faults
