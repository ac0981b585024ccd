"""Which rows of the table of rejects were sent to the topic again."""

from collections.abc import Sequence

from winepipeline_warehouse.names import Names
from winepipeline_warehouse.session import Session
from winepipeline_warehouse.tables import REPLAYED

ROWS_AT_ONCE = 1000
"""Rows in one statement; a longer one would be slow to parse."""

Place = tuple[int, int, int]
"""Partition, offset, and the message's timestamp in milliseconds."""

Replayed = tuple[int, int, int, str, str, int]
"""A place, then when it was sent again (RFC 3339), to where (`PARTITION:OFFSET`), and the attempt that this began."""

_PLACE = "EVENT_METADATA:partition::INTEGER, EVENT_METADATA:offset::INTEGER, EVENT_METADATA:timestamp::INTEGER"


def settled(session: Session, names: Names, topic: str) -> set[Place]:
    """Where each reject of a topic comes from.

    Raises:
        Unavailable, Misconfigured: the warehouse's.
    """
    rows = session.query(
        f"SELECT {_PLACE} FROM {names.rejected} WHERE EVENT_METADATA:topic::VARCHAR = %s", (topic,), scans=True
    )
    return {(int(partition), int(offset), int(timestamp)) for partition, offset, timestamp in rows}


def mark_replayed(session: Session, names: Names, topic: str, rows: Sequence[Replayed]) -> int:
    """Note in the table which rows were sent again; how many were not noted before. Any number of times.

    Raises:
        Unavailable, Misconfigured: the warehouse's; rows that were noted before it stay noted.
    """
    if not rows:
        return 0
    _add_columns(session, names)
    changed = 0
    for start in range(0, len(rows), ROWS_AT_ONCE):
        part = rows[start : start + ROWS_AT_ONCE]
        values = ", ".join(["(%s, %s, %s, %s, %s, %s)"] * len(part))
        parameters = [each for row in part for each in row]
        changed += session.change(_update(names, values), (*parameters, topic), scans=True)
    return changed


def _add_columns(session: Session, names: Names) -> None:
    """Tables that were made before there were replays lack the columns."""
    standing = {str(row[0]).upper() for row in session.query(f"DESCRIBE TABLE {names.rejected}")}
    for column in REPLAYED:
        if column.name not in standing:
            session.change(f"ALTER TABLE {names.rejected} ADD COLUMN {column.name} {column.type}")


def _update(names: Names, values: str) -> str:
    """Parameters: the values, then the topic."""
    return (
        f"UPDATE {names.rejected} r SET REPLAYED_AT = v.AT::TIMESTAMP_LTZ, REPLAYED_TO = v.PLACE, "
        "REPLAY_ATTEMPT = v.ATTEMPT FROM (SELECT column1 AS P, column2 AS O, column3 AS T, column4 AS AT, "
        f"column5 AS PLACE, column6 AS ATTEMPT FROM VALUES {values}) v "
        "WHERE r.REPLAYED_AT IS NULL AND r.EVENT_METADATA:topic::VARCHAR = %s "
        "AND r.EVENT_METADATA:partition::INTEGER = v.P AND r.EVENT_METADATA:offset::INTEGER = v.O "
        "AND r.EVENT_METADATA:timestamp::INTEGER = v.T"
    )
