"""Rounds: one at a time for each pipeline, woken by news, and never ended by a failure."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from winepipeline_operator.rounds import Rounds, on_tick

KEY = ("wine", "albert")


class Act:
    """Counts its rounds, and can be held up or made to fail."""

    def __init__(self) -> None:
        self.begun = 0
        self.at_once = 0
        self.most_at_once = 0
        self.fails = False
        self.go_on = threading.Event()
        self.go_on.set()
        self._lock = threading.Lock()

    def __call__(self, _: tuple[str, str]) -> float:
        """One round."""
        with self._lock:
            self.begun += 1
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        self.go_on.wait(10)
        with self._lock:
            self.at_once -= 1
        if self.fails:
            raise RuntimeError("on purpose")
        return 3600.0


async def until(act: Act, begun: int) -> None:
    """Wait for so many rounds."""
    async with asyncio.timeout(10):
        while act.begun < begun:  # noqa: ASYNC110 - counted by other threads
            await asyncio.sleep(0.01)


def run(scene: object) -> None:
    """Play a scene with a fresh pool."""

    async def play() -> None:
        act = Act()
        with ThreadPoolExecutor(4) as threads:
            rounds = Rounds(act, threads, rest_seconds=0.01)
            await scene(rounds, act)  # type: ignore[operator]
            act.go_on.set()
            await rounds.stop()

    asyncio.run(play())


def test_news_bring_a_round_and_many_news_bring_one_more() -> None:
    """What happens while a round is under way is looked at once, right after it."""

    async def scene(rounds: Rounds, act: Act) -> None:
        rounds.begin(KEY)
        await until(act, 1)
        act.go_on.clear()
        rounds.wake(KEY)
        await until(act, 2)
        for _ in range(20):
            rounds.wake(KEY)
        act.go_on.set()
        await until(act, 3)
        await asyncio.sleep(0.2)
        assert act.begun == 3

    run(scene)


def test_a_failure_ends_no_task() -> None:
    """A round that ends with a fault of ours is logged, and the next news are looked at."""

    async def scene(rounds: Rounds, act: Act) -> None:
        act.fails = True
        rounds.begin(KEY)
        await until(act, 1)
        await asyncio.sleep(0.05)
        rounds.wake(KEY)
        await until(act, 2)

    run(scene)


def test_a_successor_of_the_same_name_waits_its_turn() -> None:
    """A pipeline that is deleted and made again at once never has two rounds at the same time."""

    async def scene(rounds: Rounds, act: Act) -> None:
        act.go_on.clear()
        rounds.begin(KEY)
        await until(act, 1)
        rounds.end(KEY)
        rounds.begin(KEY)
        await asyncio.sleep(0.2)
        assert act.begun == 1
        act.go_on.set()
        await until(act, 2)
        assert act.most_at_once == 1

    run(scene)


def test_news_of_a_pipeline_that_is_gone_are_no_news() -> None:
    """A child's last event wakes nobody after its pipeline."""

    async def scene(rounds: Rounds, act: Act) -> None:
        rounds.begin(KEY)
        await until(act, 1)
        rounds.end(KEY)
        rounds.wake(KEY)
        await asyncio.sleep(0.2)
        assert act.begun == 1

    run(scene)


@given(st.floats(0, 1e7), st.floats(0.1, 600))
def test_rounds_share_ticks_and_are_hardly_late(at_seconds: float, due_seconds: float) -> None:
    """Hundreds of pipelines wake the operator some times a second; none waits an eighth longer than it was to."""
    tick = on_tick(at_seconds, due_seconds)
    assert at_seconds <= tick
    assert Fraction(tick) < Fraction(at_seconds) + Fraction(due_seconds) / 8, "as floats the sum is rounded to the tick"
    assert on_tick(tick, due_seconds / 2) == tick, "a tick of the longer time is one of the shorter"
