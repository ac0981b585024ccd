"""Which history it is to be."""

import datetime as dt
from pathlib import Path

import pytest

from winepipeline_backfill.errors import HistoryDiffers
from winepipeline_backfill.settings import BackfillSettings
from winepipeline_backfill.settling import settled

TODAY = dt.date(2026, 11, 26)


def asked(**variables: str) -> BackfillSettings:
    """Settings as an environment gives them."""
    login = {"SNOWFLAKE_ACCOUNT": "a", "SNOWFLAKE_USER": "u", "SNOWFLAKE_PASSWORD": "p"}
    return BackfillSettings.from_environment({**login, "BACKFILL_DAYS": "10", "BACKFILL_SEED": "5", **variables})


FIRST = settled(asked(), (), None, TODAY)


def test_a_new_history_ends_yesterday() -> None:
    """Today's sales are the stream's: a history is of days that are over."""
    assert FIRST.last_day == dt.date(2026, 11, 25)
    assert FIRST.first_day == dt.date(2026, 11, 16)
    assert settled(asked(BACKFILL_UNTIL="2026-02-28"), (), None, TODAY).last_day == dt.date(2026, 2, 28)


@pytest.mark.parametrize("in_file", [None, FIRST.identity])
def test_a_history_that_was_begun_keeps_its_end(in_file: str | None) -> None:
    """A Job that is started again days later, its volume lost or not, goes on with the same history."""
    assert settled(asked(), {FIRST.identity}, in_file, dt.date(2026, 12, 24)) == FIRST


def test_a_file_that_was_made_before_is_loaded() -> None:
    """A database that was made last week is taken for the one that is asked for, unless another end is asked for."""
    assert settled(asked(), (), FIRST.identity, dt.date(2026, 12, 24)) == FIRST
    with pytest.raises(HistoryDiffers, match="name another file"):
        settled(asked(BACKFILL_UNTIL="2026-02-28"), (), FIRST.identity, TODAY)


@pytest.mark.parametrize(
    "change",
    [{"BACKFILL_SEED": "6"}, {"BACKFILL_DAYS": "11"}, {"BACKFILL_ORDERS_PER_DAY": "1"}, {"PRODUCT_ID_RANGE": "1-2"}],
    ids=str,
)
def test_another_history_under_the_same_name_is_refused(change: dict[str, str]) -> None:
    """Whoever changes seed, days or ids under a loaded history is told so, and nothing is loaded beside it."""
    with pytest.raises(HistoryDiffers) as failure:
        settled(asked(**change), {FIRST.identity}, None, TODAY)
    assert FIRST.identity in failure.value.message
    assert "under the name history" in failure.value.message
    assert "BACKFILL_NAME" in failure.value.hint
    with pytest.raises(HistoryDiffers, match="holds the history"):
        settled(asked(**change), (), FIRST.identity, TODAY)


def test_a_database_of_ones_own_is_not_made_over() -> None:
    """Where a database of one's own is loaded under the name, a made history is refused."""
    with pytest.raises(HistoryDiffers):
        settled(asked(), {"sqlite-0123456789abcdef"}, None, TODAY)


def test_the_file_must_be_that_of_the_ledger(tmp_path: Path) -> None:
    """A file with another history than the one that was begun is not loaded into it."""
    other = FIRST.ending(dt.date(2026, 1, 1))
    with pytest.raises(HistoryDiffers, match="holds the history"):
        settled(asked(BACKFILL_SQLITE=str(tmp_path / "x.sqlite")), {FIRST.identity}, other.identity, TODAY)
