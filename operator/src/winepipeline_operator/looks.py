"""Looks at each pipeline's data plane: broker, consumers, producers; then the scaler has its turn.

Apart from the rounds that apply and tell, since a look waits for brokers and pods, which may be slow or gone: it costs
at most some seconds of one of its own threads. What it brought is there for the rounds (`of`).
"""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from pydantic import ValidationError

from winepipeline_operator.brokers import Answer, Brokers
from winepipeline_operator.cache import Cache, Key
from winepipeline_operator.dataplane import Watch, targets
from winepipeline_operator.identity import PAUSE_ANNOTATION
from winepipeline_operator.kinds import PIPELINE, POD
from winepipeline_operator.restarts import Restarts
from winepipeline_operator.scaler import Scaler
from winepipeline_operator.scaling.ledger import Ledger
from winepipeline_operator.scrape import probe_all
from winepipeline_operator.sight import Sight
from winepipeline_operator.spec import WinePipeline
from winepipeline_operator.stall import stall
from winepipeline_operator.tally import carried
from winepipeline_operator.trend import JUDGED_SECONDS, Sample, Trend

IDLE_SECONDS = 60.0
"""While nothing runs that could be asked; a pod that comes up wakes the look."""

LONGEST_SECONDS = 60.0
"""So often a broker is asked at least that did not answer several times."""

PROBE_THREADS = 32


@dataclass(slots=True)
class Memory:
    """What is remembered of one pipeline from look to look.

    Attributes:
        uid: of the resource; one of the same name that was made anew begins anew.
        watch: over its pods.
        ledger: of the scaler.
        trend: the flow over the last minutes.
        sight: the last look.
        failures: looks in a row that the broker did not answer.
    """

    uid: str
    watch: Watch
    ledger: Ledger
    trend: Trend
    sight: Sight | None = None
    failures: int = 0


@dataclass(frozen=True, slots=True)
class Means:
    """What looks are taken with.

    Attributes:
        cache: of the API server's objects.
        brokers: are asked, and have their topics mended.
        scaler: has its turn after each look.
        restarts: has its turn after the scaler.
        news: called with the key of a pipeline that looks notably different from before.
        stall_seconds: for how long nobody may commit while events wait.
        look_seconds: from one look to the next.
        judged_seconds: over how long the flow is judged.
    """

    cache: Cache
    brokers: Brokers
    scaler: Scaler
    restarts: Restarts
    news: Callable[[Key], None]
    stall_seconds: float
    look_seconds: float = 15.0
    judged_seconds: float = JUDGED_SECONDS


class Looks:
    """All pipelines' looks; any thread may call, one at a time for each pipeline."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._memories: dict[Key, Memory] = {}
        self._pool = ThreadPoolExecutor(PROBE_THREADS, thread_name_prefix="probe")

    def of(self, key: Key) -> Sight | None:
        """The newest look; None before the first."""
        memory = self._memories.get(key)
        return None if memory is None else memory.sight

    def forget(self, key: Key) -> None:
        """The pipeline is gone."""
        self._memories.pop(key, None)
        self._means.brokers.forget(key)
        self._means.restarts.forget(key)

    def stop(self) -> None:
        """Let go of the threads."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def look(self, key: Key) -> float:
        """Look once, and let the scaler have its turn; returns after how many seconds to look again.

        After a fault of ours the pipeline's next look is like the first one of a new operator: what is remembered may
        be what made this one fail, and the next would fail as well.
        """
        try:
            return self._look(key)
        except Exception:
            self._memories.pop(key, None)
            raise

    def _look(self, key: Key) -> float:
        seen = self._means.cache.find(PIPELINE, *key)
        if seen is None:
            return IDLE_SECONDS
        body = seen.body()
        try:
            pipeline = WinePipeline.model_validate(body)
        except ValidationError:  # the rounds say so
            return IDLE_SECONDS
        if body["metadata"].get("deletionTimestamp"):
            return IDLE_SECONDS
        memory = self._memory(key, pipeline)
        sight, answer = self._see(key, pipeline, memory)
        ledger = memory.ledger
        if answer.asked and pipeline.metadata.annotations.get(PAUSE_ANNOTATION) != "true":
            ledger = self._means.scaler.turn(pipeline, ledger, sight.data_plane)
            self._means.restarts.turn(key, pipeline, sight.stall)
        sight = replace(sight, ledger=ledger)
        notable = sight.differs_notably(memory.sight)
        memory.ledger, memory.sight = ledger.noted() if notable else ledger, sight
        if notable:
            self._means.news(key)
        return _due_seconds(memory, answer, self._means.look_seconds)

    def _memory(self, key: Key, pipeline: WinePipeline) -> Memory:
        """What is remembered; at first, what the status says, so that a new operator goes on from there."""
        memory = self._memories.get(key)
        if memory is None or memory.uid != pipeline.metadata.uid:
            status = pipeline.status
            watch = Watch(carried(status.get("rowsLoaded"), status.get("deadLetters")))
            ledger, trend = Ledger.from_status(status.get("scaling")), Trend(judged_seconds=self._means.judged_seconds)
            memory = Memory(pipeline.metadata.uid, watch, ledger, trend)
            self._memories[key] = memory
        return memory

    def _see(self, key: Key, pipeline: WinePipeline, memory: Memory) -> tuple[Sight, Answer]:
        pods = [each.body() for each in self._means.cache.of_pipeline(key) if each.kind == POD]
        probes = probe_all(targets(pods), self._pool)
        answer = self._means.brokers.ask(pipeline, pods)
        plane = memory.watch.look(time.time(), probes, answer.group, answer.error)
        memory.trend = memory.trend.after(Sample.of(plane))
        standing = stall(memory.trend, plane, self._means.stall_seconds)
        seen = Sight(plane, memory.ledger, answer.topics, answer.refused, memory.trend, standing, answer.own)
        return seen, answer


def _due_seconds(memory: Memory, answer: Answer, look_seconds: float) -> float:
    """Seldom where nobody can be asked, and ever more seldom where a broker does not answer."""
    memory.failures = 0 if answer.error is None and answer.refused is None else memory.failures + 1
    if not answer.asked and memory.sight is not None and not memory.sight.data_plane.readiness:
        return IDLE_SECONDS
    return min(LONGEST_SECONDS, look_seconds * 2.0 ** max(0, min(memory.failures, 10) - 2))
