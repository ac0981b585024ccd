"""Which rows of the table of rejects were sent to the topic again."""

from collections.abc import Sequence

from winepipeline_warehouse.names import Names
from winepipeline_warehouse.session import Session
from winepipeline_warehouse.shown import table_stands
from winepipeline_warehouse.tables import REPLAYED

ROWS_AT_ONCE = 1000
"""Rows in one statement; a longer one would be slow to parse."""

Place = tuple[int, int, int]
"""Partition, offset, and the message's timestamp in milliseconds."""

Replayed = tuple[int, int, int, str, str, int]
"""A place, then when it was sent again (RFC 3339), to where (`PARTITION:OFFSET`), and the attempt that this began."""

_PLACE = "EVENT_METADATA:partition::INTEGER, EVENT_METADATA:offset::INTEGER, EVENT_METADATA:timestamp::INTEGER"

_TOPIC = "EVENT_METADATA:topic::VARCHAR = %s"


def settled(session: Session, names: Names, topic: str) -> dict[Place, bool]:
    """Where each reject of a topic comes from, and whether it is noted there that its event was sent again.

    Raises:
        Unavailable, Misconfigured: the warehouse's.
    """
    noted = "REPLAYED_AT IS NOT NULL" if REPLAYED[0].name in _columns(session, names) else "FALSE"
    rows = session.query(f"SELECT {_PLACE}, {noted} FROM {names.rejected} WHERE {_TOPIC}", (topic,), scans=True)
    if table_stands(session, names, names.replayed):
        rows += session.query(f"SELECT {_PLACE}, TRUE FROM {names.replayed} WHERE {_TOPIC}", (topic,))
    return {(int(partition), int(offset), int(timestamp)): bool(sent) for partition, offset, timestamp, sent in rows}


def any_replayed(session: Session, names: Names, where: str, parameters: Sequence[str]) -> bool:
    """Whether it is noted of one of these rejects that its event was sent again."""
    if REPLAYED[0].name not in _columns(session, names):
        return False
    statement = f"SELECT 1 FROM {names.rejected} WHERE {where} AND REPLAYED_AT IS NOT NULL LIMIT 1"
    return bool(session.query(statement, parameters, scans=True))


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
    standing = _columns(session, names)
    for column in REPLAYED:
        if column.name not in standing:
            session.change(f"ALTER TABLE {names.rejected} ADD COLUMN {column.name} {column.type}")


def _columns(session: Session, names: Names) -> set[str]:
    return {str(row[0]).upper() for row in session.query(f"DESCRIBE TABLE {names.rejected}")}


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
