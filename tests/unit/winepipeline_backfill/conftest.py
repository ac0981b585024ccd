"""A small history, made once for all tests."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from winepipeline_backfill.making import make
from winepipeline_backfill.reading import Database
from winepipeline_backfill.recipe import Recipe

RECIPE = Recipe(days=40, orders_per_day=12, seed=7, last_day=dt.date(2026, 9, 30))


@pytest.fixture(scope="session")
def recipe() -> Recipe:
    """Forty days that end after a harvest fair."""
    return RECIPE


@pytest.fixture(scope="session")
def history_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its database; not to be changed."""
    file = tmp_path_factory.mktemp("history") / "history.sqlite"
    make(RECIPE, file, lambda _days, _of: None)
    return file


@pytest.fixture
def database(history_file: Path) -> Iterator[Database]:
    """The same, open."""
    found = Database(history_file)
    yield found
    found.close()
