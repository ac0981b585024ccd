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
from winepipeline_warehouse.lost_end import Ends

SLOTS = 2
"""Batches behind the reader at a time: one is encoded, one is loaded. More would only hold memory."""

_CONFIRM_SECONDS = 5.0
"""How long a log must have ended before the ledger until it is said to have lost its end."""


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
        self._left_out: dict[int, float] = {}  # asked for and not given, and since when
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
                self.outcomes.put(self._claimed(job))
            else:
                self.outcomes.put(self._landed(job))
        self._loader.close()

    def _claimed(self, job: Claiming) -> Claimed:
        """Claim those partitions that have a leader, and a log that reaches to where the ledger stands.

        A leader that was elected just now may tell an end that trails for a moment; one that tells it for longer lost
        what was behind it.
        """
        origin, spans = self._desk.standing(job.partitions)
        if not spans:
            return Claimed({}, origin)
        now = time.monotonic()
        confirmed = frozenset(p for p, since in self._left_out.items() if now - since >= _CONFIRM_SECONDS)
        starts = {partition: start for partition, (start, _) in spans.items()}
        ends = Ends({partition: end for partition, (_, end) in spans.items()}, confirmed)
        claims = self._loader.claim(origin, starts, self._owner, self._accepted_topic_id, ends)
        self._left_out = {p: self._left_out.get(p, now) for p in starts.keys() - claims.keys()}
        return Claimed(claims, origin)

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
