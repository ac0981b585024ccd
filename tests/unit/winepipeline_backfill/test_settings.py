"""What the backfill reads from its environment."""

from pathlib import Path

import pytest

from winepipeline_backfill.settings import BackfillSettings
from winepipeline_process.settings import SettingsError

LOGIN = {"SNOWFLAKE_ACCOUNT": "a", "SNOWFLAKE_USER": "u", "SNOWFLAKE_PASSWORD": "p"}


def test_a_year_is_made_where_nothing_is_said() -> None:
    """Without settings of its own a backfill makes what the resource's defaults ask for."""
    settings = BackfillSettings.from_environment(LOGIN)
    assert (settings.days, settings.orders_per_day, settings.seed, settings.until) == (365, 200, 1, None)
    assert (settings.product_id_range, settings.customer_id_range) == ((1000, 1049), (1, 150))


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    """Whoever starts it by hand with wrong settings learns of all of them, each with what is allowed."""
    wrong = {
        "BACKFILL_DAYS": "0",
        "BACKFILL_NAME": "Les Caves",
        "BACKFILL_UNTIL": "31.10.2026",
        "PRODUCT_ID_RANGE": "9-7",
        "BACKFILL_FROM_SQLITE": str(tmp_path / "no.sqlite"),
    }
    with pytest.raises(SettingsError) as failure:
        BackfillSettings.from_environment(LOGIN | wrong)
    told = str(failure.value)
    assert all(name in told for name in wrong)
    assert "allowed is a day, such as 2026-10-31" in told
    assert "there is no such file" in told
