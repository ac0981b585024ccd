"""The audit of what was loaded lately: cheap enough to be made again and again while loading goes on.

A mark remembers where a partition's ledger stood. Between a mark and now, the ledger must have moved by as many offsets
as there are rows, rejects, holes and expired offsets; so each row is looked at a few times, not once in every audit for
ever. `audit.audit` looks at everything.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from winepipeline_warehouse.ledger import Origin
from winepipeline_warehouse.names import Names
from winepipeline_warehouse.session import Session

_NOWHERE = 2**62
"""Beyond every offset: of a partition without a mark no row is counted."""

_MARGIN_HOURS = 1
"""A row's INGESTION_TIME is that of its COPY, which comes before its COMMIT; no load takes that long."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A partition's ledger at one moment.

    Attributes:
        next_offset: the first offset that is not loaded.
        skipped: offsets that held no event, up to there.
        expired: offsets that retention took, up to there.
        at: when, by the warehouse's clock.
    """

    next_offset: int
    skipped: int
    expired: int
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Recent:
    """What became of one partition since a mark.

    Attributes:
        mark: where the ledger stands now.
        rows: distinct offsets in the two tables, from the earlier mark to this one.
        missing: offsets that the ledger says are done and that stand nowhere; below 0 when there are too many.
        surplus: rows too many: an offset that stands twice, or that the ledger does not cover yet.
    """

    mark: Mark
    rows: int
    missing: int
    surplus: int

    @property
    def holds(self) -> bool:
        """Nothing lost, nothing twice."""
        return self.missing == 0 and self.surplus == 0


def recent_audit(session: Session, names: Names, origin: Origin, marks: Mapping[int, Mark | None]) -> dict[int, Recent]:
    """Compare ledger and tables from each partition's mark on, in one statement and so at one moment.

    Args:
        session: any session; a fresh one sees the newest commits.
        names: the tables.
        origin: the topic.
        marks: the partitions to look at; None for one that is looked at for the first time: it only gets a mark.

    Returns:
        For each partition that the ledger knows and that was not rewound meanwhile.

    Raises:
        Unavailable, Misconfigured: the warehouse's.
    """
    if not marks:
        return {}
    key = (origin.cluster_id, origin.topic, origin.topic_id)
    known = [mark.at for mark in marks.values() if mark]
    since = (min(known) if known else dt.datetime.now(dt.UTC)) - dt.timedelta(hours=_MARGIN_HOURS)
    rows = session.query(_statement(names, marks), (*key, since.isoformat()) * 2 + key, scans=True)
    found = {}
    for partition, next_offset, skipped, expired, at, rows_there, twice, outside in rows:
        now = Mark(int(next_offset), int(skipped), int(expired), at)
        then = marks[int(partition)] or now
        if now.next_offset < then.next_offset:
            continue
        done = now.next_offset - then.next_offset - (now.skipped - then.skipped) - (now.expired - then.expired)
        found[int(partition)] = Recent(now, int(rows_there), done - int(rows_there), int(twice or 0) + int(outside))
    return found


def _statement(names: Names, marks: Mapping[int, Mark | None]) -> str:
    """Parameters: cluster, topic, topic id and a time, for each of the tables; then cluster, topic and topic id."""
    values = ", ".join(f"({int(p)}, {mark.next_offset if mark else _NOWHERE})" for p, mark in sorted(marks.items()))
    return f"""
WITH since AS (SELECT column1 AS P, column2 AS START_OFFSET FROM VALUES {values}),
seen AS ({_places(names.target)} UNION ALL {_places(names.rejected)}),
counted AS (
  SELECT s.P, s.POSITION_, COUNT(*) AS TIMES FROM seen s JOIN since v ON s.P = v.P AND s.POSITION_ >= v.START_OFFSET
  GROUP BY s.P, s.POSITION_
)
SELECT l.PARTITION, l.NEXT_OFFSET, l.OFFSETS_SKIPPED, l.OFFSETS_EXPIRED, CURRENT_TIMESTAMP(),
  COUNT_IF(c.POSITION_ < l.NEXT_OFFSET), SUM(c.TIMES - 1), COUNT_IF(c.POSITION_ >= l.NEXT_OFFSET)
FROM {names.ledger} l JOIN since v ON v.P = l.PARTITION LEFT JOIN counted c ON c.P = l.PARTITION
WHERE l.CLUSTER_ID = %s AND l.TOPIC = %s AND l.TOPIC_ID = %s
GROUP BY l.PARTITION, l.NEXT_OFFSET, l.OFFSETS_SKIPPED, l.OFFSETS_EXPIRED
"""


def _places(table: str) -> str:
    return (
        f"SELECT EVENT_METADATA:partition::INTEGER AS P, EVENT_METADATA:offset::INTEGER AS POSITION_ FROM {table} "
        "WHERE EVENT_METADATA:cluster_id::VARCHAR = %s AND EVENT_METADATA:topic::VARCHAR = %s "
        "AND EVENT_METADATA:topic_id::VARCHAR = %s AND INGESTION_TIME >= %s::TIMESTAMP_LTZ"
    )
