"""What is gone though the rest knows of it: made anew, empty, it would have events loaded twice, or be without them."""

from collections.abc import Collection

from winepipeline_warehouse.errors import Misconfigured
from winepipeline_warehouse.ledger import Origin
from winepipeline_warehouse.names import Names
from winepipeline_warehouse.session import Session
from winepipeline_warehouse.standing import ledger_stands, offsets_of

_LEDGER = "LedgerMissing"


def refuse_to_replace(session: Session, names: Names, standing: Collection[str]) -> None:
    """Before tables are made: none is made anew of which the others know.

    Args:
        session: any.
        names: the tables.
        standing: those that are there, with their full names in capitals.

    Raises:
        Misconfigured: there are rows and no ledger that knows them, or a ledger that knows rows and no target.
    """
    if names.ledger.upper() not in standing:
        for table in (names.target, names.rejected):
            there = table.upper() in standing and _any(session, f"FROM {table} WHERE {_OURS}")
            if there and not ledger_stands(session, names):  # or another consumer has made it and loaded meanwhile
                raise Misconfigured(
                    _LEDGER,
                    f"{table} holds events that were loaded, and {names.ledger}, which says how far, is not there: a "
                    "new one would load all that the topic holds once more",
                    _hint(names),
                )
    elif names.target.upper() not in standing and _any(session, f"FROM {names.ledger} WHERE ROWS_LOADED > 0"):
        raise Misconfigured(
            "TargetMissing",
            f"{names.ledger} says that events were loaded into {names.target}, which is not there: a new one would be "
            "without them",
            f"UNDROP TABLE {names.target}, or rename it back; docs/how-to/recover.md says what can be done without",
        )


def refuse_unknown(session: Session, names: Names, origin: Origin, partitions: Collection[int]) -> None:
    """Before partitions are claimed that the ledger does not know: the tables must not know them either.

    Asked in one statement, ledger and tables together: another consumer may claim and load at this moment.

    Raises:
        Misconfigured: the tables hold events of a partition, and the ledger has no row for it.
    """
    if not partitions:
        return
    key = (origin.cluster_id, origin.topic, origin.topic_id)
    known = f"SELECT PARTITION FROM {names.ledger} WHERE CLUSTER_ID = %s AND TOPIC = %s AND TOPIC_ID = %s"
    rows = session.query(
        f"SELECT P, COUNT(*) FROM ({offsets_of(names.target, 1)} UNION ALL {offsets_of(names.rejected, 0)}) "
        f"WHERE P IN ({', '.join(str(int(each)) for each in sorted(partitions))}) AND P NOT IN ({known}) "
        "GROUP BY P ORDER BY P",
        key * 3,
        scans=True,
    )
    if rows:
        found = ", ".join(f"{int(count)} rows of partition {int(partition)}" for partition, count in rows)
        raise Misconfigured(
            _LEDGER,
            f"the tables hold {found} of {origin.topic}, of which {names.ledger} says nothing: a new row would load "
            "them once more",
            _hint(names),
        )


_OURS = "EVENT_METADATA:topic_id IS NOT NULL AND EVENT_METADATA:offset IS NOT NULL"


def _any(session: Session, from_where: str) -> bool:
    return bool(session.query(f"SELECT 1 {from_where} LIMIT 1"))


def _hint(names: Names) -> str:
    return (
        f"UNDROP TABLE {names.ledger}, or rename it back; else pause, and let `winepipeline audit --repair` make it "
        "from the tables and the topic"
    )
