"""One asyncio task for each pipeline: waits until something happens to it, or for a while, and then has a thread look.

The tasks cost next to nothing while they wait, and the threads are few, so hundreds of pipelines fit into one process.
Level-triggered: what woke a round says only that it is worth while to look.
"""

import asyncio
import logging
import math
import random
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from winepipeline_operator.cache import Key

_LOG = logging.getLogger(__name__)

_SETTLE_SECONDS = 0.05
"""What happens within this time after the first news is looked at in the same round."""

REST_SECONDS = 0.5
"""From one round of a pipeline to the next at least; what changes meanwhile waits."""

_FAULT_SECONDS = 30.0
"""After how long a round is tried again that ended with a fault of ours."""

_SHARED_TICKS = 8
"""Rounds that are due in T seconds fall on ticks of T/8 to T/16 s, so that many pipelines share each. A process that
sleeps between any two of them pays for waking up and for cold caches ten times what handing over a round costs."""

Act = Callable[[Key], float]
"""A round: blocks; returns after how many seconds the next one is due if nothing happens before."""


class Rounds:
    """All pipelines' rounds of one sort. To be made and called inside the event loop; only `wake` from any thread."""

    def __init__(self, act: Act, threads: ThreadPoolExecutor, rest_seconds: float = REST_SECONDS) -> None:
        self._rest_seconds = rest_seconds
        self._act = act
        self._threads = threads
        self._loop = asyncio.get_running_loop()
        self._tasks: dict[Key, asyncio.Task[None]] = {}
        self._news: dict[Key, asyncio.Event] = {}
        self._running: dict[Key, Future[float]] = {}
        self._rng = random.Random()  # noqa: S311 - spreads the rounds, guards nothing

    def begin(self, key: Key) -> None:
        """A pipeline is there; nothing happens when it was before."""
        if key not in self._tasks:
            self._news[key] = asyncio.Event()
            self._news[key].set()
            self._tasks[key] = self._loop.create_task(self._run(key, self._news[key]), name=f"{key[0]}/{key[1]}")

    def end(self, key: Key) -> None:
        """A pipeline is gone."""
        self._news.pop(key, None)
        task = self._tasks.pop(key, None)
        if task is not None:
            task.cancel()

    def wake(self, key: Key) -> None:
        """Something happened to a pipeline, or to what belongs to it."""
        self._loop.call_soon_threadsafe(self._set, key)

    async def stop(self) -> None:
        """End all of them; a round that is under way in a thread comes to its end there."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _set(self, key: Key) -> None:
        news = self._news.get(key)
        if news is not None:
            news.set()

    async def _run(self, key: Key, news: asyncio.Event) -> None:
        before = self._running.get(key)
        if before is not None and not before.done():  # of a pipeline of the same name that is gone
            await asyncio.wait([asyncio.wrap_future(before)])
        due_seconds = 0.0
        while True:
            at_seconds = on_tick(self._loop.time() + due_seconds * self._rng.uniform(0.9, 1.1), due_seconds)
            try:
                async with asyncio.timeout_at(at_seconds):
                    await news.wait()
                await asyncio.sleep(_SETTLE_SECONDS)
            except TimeoutError:
                pass
            news.clear()
            due_seconds = await self._round(key)
            await asyncio.sleep(self._rest_seconds)

    async def _round(self, key: Key) -> float:
        try:
            self._running[key] = self._threads.submit(self._act, key)
            return await asyncio.wrap_future(self._running[key])
        except Exception:  # noqa: BLE001 - a task that ends would leave its pipeline alone until the operator is restarted
            _LOG.exception("a round failed by a fault of ours", extra={"fields": {"pipeline": "/".join(key)}})
            return _FAULT_SECONDS
        finally:
            if self._running[key].done():
                del self._running[key]


def on_tick(at_seconds: float, due_seconds: float) -> float:
    """The first tick from then on. Ticks are powers of two, so all ticks of a longer time are ticks of a shorter one.

    Args:
        at_seconds: by the loop's clock.
        due_seconds: how long that is from now, about.
    """
    if due_seconds <= 0:
        return at_seconds
    tick_seconds = math.ldexp(0.5, math.frexp(due_seconds / _SHARED_TICKS)[1])  # exact, where log2 would be rounded
    return -(-at_seconds // tick_seconds) * tick_seconds  # rounded up; a quotient of the smallest times would be zero
