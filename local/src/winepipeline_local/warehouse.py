"""What the local runtime asks of the warehouse: the last rows, the last dead letters, the audit.

Imports the connector: load this module when it is needed, it takes longer than all the rest of the command.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from winepipeline_local.errors import WarehouseError
from winepipeline_local.row_words import dead_letter, landed_row
from winepipeline_local.snapshot import DeadLetter, LandedRow
from winepipeline_warehouse.audit import Audit, PartitionAudit, audit, audit_histories
from winepipeline_warehouse.errors import WarehouseError as VendorError
from winepipeline_warehouse.names import Names
from winepipeline_warehouse.session import Session
from winepipeline_warehouse.settings import WarehouseSettings


class Warehouse:
    """The tables of one pipeline. A session is opened for each question: a fresh one sees the newest commits."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        """`environment` is a service's: its `SNOWFLAKE_*` variables."""
        self.settings = WarehouseSettings.from_environment(environment)
        self.names = Names(self.settings.database, self.settings.schema_name, self.settings.table)

    def last_rows(self, limit: int) -> tuple[LandedRow, ...]:
        """The rows that landed last, newest first; none while there is no table."""
        statement = (
            f"SELECT EVENT_TYPE, EVENT_CONTENT, EVENT_METADATA, INGESTION_TIME FROM {self.names.target} "  # noqa: S608
            f"ORDER BY INGESTION_TIME DESC, EVENT_METADATA:timestamp::INTEGER DESC LIMIT {limit:d}"
        )
        return tuple(landed_row(*row) for row in self._rows(statement))

    def last_letters(self, limit: int) -> tuple[DeadLetter, ...]:
        """The events that were rejected last, newest first; none while there is no table."""
        statement = (
            f"SELECT REASON, DETAIL, EVENT_METADATA, INGESTION_TIME FROM {self.names.rejected} "  # noqa: S608
            f"ORDER BY INGESTION_TIME DESC LIMIT {limit:d}"
        )
        return tuple(dead_letter(*row) for row in self._rows(statement))

    def audit(self, topic: str) -> Audit:
        """The audit of one topic, without the topic's own ends.

        Raises:
            WarehouseError: the warehouse does not answer, or has no such tables.
        """
        return self._counted(lambda session: audit(session, self.names, topic))

    def audit_histories(self) -> Audit:
        """The audit of what was loaded beside the stream; its partitions are tables.

        Raises:
            WarehouseError: as `audit`.
        """
        return self._counted(lambda session: audit_histories(session, self.names))

    def _counted(self, count: Callable[[Session], Audit]) -> Audit:
        try:
            with Session(self.settings) as session:
                return count(session)
        except VendorError as failure:
            if failure.reason == "NotFound" and self.settings.protocol == "http":
                return Audit(())  # an emulator that no consumer has been at yet: nothing is loaded
            raise _ours(failure) from failure

    def ledger(self, topic: str) -> Audit:
        """What the ledger alone says of a topic: soon and cheap, where an audit reads the whole table."""
        statement = (
            "SELECT CLUSTER_ID, TOPIC_ID, PARTITION, FIRST_OFFSET, NEXT_OFFSET, ROWS_LOADED, ROWS_REJECTED, "  # noqa: S608
            f"OFFSETS_SKIPPED, OFFSETS_EXPIRED FROM {self.names.ledger} WHERE TOPIC = %s"
        )
        return Audit(
            tuple(
                PartitionAudit(
                    cluster_id=cluster_id,
                    topic=topic,
                    topic_id=topic_id,
                    partition=partition,
                    first_offset=first,
                    next_offset=next_,
                    end_offset=None,
                    loaded=loaded,
                    rejected=rejected,
                    skipped=skipped,
                    expired=expired,
                    duplicates=0,
                    outside=0,
                )
                for cluster_id, topic_id, partition, first, next_, loaded, rejected, skipped, expired in self._rows(
                    statement, (topic,)
                )
            )
        )

    def _rows(self, statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        try:
            with Session(self.settings) as session:
                return session.query(statement, parameters)
        except VendorError:
            return []


def _ours(failure: VendorError) -> WarehouseError:
    return WarehouseError(
        f"The warehouse says: {failure.message} [{failure.reason}].",
        failure.hint or "`winepipeline check -f FILE` looks at the account, the role and its grants.",
    )
