"""The backfill's settings, from the environment."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from pydantic import Field

from winepipeline_process.id_range import IDS_ALLOWED, LAST_ID, IdRange
from winepipeline_process.settings import ProcessSettings
from winepipeline_warehouse.settings import WarehouseSettings

MOST_DAYS = 3650
MOST_ORDERS_PER_DAY = 1_000_000


class BackfillSettings(ProcessSettings, WarehouseSettings):
    """Everything that the backfill reads from its environment."""

    name: str = Field(
        "history",
        alias="BACKFILL_NAME",
        description="The history's name in ledger and metadata; under one name one history is loaded, once.",
        examples=["albert"],
        pattern=r"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$",
    )
    days: int = Field(
        365,
        alias="BACKFILL_DAYS",
        description="How many days of history to make.",
        examples=[365],
        ge=1,
        le=MOST_DAYS,
    )
    orders_per_day: int = Field(
        200,
        alias="BACKFILL_ORDERS_PER_DAY",
        description="How many orders a day, on average.",
        examples=[200],
        ge=1,
        le=MOST_ORDERS_PER_DAY,
    )
    seed: int = Field(
        1,
        alias="BACKFILL_SEED",
        description="The same seed makes the same history.",
        examples=[42],
        ge=0,
        le=LAST_ID,
    )
    until: dt.date | None = Field(
        None,
        alias="BACKFILL_UNTIL",
        description="The last day of the history, which makes it the same whenever it is made.",
        examples=["2026-10-31"],
        json_schema_extra={
            "allowed": "a day, such as 2026-10-31",
            "default": "that of the history begun before; yesterday for a new one",
        },
    )
    product_id_range: IdRange = Field(
        (1000, 1049),
        alias="PRODUCT_ID_RANGE",
        description="The first and the last product id, as the producer's; more than 5,000 are not used.",
        examples=["1000-1049"],
        json_schema_extra={"allowed": IDS_ALLOWED},
    )
    customer_id_range: IdRange = Field(
        (1, 150),
        alias="CUSTOMER_ID_RANGE",
        description="The first and the last customer id, as the producer's; more than 20,000 are not used.",
        examples=["1-150"],
        json_schema_extra={"allowed": IDS_ALLOWED},
    )
    sqlite: Path = Field(
        Path("history.sqlite"),
        alias="BACKFILL_SQLITE",
        description="Where the history is made; what is there already is loaded, if it is the same history.",
        examples=["/data/history.sqlite"],
    )
    from_sqlite: Path | None = Field(
        None,
        alias="BACKFILL_FROM_SQLITE",
        description="A database of your own, loaded in place of a made one; it is only read.",
        examples=["/data/shop.sqlite"],
    )
    max_refused_rows: int = Field(
        100,
        alias="MAX_REFUSED_ROWS",
        description="How many rows one after another the warehouse may refuse for their data before the backfill stops "
        "for somebody to look at the table, instead of turning away all of the history; 0: it never stops.",
        examples=[100],
        ge=0,
        le=1_000_000,
    )
    chunk_rows: int = Field(
        20_000,
        alias="BACKFILL_CHUNK_ROWS",
        description="Rows in one transaction.",
        examples=[20_000],
        ge=1,
        le=1_000_000,
    )
    termination_log: Path = Field(
        Path("/dev/termination-log"),
        alias="TERMINATION_LOG",
        description="Where the result is written as JSON, if that file is there; Kubernetes shows it in the pod's "
        "status.",
        examples=["/dev/termination-log"],
    )

    def contradictions(self) -> Iterator[str]:
        """A database to read that is not there."""
        if self.from_sqlite is not None and not self.from_sqlite.is_file():
            yield f"BACKFILL_FROM_SQLITE={self.from_sqlite}: there is no such file"
