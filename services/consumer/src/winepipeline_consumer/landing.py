"""Land one batch: letters, then rows, rejects and ledger in one transaction; bad rows are found by halving."""

import dataclasses
import secrets
import time
from collections.abc import Callable

import numpy as np

from winepipeline_consumer.batch import Batch
from winepipeline_consumer.desk import Desk
from winepipeline_consumer.jobs import Loaded, Loading
from winepipeline_consumer.letter import Letter
from winepipeline_consumer.metrics import Metrics
from winepipeline_events.fault import Rejection
from winepipeline_events.reason import Reason
from winepipeline_warehouse.errors import DataRefused, Fenced, Misconfigured, Unavailable
from winepipeline_warehouse.ledger import Origin
from winepipeline_warehouse.load import Load
from winepipeline_warehouse.loader import Loader
from winepipeline_warehouse.parquet import encode_rejected, encode_rows
from winepipeline_warehouse.rows import RejectedRow, Rows


def encoded(batch: Batch, origin: Origin) -> Load:
    """A batch as files, and how it moves the ledger; its name is used once."""
    rejects = [
        RejectedRow(
            letter.partition,
            letter.offset,
            letter.timestamp_ms,
            letter.rejection.reason,
            letter.rejection.detail,
            letter.value,
        )
        for letter in batch.letters
    ]
    return Load(
        name=f"batch-{batch.number}-{secrets.token_hex(6)}",
        origin=origin,
        advances=batch.advances(),
        rows=encode_rows(batch.rows) if len(batch.rows) else b"",
        rejected=encode_rejected(rejects) if rejects else b"",
    )


class Landing:
    """Lands batches, one after the other, in the loading thread."""

    def __init__(
        self,
        loader: Loader,
        desk: Desk,
        metrics: Metrics,
        landed: Callable[[Loaded], None],
        most_refused: int = 0,
        given_up: Callable[[int], bool] = lambda _: False,
    ) -> None:
        """What a batch is landed with.

        Args:
            loader: the warehouse.
            desk: the broker.
            metrics: what is told.
            landed: told of every commit: of the batch, or of each part of a halved one.
            most_refused: so many rows one after another may be refused before the table is held for the cause; 0: all.
            given_up: whether a generation is not to be loaded any more.
        """
        self._loader = loader
        self._desk = desk
        self._metrics = metrics
        self._landed = landed
        self._most_refused = most_refused
        self._given_up = given_up
        self._refused_in_a_row = 0
        self._held = False

    def land(self, job: Loading) -> None:
        """Land a batch, whatever it takes.

        Raises:
            Fenced: it, or a part of it, belongs to another consumer now, or to a topic that is no more.
            Misconfigured, Interrupted: the warehouse's.
        """
        if self._desk.origin() != job.origin:
            raise Fenced("TopicRecreated", "the topic was made again while this batch was read")
        pieces = [(job.batch, job.work)]
        sent: set[tuple[int, int]] = set()
        while pieces:
            batch, work = pieces.pop()
            self._send_letters(batch, sent)
            begun = time.perf_counter()
            try:
                self._loader.load(work)
            except DataRefused as refused:
                if self._is_the_table(batch):
                    self._hold(batch, refused)
                    pieces.append((batch, encoded(batch, job.origin)))
                    continue
                # The part that comes first in each partition has to be loaded first, so it goes on top.
                pieces.extend((part, encoded(part, job.origin)) for part in reversed(self._parts(batch, refused)))
            else:
                self._metrics.insert_duration.observe(time.perf_counter() - begun)
                self._taken(batch)
                self._count(batch)
        self._metrics.batch_duration.observe(time.monotonic() - job.begun)

    def _is_the_table(self, batch: Batch) -> bool:
        """Whether so many rows were refused, with none taken in between, that the rows cannot be the cause."""
        if len(batch.rows) != 1:
            return False
        self._refused_in_a_row += 1
        return 0 < self._most_refused < self._refused_in_a_row

    def _hold(self, batch: Batch, refused: DataRefused) -> None:
        """Wait: row by row, the whole stream would go to the dead letters, and it can be loaded once somebody acts.

        Raises:
            Fenced: the batch is not ours any more.
        """
        self._held = True
        hint = f"mend the table; if the rows are at fault, set MAX_REFUSED_ROWS above {self._most_refused}, or to 0"
        words = f"the last {self._refused_in_a_row - 1} rows were all refused, this one too: {refused.message}"
        self._desk.hold(Unavailable("TableRefusesRows", words, hint))
        self._refused_in_a_row -= 1
        if self._given_up(batch.generation):
            raise Fenced("Fenced", "the batch was given up while the table refused its rows")

    def _taken(self, batch: Batch) -> None:
        """The warehouse has taken rows."""
        if len(batch.rows):
            self._refused_in_a_row = 0
            if self._held:
                self._held = False
                self._desk.released()

    def _send_letters(self, batch: Batch, sent: set[tuple[int, int]]) -> None:
        """Before the transaction: a letter may be there twice, but never be missing. `sent` holds those of this job."""
        letters = [letter for letter in batch.letters if (letter.partition, letter.offset) not in sent]
        if letters:
            with self._metrics.step("letters"):
                self._desk.send(letters)
            sent.update((letter.partition, letter.offset) for letter in letters)

    def _count(self, batch: Batch) -> None:
        metrics, rows = self._metrics, batch.rows
        metrics.inserted.inc(len(rows))
        for letter in batch.letters:
            metrics.dead_letters.labels(letter.rejection.reason.value).inc()
        metrics.insert_rows.set(len(rows))
        metrics.commit_done()
        if len(rows):
            # A producer's clock may be ahead of ours; below 0 would make the histogram's sum fall.
            metrics.freshness.observe(np.maximum(0, time.time() - rows.timestamps_ms.astype(np.float64) / 1000))
        self._landed(Loaded(batch.ends, len(rows), len(batch.letters)))

    def _parts(self, batch: Batch, refused: DataRefused) -> tuple[Batch, ...]:
        """Two halves, or the one row that is the cause as a dead letter."""
        if len(batch.rows) > 1:
            return batch.halves()
        if not len(batch.rows):
            raise Misconfigured(
                "RejectsRefused",
                refused.message,
                "the table of rejects does not take what it must: compare its columns",
            ) from refused
        letter = self._refused_letter(batch.rows, refused)
        letters = tuple(sorted((*batch.letters, letter), key=lambda each: (each.partition, each.offset)))
        return (dataclasses.replace(batch, rows=Rows.none(), letters=letters),)

    def _refused_letter(self, row: Rows, refused: DataRefused) -> Letter:
        """Keys and headers of good events are not kept: this one's are read again from the topic."""
        partition, offset = int(row.partitions[0]), int(row.offsets[0])
        value = b"".join(row.contents)
        key, headers = self._desk.key_and_headers(partition, offset, value)
        detail = f"$: the warehouse refuses it: {refused.message}, allowed: what PARSE_JSON and the table take"
        return Letter(
            partition=partition,
            offset=offset,
            timestamp_ms=int(row.timestamps_ms[0]),
            key=key,
            value=value,
            headers=headers,
            rejection=Rejection(Reason.REFUSED_BY_WAREHOUSE, detail),
        )
