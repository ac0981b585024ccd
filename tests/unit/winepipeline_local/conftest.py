"""What several tests of the local runtime look at."""

from collections.abc import Callable
from math import inf

import pytest
from rich.console import Console, RenderableType

from winepipeline_local.snapshot import DeadLetter, LandedRow, Partition, Rates, Snapshot
from winepipeline_operator.histogram import Histogram
from winepipeline_operator.reading import Reading


@pytest.fixture
def snapshot() -> Snapshot:
    """A pipeline in full swing."""
    return Snapshot(
        pipeline="albert",
        topic="sales_events",
        table="WINE_SALES_DB.RAW_DATA.RAW_EVENTS_STREAM",
        running_seconds=72.4,
        remaining_seconds=18,
        session=Reading(
            produced=3612,
            consumed=3600,
            loaded=3500,
            rejected={"NotJson": 40, "OutOfRange": 22},
            batches=Histogram((10, 100, inf), (3, 30, 33), 3600),
        ),
        rates=Rates(50.2, 49.8, 49, 0.9),
        freshness_p50_seconds=0.64,
        freshness_p99_seconds=1.23,
        partitions=tuple(Partition(number, 600 + number * 3, 600 - number * number) for number in range(6)),
        rows=(
            LandedRow("01:47:43", "ORDER_CREATED", "Château Bellevue 2018", "2 × 24.5 = 49.0 EUR", "3:1204"),
            LandedRow("01:47:43", "INVENTORY_ADJUSTED", "Domaine des Lys 2020", "-12 SPOILAGE", "0:880"),
        ),
        services=(("producer-1", "running"), ("consumer-1", "running"), ("consumer-2", "restarting")),
    )


@pytest.fixture
def letter() -> DeadLetter:
    """An event that was turned away."""
    return DeadLetter("01:47:41", "NotJson", "offset 0: expected a value, got '<'", "2:77")


Drawn = Callable[..., str]


@pytest.fixture
def drawn() -> Drawn:
    """Makes what a person sees of a renderable: without colors, without spaces at the ends of lines."""

    def draw(renderable: RenderableType, width: int = 80) -> str:
        console = Console(width=width, force_terminal=False, color_system=None, highlight=False)
        with console.capture() as capture:
            console.print(renderable)
        return "\n".join(line.rstrip() for line in capture.get().splitlines())

    return draw
