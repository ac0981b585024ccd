"""A backfill from beginning to end: made or found, claimed, loaded chunk by chunk, counted on both sides."""

import datetime as dt
import logging
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from winepipeline_backfill.chunk import Chunk, Extraction
from winepipeline_backfill.errors import Halted, HistoryDiffers, Overtaken, SourceUnfit
from winepipeline_backfill.progress import Phase, Progress, Tempo
from winepipeline_backfill.reading import Database
from winepipeline_backfill.refusal import Refusals
from winepipeline_backfill.result import Result, compare
from winepipeline_backfill.settings import BackfillSettings
from winepipeline_backfill.settling import differs, settled
from winepipeline_warehouse.claim import OriginChanged
from winepipeline_warehouse.errors import DataRefused, Fenced
from winepipeline_warehouse.history import identities, origin_of, standing, sums, sweep, withdraw
from winepipeline_warehouse.ledger import Claim, Origin
from winepipeline_warehouse.loader import Loader
from winepipeline_warehouse.names import Names

_LOG = logging.getLogger(__name__)


class Backfill:
    """One run; `run` may be called once."""

    def __init__(
        self,
        settings: BackfillSettings,
        loader: Loader,
        tell: Callable[[Progress], None],
        landed: Callable[[Chunk], None],
        stopping: Callable[[], bool],
    ) -> None:
        """`tell` is told how far it is, `landed` of every commit; `stopping` is asked between two pieces of work."""
        self._settings = settings
        self._loader = loader
        self._names = Names(settings.database, settings.schema_name, settings.table)
        self._tell = tell
        self._landed = landed
        self._stopping = stopping
        self._tempo = Tempo()
        self._added = 0
        self._refusals = Refusals(settings.max_refused_rows)

    def run(self) -> Result:
        """Load what is not loaded yet.

        Raises:
            BackfillError: it cannot be done, or has not been done.
            Halted: it was to stop; the next run goes on from here.
            Misconfigured, Interrupted: the warehouse's.
        """
        begun = time.monotonic()
        self._loader.prepare(dimensions=True)
        with closing(self._source()) as database:
            self._report(Phase.CHECKING, 0, 1)
            origin = self._origin(database)
            work = Extraction(database, self._names, origin, self._settings.chunk_rows)
            work.look()
            self._load_all(work, origin)
            self._report(Phase.COUNTING, 0, 1)
            stands = self._loader.ask(lambda session, names: standing(session, names, origin))
            found = self._loader.ask(lambda session, names: sums(session, names, origin))
            source = database.sums()
            compare(source, found, stands.rejected)
        seconds = time.monotonic() - begun
        settings = self._settings
        return Result(
            settings.name, origin.topic_id, source, found, stands.loaded, stands.rejected, self._added, seconds
        )

    def _source(self) -> Database:
        """The database of one's own, or ours, which is made where it is not there."""
        settings = self._settings
        if settings.from_sqlite is not None:
            return Database(settings.from_sqlite)
        in_ledger = self._identities()
        in_file = _identity_in(settings.sqlite)
        recipe = settled(settings, in_ledger, in_file, dt.datetime.now(dt.UTC).date())
        if in_file is None:
            _LOG.info("🍇 making the history %s in %s", recipe.identity, settings.sqlite)
            try:
                from winepipeline_backfill.making import make  # noqa: PLC0415 - faker takes half a second to load

                make(recipe, settings.sqlite, self._made)
            except (OSError, sqlite3.Error) as error:
                raise SourceUnfit(
                    f"{settings.sqlite} cannot be written: {error}", "name another file (BACKFILL_SQLITE, --sqlite)"
                ) from error
        return Database(settings.sqlite)

    def _made(self, days: int, of: int) -> None:
        self._report(Phase.MAKING, days, of)

    def _origin(self, database: Database) -> Origin:
        """What the history is called in the ledger, where no other one may have its name."""
        identity = database.identity()
        if identity is None:
            database.check()
            identity = database.fingerprint()
        others = self._identities() - {identity}
        if others:
            raise differs(self._settings.name, min(others), identity)
        return origin_of(self._settings.name, identity)

    def _identities(self) -> set[str]:
        topic = origin_of(self._settings.name, "").topic
        return self._loader.ask(lambda session, names: identities(session, names, topic))

    def _load_all(self, work: Extraction, origin: Origin) -> None:
        stands = self._loader.ask(lambda session, names: standing(session, names, origin)).next_keys
        open_ = [p for p, extent in work.extents.items() if extent.rows and stands.get(p, extent.first) < extent.end]
        done = work.total
        if open_:  # a history that is loaded already needs no claim, which would only disturb who loads it
            claims = self._claim(work, origin, open_)
            done = work.total - sum(work.rows_from(p, claims[p].next_offset) for p in open_)
        self._tempo = Tempo()
        self._report(Phase.LOADING, done, work.total)
        for partition in open_:
            key = claims[partition].next_offset
            while key < work.extents[partition].end:
                chunk = work.chunk(partition, key)
                self._land(chunk, origin, claims[partition])
                key, done = chunk.end, done + chunk.count
                self._report(Phase.LOADING, done, work.total)
        if open_:
            self._loader.ask(lambda session, names: sweep(session, names, origin))

    def _claim(self, work: Extraction, origin: Origin, partitions: list[int]) -> dict[int, Claim]:
        """Only we may load from here on; whoever did before is fenced off."""
        firsts = {p: work.extents[p].first for p in partitions}
        try:
            claims = self._loader.claim(origin, firsts, self._settings.instance_name, None)
        except OriginChanged as error:
            raise differs(self._settings.name, min(self._identities()), origin.topic_id) from error
        rivals = self._identities() - {origin.topic_id}
        if rivals:  # both began at once: neither has loaded anything
            self._loader.ask(lambda session, names: withdraw(session, names, origin))
            raise differs(self._settings.name, min(rivals), origin.topic_id)
        if claims.keys() != set(partitions):
            raise _overtaken(origin)
        return claims

    def _land(self, chunk: Chunk, origin: Origin, claim: Claim) -> None:
        """Load a chunk, whatever it takes; rows that the warehouse refuses are found by halving."""
        pieces = [chunk]
        while pieces:
            piece = pieces.pop()
            try:
                self._loader.load(piece.load(origin, claim.epoch))
            except DataRefused as refused:
                pieces.extend(reversed(self._refusals.smaller(piece, refused)))
            except Fenced as error:
                raise _overtaken(origin) from error
            else:
                self._refusals.taken(piece)
                self._added += piece.count
                self._landed(piece)

    def _report(self, phase: Phase, done: int, total: int) -> None:
        self._tell(Progress(phase, done, total, self._tempo.rate(time.monotonic(), done)))
        if self._stopping():
            raise Halted


def _identity_in(file: Path) -> str | None:
    """The identity of the history in a file; None when there is no file."""
    if not file.exists():
        return None
    with closing(Database(file)) as database:
        identity = database.identity()
    if identity is None:
        raise HistoryDiffers(
            f"{file} holds a database of your own", "load it with BACKFILL_FROM_SQLITE (--from-sqlite)"
        )
    return identity


def _overtaken(origin: Origin) -> Overtaken:
    return Overtaken(
        f"another backfill has taken over {origin.topic}", "let that one finish; started again, this one goes on"
    )
