"""Two histories that want the same name at the same moment: neither is loaded beside the other."""

import random
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext

import pytest

from winepipeline_backfill.errors import HistoryDiffers, Overtaken
from winepipeline_backfill.settings import BackfillSettings
from winepipeline_backfill.work import Backfill
from winepipeline_warehouse.errors import Unavailable
from winepipeline_warehouse.history import origin_of
from winepipeline_warehouse.ledger import Claim, Origin
from winepipeline_warehouse.loader import Loader
from winepipeline_warehouse.lost_end import Ends

from .conftest import Cellar

RIVAL = origin_of("albert", "sqlite-0123")


class Quiet:
    """A watcher that watches nothing."""

    def step(self, _stage: str) -> AbstractContextManager[None]:
        """Not timed."""
        return nullcontext()

    def trouble(self, _error: Unavailable, _delay_seconds: float) -> None:
        """Nothing passes here."""

    def recovered(self) -> None:
        """The same."""

    def wait(self, _seconds: float) -> bool:
        """Nobody wants it to stop."""
        return False


class Contested(Loader):
    """Somebody else claims right before or right after each claim of ours."""

    def __init__(self, settings: BackfillSettings, cellar: Cellar, moment: str, rival: Origin) -> None:
        super().__init__(settings, cellar.names, Quiet(), random.Random(1))
        self._contest = (settings, cellar, moment, rival)

    def claim(
        self,
        origin: Origin,
        log_starts: Mapping[int, int],
        owner: str,
        accepted_topic_id: str | None,
        ends: Ends | None = None,
    ) -> dict[int, Claim]:
        """Contested."""
        settings, cellar, moment, rival = self._contest
        if moment == "before":
            rivals_claim(settings, cellar, rival)
        found = super().claim(origin, log_starts, owner, accepted_topic_id, ends)
        if moment == "after":
            rivals_claim(settings, cellar, rival)
        return found


def rivals_claim(settings: BackfillSettings, cellar: Cellar, rival: Origin) -> None:
    """Another backfill's claim on the order lines."""
    other = Loader(settings, cellar.names, Quiet(), random.Random(2))
    other.claim(rival, {0: 1}, "a-rival", rival.topic_id)
    other.close()


def run(cellar: Cellar, moment: str, rival: Origin | None = None) -> None:
    """A backfill in this process, contested."""
    settings = BackfillSettings.from_environment(cellar.environment)
    own = rival or RIVAL
    loader = Contested(settings, cellar, moment, own)
    try:
        Backfill(settings, loader, lambda _progress: None, lambda _chunk: None, lambda: False).run()
    finally:
        loader.close()


def ledger(cellar: Cellar) -> set[str]:
    """Which histories the ledger has."""
    return {str(row[0]) for row in cellar.query("SELECT DISTINCT TOPIC_ID FROM {ledger}")}


@pytest.mark.parametrize("moment", ["before", "after"])
def test_of_two_histories_at_once_none_is_loaded_beside_the_other(cellar: Cellar, moment: str) -> None:
    """Whoever sees another history under its name at the claim gives way, and leaves no trace in the ledger."""
    with pytest.raises(HistoryDiffers):
        run(cellar, moment)
    assert ledger(cellar) == {RIVAL.topic_id}
    assert cellar.query("SELECT COUNT(*) FROM {target}") == [(0,)]


def test_whoever_claims_last_loads(cellar: Cellar) -> None:
    """A backfill whose history another one has claimed meanwhile loads nothing more and says so."""
    assert cellar.run(KILL_AT="commit:after:3") != 0
    (identity,) = ledger(cellar)
    before = cellar.query("SELECT COUNT(*) FROM {target}")
    with pytest.raises(Overtaken):
        run(cellar, "after", origin_of("albert", identity))
    assert cellar.query("SELECT COUNT(*) FROM {target}") == before
