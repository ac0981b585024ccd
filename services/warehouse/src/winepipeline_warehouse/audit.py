"""The audit: does the table hold each event once, and has none been lost? In SQL, from the warehouse and the topic.

For every partition, consumed (NEXT_OFFSET - FIRST_OFFSET of the ledger) = loaded + rejected + skipped + expired, where
loaded and rejected are counted in the tables themselves, and no offset stands twice, neither in one table nor in both.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from winepipeline_warehouse.history import PREFIX
from winepipeline_warehouse.names import Names
from winepipeline_warehouse.session import Session


@dataclass(frozen=True, slots=True)
class PartitionAudit:
    """One partition of one topic; all counts are of offsets.

    Attributes:
        cluster_id, topic, topic_id, partition: which.
        first_offset: where loading began.
        next_offset: where it stands.
        end_offset: where the topic ends; None when the broker was not asked, or has another topic by that name.
        loaded: distinct offsets in the target.
        rejected: distinct offsets in the rejects.
        skipped: offsets that held no event.
        expired: offsets that retention took first.
        duplicates: rows too many: offsets that stand twice, in one table or in both.
        outside: rows whose offset the ledger does not cover.
    """

    cluster_id: str
    topic: str
    topic_id: str
    partition: int
    first_offset: int
    next_offset: int
    end_offset: int | None
    loaded: int
    rejected: int
    skipped: int
    expired: int
    duplicates: int
    outside: int

    @property
    def consumed(self) -> int:
        """Offsets that the ledger says are done."""
        return self.next_offset - self.first_offset

    @property
    def in_flight(self) -> int:
        """Offsets in the topic that are not done yet; 0 when the broker was not asked."""
        return 0 if self.end_offset is None else max(0, self.end_offset - self.next_offset)

    @property
    def missing(self) -> int:
        """Offsets that the ledger says are done and that stand nowhere; below 0 when there are too many."""
        return self.consumed - self.loaded - self.rejected - self.skipped - self.expired

    @property
    def holds(self) -> bool:
        """Nothing lost, nothing twice."""
        behind = self.end_offset is not None and self.end_offset < self.next_offset
        return self.missing == 0 and self.duplicates == 0 and self.outside == 0 and not behind


@dataclass(frozen=True, slots=True)
class Audit:
    """All partitions of one topic or of all; sums over them."""

    partitions: tuple[PartitionAudit, ...]

    @property
    def holds(self) -> bool:
        """Nothing lost, nothing twice, in any partition; and the ledger has one row for each."""
        keys = {(each.cluster_id, each.topic_id, each.topic, each.partition) for each in self.partitions}
        return len(keys) == len(self.partitions) and all(each.holds for each in self.partitions)

    def total(self, what: str) -> int:
        """The sum of one of the counts, for example `total("loaded")`."""
        return sum(int(getattr(each, what)) for each in self.partitions)


def audit(
    session: Session, names: Names, topic: str | None = None, ends: Mapping[tuple[str, int], int] | None = None
) -> Audit:
    """Compare ledger, tables and topic.

    Args:
        session: any session; a fresh one sees the newest commits.
        names: the tables.
        topic: only this one; None for all that the ledger knows.
        ends: from (topic id, partition) to the end offset in the broker; None when it is not asked.

    Raises:
        Unavailable, Misconfigured: the warehouse's.
    """
    where = "" if topic is None else "WHERE COALESCE(l.TOPIC, d.TOPIC) = %s"
    rows = session.query(_statement(names, where), () if topic is None else (topic,), scans=True)
    known = ends or {}
    return Audit(tuple(_partition(row, known) for row in rows))


def audit_histories(session: Session, names: Names) -> Audit:
    """Compare ledger and tables for all histories; their offsets are keys of tables, and the broker knows none of them.

    Raises:
        Unavailable, Misconfigured: the warehouse's.
    """
    where = "WHERE STARTSWITH(COALESCE(l.TOPIC, d.TOPIC), %s)"
    return Audit(tuple(_partition(row, {}) for row in session.query(_statement(names, where), (PREFIX,), scans=True)))


def _partition(row: tuple[object, ...], ends: Mapping[tuple[str, int], int]) -> PartitionAudit:
    cluster_id, topic, topic_id = (str(each) for each in row[:3])
    partition, first, next_, skipped, expired, loaded, rejected, twice, outside = (
        int(str(each or 0)) for each in row[3:]
    )
    return PartitionAudit(
        cluster_id=cluster_id,
        topic=topic,
        topic_id=topic_id,
        partition=partition,
        first_offset=first,
        next_offset=next_,
        end_offset=ends.get((topic_id, partition)),
        loaded=loaded,
        rejected=rejected,
        skipped=skipped,
        expired=expired,
        duplicates=twice,
        outside=outside,
    )


def _statement(names: Names, where: str) -> str:
    """A row for each row of the ledger, so that its own doubles show; and one for what no row of it covers."""
    key = "CLUSTER_ID, TOPIC, TOPIC_ID, PARTITION"
    return f"""
WITH seen AS (
  {_offsets(names.target, 1)}
  UNION ALL
  {_offsets(names.rejected, 0)}
), distinct_seen AS (
  SELECT {key}, POSITION_, MAX(LOADED) AS LOADED, COUNT(*) AS TIMES FROM seen GROUP BY {key}, POSITION_
), numbered AS (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY {key} ORDER BY NEXT_OFFSET) AS NUMBER_ FROM {names.ledger}
)
SELECT COALESCE(l.CLUSTER_ID, d.CLUSTER_ID), COALESCE(l.TOPIC, d.TOPIC), COALESCE(l.TOPIC_ID, d.TOPIC_ID),
  COALESCE(l.PARTITION, d.PARTITION), l.FIRST_OFFSET, l.NEXT_OFFSET, l.OFFSETS_SKIPPED, l.OFFSETS_EXPIRED,
  COUNT_IF(d.LOADED = 1), COUNT_IF(d.LOADED = 0), SUM(d.TIMES - 1),
  COUNT_IF(l.NEXT_OFFSET IS NULL OR d.POSITION_ < l.FIRST_OFFSET OR d.POSITION_ >= l.NEXT_OFFSET)
FROM numbered l FULL OUTER JOIN distinct_seen d
  ON d.CLUSTER_ID = l.CLUSTER_ID AND d.TOPIC = l.TOPIC AND d.TOPIC_ID = l.TOPIC_ID AND d.PARTITION = l.PARTITION
{where}
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, l.NUMBER_
ORDER BY 2, 3, 4
"""


def _offsets(table: str, loaded: int) -> str:
    return (
        "SELECT EVENT_METADATA:cluster_id::VARCHAR AS CLUSTER_ID, EVENT_METADATA:topic::VARCHAR AS TOPIC, "
        "EVENT_METADATA:topic_id::VARCHAR AS TOPIC_ID, EVENT_METADATA:partition::INTEGER AS PARTITION, "
        f"EVENT_METADATA:offset::INTEGER AS POSITION_, {loaded} AS LOADED FROM {table}"
    )
