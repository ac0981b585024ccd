"""A load until its outcome is known: fresh sessions after trouble, waits between tries, no guess about a COMMIT."""

import random
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Protocol, TypeVar

from winepipeline_warehouse.backoff import delays_seconds
from winepipeline_warehouse.claim import claim
from winepipeline_warehouse.errors import Unavailable, WarehouseError
from winepipeline_warehouse.ledger import Claim, Origin
from winepipeline_warehouse.load import Load, load, remove, settle
from winepipeline_warehouse.lost_end import Ends
from winepipeline_warehouse.names import Names
from winepipeline_warehouse.prepare import prepare
from winepipeline_warehouse.session import Session
from winepipeline_warehouse.settings import WarehouseSettings

_FIRST_DELAY_SECONDS = 0.2
_MOST_DELAY_SECONDS = 30.0

T = TypeVar("T")


class Interrupted(Exception):
    """The process is to stop, and the warehouse did not answer in time: nothing more is known of the load."""


class Watcher(Protocol):
    """Who is told how loading goes."""

    def step(self, stage: str, /) -> AbstractContextManager[None]:
        """Wraps each named step of a load."""

    def trouble(self, error: Unavailable, delay_seconds: float) -> None:
        """A try failed; the next comes after `delay_seconds`."""

    def recovered(self) -> None:
        """A try went well after one that had not."""

    def wait(self, seconds: float) -> bool:
        """Wait; True as soon as the process is to stop."""


class Loader:
    """The warehouse as one thread of a service sees it.

    Every method tries for ever while the warehouse is unavailable, and raises `Interrupted` when the process is to
    stop meanwhile; `Misconfigured`, `DataRefused` and `Fenced` come through at once.
    """

    def __init__(self, settings: WarehouseSettings, names: Names, watcher: Watcher, rng: random.Random) -> None:
        self._settings = settings
        self._names = names
        self._watcher = watcher
        self._rng = rng
        self._session: Session | None = None

    def prepare(self, *, dimensions: bool = False) -> None:
        """See `prepare.prepare`."""
        self._persist(lambda session, _: prepare(session, self._names, dimensions=dimensions))

    def ask(self, question: Callable[[Session, Names], T]) -> T:
        """The answer to a question about the tables, which may be asked again; always in a fresh session."""
        self.close()
        return self._persist(lambda session, _: question(session, self._names))

    def claim(
        self,
        origin: Origin,
        log_starts: Mapping[int, int],
        owner: str,
        accepted_topic_id: str | None,
        ends: Ends | None = None,
    ) -> dict[int, Claim]:
        """See `claim.claim`; always in a fresh session."""
        self.close()
        return self._persist(
            lambda session, _: claim(session, self._names, origin, log_starts, owner, accepted_topic_id, ends)
        )

    def load(self, work: Load) -> None:
        """See `load.load`; returns when `work` is committed, whatever it took.

        Raises:
            Fenced: it is not, and never will be under its claims.
            DataRefused: it is not, for a row in it.
        """

        def once_more(session: Session, tries: int) -> None:
            if tries and settle(session, self._names, work):
                remove(session, self._names, work)
            else:
                load(session, self._names, work, self._watcher.step, tries)

        try:
            self._persist(once_more)
        except Exception:
            # A fenced session looks at an old state, and a refused load may have left the session in any.
            self.close()
            raise

    def close(self) -> None:
        """End the session, if there is one; the next call opens a fresh one."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def _abandon(self) -> None:
        if self._session is not None:
            self._session.abandon()
            self._session = None

    def _persist(self, action: Callable[[Session, int], T]) -> T:
        """Carry out `action(session, tries so far)` until it raises nothing that passes."""
        waits = delays_seconds(_FIRST_DELAY_SECONDS, _MOST_DELAY_SECONDS, self._rng)
        tries = 0
        while True:
            try:
                if self._session is None:
                    self._session = Session(self._settings)
                result = action(self._session, tries)
            except Unavailable as error:
                self._abandon()
                delay = next(waits)
                self._watcher.trouble(error, delay)
                if self._watcher.wait(delay):
                    raise Interrupted from error
                tries += 1
            except WarehouseError:
                if tries:
                    self._watcher.recovered()  # it answers, though not as one would like
                raise
            else:
                if tries:
                    self._watcher.recovered()
                return result
