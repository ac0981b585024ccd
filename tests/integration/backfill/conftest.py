"""A pipeline's tables in the emulator, and backfills into them."""

import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from winepipeline_local.emulator import Emulator
from winepipeline_warehouse.audit import Audit, audit
from winepipeline_warehouse.history import HistorySums, identities, origin_of, sums
from winepipeline_warehouse.names import Names
from winepipeline_warehouse.session import Row, Session
from winepipeline_warehouse.settings import WarehouseSettings

from .process import Process

_numbers = itertools.count(1)

DAYS, ORDERS_PER_DAY = 30, 10


@dataclass
class Cellar:
    """Tables that no other test knows, and the backfills that load into them."""

    emulator: Emulator
    folder: Path
    table: str
    started: list[Process] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """What a backfill is started with."""
        return self.emulator.environment | {
            "SNOWFLAKE_TABLE": self.table,
            "SNOWFLAKE_LOCK_TIMEOUT": "5",
            "BACKFILL_NAME": "albert",
            "BACKFILL_DAYS": str(DAYS),
            "BACKFILL_ORDERS_PER_DAY": str(ORDERS_PER_DAY),
            "BACKFILL_SQLITE": str(self.sqlite),
            "BACKFILL_CHUNK_ROWS": "100",
            "METRICS_HOST": "127.0.0.1",
            "METRICS_PORT": "0",
            "TERMINATION_LOG": str(self.word_file),
        }

    @property
    def sqlite(self) -> Path:
        """Where the history is made."""
        return self.folder / "history.sqlite"

    @property
    def word_file(self) -> Path:
        """What Kubernetes would show of the end."""
        return self.folder / "termination-log"

    def start(self, **variables: str) -> Process:
        """Start a backfill; what is given goes before what is usual."""
        self.word_file.write_text("")
        log_file = self.folder / f"backfill-{len(self.started)}.log"
        self.started.append(Process(self.environment | variables, log_file))
        return self.started[-1]

    def run(self, **variables: str) -> int:
        """Start a backfill and wait for its end; the exit status, or minus a signal's number."""
        return self.start(**variables).ended()

    def word(self) -> dict[str, Any]:
        """The termination message of the last one."""
        return dict(json.loads(self.word_file.read_text(encoding="utf-8")))

    def query(self, statement: str) -> list[Row]:
        """The rows of a statement; `{target}` and the like stand for names."""
        settings = WarehouseSettings.from_environment(self.environment)
        names = self.names
        with Session(settings) as session:
            return session.query(
                statement.format(
                    target=names.target,
                    ledger=names.ledger,
                    rejected=names.rejected,
                    customers=names.customers,
                    stage=names.stage,
                )
            )

    @property
    def names(self) -> Names:
        """Of the tables."""
        settings = WarehouseSettings.from_environment(self.environment)
        return Names(settings.database, settings.schema_name, settings.table)

    def audit(self) -> Audit:
        """The product's audit over all that the tables hold."""
        with Session(WarehouseSettings.from_environment(self.environment)) as session:
            return audit(session, self.names)

    def sums(self) -> HistorySums:
        """What the warehouse's side adds up to."""
        with Session(WarehouseSettings.from_environment(self.environment)) as session:
            (identity,) = identities(session, self.names, "backfill/albert")
            return sums(session, self.names, origin_of("albert", identity))


@pytest.fixture
def make_cellar(emulator: Emulator, tmp_path: Path) -> Iterator[Callable[[], Cellar]]:
    """Tables of a test's own."""
    made: list[Cellar] = []

    def make() -> Cellar:
        made.append(Cellar(emulator, tmp_path, f"HISTORY_{next(_numbers)}"))
        return made[-1]

    yield make
    for cellar in made:
        for process in cellar.started:
            process.kill()


@pytest.fixture
def cellar(make_cellar: Callable[[], Cellar]) -> Cellar:
    """The same, one."""
    return make_cellar()
