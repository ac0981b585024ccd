"""The table of rejects, as a replay needs it: which letters stand there, and which of them were sent again."""

from collections.abc import Iterable, Mapping

from winepipeline_events.repair_fields import Source
from winepipeline_local.dead_letters.opened import Mark
from winepipeline_local.errors import WarehouseError
from winepipeline_warehouse.errors import WarehouseError as VendorError
from winepipeline_warehouse.names import Names
from winepipeline_warehouse.replayed import mark_replayed, settled
from winepipeline_warehouse.session import Session
from winepipeline_warehouse.settings import WarehouseSettings


class Rejects:
    """One topic's rows in the table of rejects; each question has a fresh session."""

    def __init__(self, login: Mapping[str, str], topic: str) -> None:
        """`login` are the `SNOWFLAKE_*` variables."""
        self._settings = WarehouseSettings.from_environment(login)
        self._names = Names(self._settings.database, self._settings.schema_name, self._settings.table)
        self._topic = topic

    def settled(self) -> dict[Source, bool]:
        """Where each row of the table comes from, and whether its event was sent again by what the table says.

        The dead-letter topic says so too, but only as long as it keeps its marks.

        Raises:
            WarehouseError: it cannot be read.
        """
        try:
            with Session(self._settings) as session:
                found = settled(session, self._names, self._topic)
                return {Source(self._topic, *place): sent for place, sent in found.items()}
        except VendorError as failure:
            raise WarehouseError(
                f"The table of rejects cannot be read: {failure.message} [{failure.reason}].",
                failure.hint or "`winepipeline check -f FILE` looks at the account, the role and its grants.",
            ) from failure

    def mark(self, marks: Iterable[Mark]) -> int:
        """Write into the table which of its rows were sent again; how many were not marked before.

        The dead-letter topic is what counts: the table only tells those who query it, and is brought up to date by the
        next replay where this one fails.

        Raises:
            WarehouseError: the table cannot be written.
        """
        rows = [
            (each.source.partition, each.source.offset, each.source.timestamp_ms, each.time, each.to, each.attempt)
            for each in marks
        ]
        try:
            with Session(self._settings) as session:
                return mark_replayed(session, self._names, self._topic, rows)
        except VendorError as failure:
            raise WarehouseError(
                f"The table of rejects does not tell yet what was sent again: {failure.message} [{failure.reason}].",
                "Each letter was sent once all the same. The role needs UPDATE on the table, "
                "and its OWNERSHIP if the columns REPLAYED_… are to be added.",
            ) from failure
