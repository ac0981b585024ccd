"""The two threads behind the reader: one encodes the next batch while the other loads the last.

Arrow, zstd and the connector work outside Python's global lock, so that reading, encoding and loading overlap.
"""

import queue
import threading
import time
from collections.abc import Callable

from winepipeline_consumer.batch import Batch
from winepipeline_consumer.desk import Desk
from winepipeline_consumer.jobs import Claimed, Claiming, Done, Failed, Loading, Outcome
from winepipeline_consumer.landing import Landing, encoded
from winepipeline_consumer.metrics import Metrics
from winepipeline_warehouse.errors import Fenced
from winepipeline_warehouse.ledger import Origin
from winepipeline_warehouse.loader import Interrupted, Loader

SLOTS = 2
"""Batches behind the reader at a time: one is encoded, one is loaded. More would only hold memory."""


class Worker:
    """Encodes, loads and claims; what came of it is put into `outcomes`."""

    def __init__(
        self,
        loader: Loader,
        desk: Desk,
        metrics: Metrics,
        owner: str,
        accepted_topic_id: str | None,
        most_refused: int = 0,
    ) -> None:
        """`owner` is our name in the ledger; for the last two see `claim.claim` and `Landing`."""
        self.outcomes: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
        self._loader = loader
        self._desk = desk
        self._metrics = metrics
        self._owner = owner
        self._accepted_topic_id = accepted_topic_id
        self._landing = Landing(loader, desk, metrics, self.outcomes.put, most_refused, self._is_broken)
        self._broken_generation = -1
        self._to_encode: queue.SimpleQueue[tuple[Batch, Origin, float] | None] = queue.SimpleQueue()
        self._to_load: queue.SimpleQueue[Loading | Claiming | None] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._guarded, args=(body,), name=name, daemon=True)
            for name, body in (("encode", self._encode_all), ("load", self._load_all))
        ]

    def start(self) -> None:
        """Start both threads."""
        for thread in self._threads:
            thread.start()

    def submit(self, batch: Batch, origin: Origin, begun: float) -> None:
        """Load a batch after those before it; the caller keeps to `SLOTS`.

        Args:
            batch: what to load.
            origin: the topic that it was read from.
            begun: when its first message was read, by `time.monotonic`.
        """
        self._to_encode.put((batch, origin, begun))

    def claim(self, request: Claiming) -> None:
        """Claim partitions."""
        self._to_load.put(request)

    def break_off(self, generation: int) -> None:
        """Load nothing more of this generation, nor of those before it."""
        self._broken_generation = max(self._broken_generation, generation)

    def _is_broken(self, generation: int) -> bool:
        return generation <= self._broken_generation

    def stop(self, seconds: float) -> bool:
        """Finish what was submitted, for so long; whether it is finished. What is not committed is not lost."""
        self._to_encode.put(None)
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _guarded(self, body: Callable[[], None]) -> None:
        try:
            body()
        except Interrupted:
            pass
        except BaseException as error:  # noqa: BLE001 - raised again by the reader, in the main thread
            self.outcomes.put(Failed(error))

    def _encode_all(self) -> None:
        while (job := self._to_encode.get()) is not None:
            batch, origin, begun = job
            if self._is_broken(batch.generation):
                self.outcomes.put(Done(batch.generation, dropped=True))
            else:
                with self._metrics.step("encode"):
                    work = encoded(batch, origin)
                self._to_load.put(Loading(batch, origin, work, begun))
        self._to_load.put(None)

    def _load_all(self) -> None:
        self._loader.prepare()
        while (job := self._to_load.get()) is not None:
            if isinstance(job, Claiming):
                origin, log_starts = self._desk.standing(job.partitions)
                claims = self._loader.claim(origin, log_starts, self._owner, self._accepted_topic_id)
                self.outcomes.put(Claimed(claims, origin))
            else:
                self.outcomes.put(self._landed(job))
        self._loader.close()

    def _landed(self, job: Loading) -> Done:
        """Land a batch; if it does not get in, nothing of its generation is to be loaded any more."""
        generation = job.batch.generation
        if self._is_broken(generation):
            return Done(generation, dropped=True)
        try:
            self._landing.land(job)
        except Fenced as error:
            self._metrics.fenced.inc()
            self.break_off(generation)
            return Done(generation, dropped=True, why=error.message)
        return Done(generation, dropped=False)
