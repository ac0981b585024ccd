"""What stands of each partition: its rows in the ledger, and which offsets the two tables hold, as runs."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from winepipeline_warehouse.ledger import Origin
from winepipeline_warehouse.names import Names
from winepipeline_warehouse.session import Session
from winepipeline_warehouse.shown import table_stands


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A row of the ledger; see `tables.LEDGER`. `idle_seconds` is how long ago it changed last."""

    first_offset: int
    next_offset: int
    epoch: int
    owner: str
    loaded: int
    rejected: int
    skipped: int
    expired: int
    idle_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Island:
    """Offsets that follow one another and are all in the tables.

    Attributes:
        start: the first of them.
        stop: the one after the last.
        loaded: how many are in the target.
        rejected: how many are in the rejects, and not in the target.
        surplus: rows too many: offsets that stand twice, in one table or in both.
    """

    start: int
    stop: int
    loaded: int
    rejected: int
    surplus: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """One partition.

    Attributes:
        ledger: its rows in the ledger; one, if all is well.
        islands: what the tables hold of it, in rising order.
    """

    ledger: tuple[LedgerRow, ...] = ()
    islands: tuple[Island, ...] = ()

    @property
    def end(self) -> int:
        """The offset after the last one that the ledger or a table knows."""
        ends = [row.next_offset for row in self.ledger] + [island.stop for island in self.islands]
        return max(ends, default=0)


def standing(
    session: Session, names: Names, origin: Origin, cuts: Mapping[int, int] | None = None
) -> dict[int, Standing]:
    """What stands of each partition of a topic that ledger or tables know.

    Args:
        session: any; a fresh one sees the newest commits.
        names: the tables.
        origin: the topic.
        cuts: for partitions, an offset at which an island is to be parted.

    Raises:
        Unavailable, Misconfigured: the warehouse's.
    """
    key = (origin.cluster_id, origin.topic, origin.topic_id)
    ledger: dict[int, list[LedgerRow]] = defaultdict(list)
    rows = session.query(_ledger(names), key) if ledger_stands(session, names) else []
    for partition, at, now, owner, *numbers in rows:
        first, next_, epoch, loaded, rejected, skipped, expired = map(int, numbers)
        idle_seconds = (now - at).total_seconds()
        row = LedgerRow(first, next_, epoch, str(owner), loaded, rejected, skipped, expired, idle_seconds)
        ledger[int(partition)].append(row)
    islands: dict[int, list[Island]] = defaultdict(list)
    for partition, *found in session.query(_islands(names, cuts or {}), key * 2, scans=True):
        islands[int(partition)].append(Island(*map(int, found)))
    return {
        partition: Standing(tuple(ledger.get(partition, ())), tuple(islands.get(partition, ())))
        for partition in sorted({*ledger, *islands})
    }


def ledger_stands(session: Session, names: Names) -> bool:
    """Whether there is a ledger: somebody may have dropped it, and a repair makes it anew."""
    return table_stands(session, names, names.ledger)


def _ledger(names: Names) -> str:
    return (
        "SELECT PARTITION, UPDATED_AT, CURRENT_TIMESTAMP(), OWNER, FIRST_OFFSET, NEXT_OFFSET, EPOCH, ROWS_LOADED, "
        f"ROWS_REJECTED, OFFSETS_SKIPPED, OFFSETS_EXPIRED FROM {names.ledger} "
        "WHERE CLUSTER_ID = %s AND TOPIC = %s AND TOPIC_ID = %s ORDER BY PARTITION, NEXT_OFFSET"
    )


def _islands(names: Names, cuts: Mapping[int, int]) -> str:
    """Parameters: cluster, topic and topic id, twice. An offset minus its rank is the same all over an island."""
    cases = " ".join(f"WHEN {int(partition)} THEN {int(cut)}" for partition, cut in sorted(cuts.items()))
    behind = f"IFF(O >= CASE P {cases} ELSE 0 END, 1, 0)" if cases else "0"
    return f"""
WITH seen AS ({offsets_of(names.target, 1)} UNION ALL {offsets_of(names.rejected, 0)}),
once AS (SELECT P, O, MAX(LOADED) AS LOADED, COUNT(*) AS TIMES FROM seen GROUP BY P, O),
ranked AS (
  SELECT P, O, LOADED, TIMES, {behind} AS BEHIND, O - ROW_NUMBER() OVER (PARTITION BY P ORDER BY O) AS ISLAND FROM once
)
SELECT P, MIN(O), MAX(O) + 1, COUNT_IF(LOADED = 1), COUNT_IF(LOADED = 0), SUM(TIMES - 1) FROM ranked
GROUP BY P, ISLAND, BEHIND ORDER BY P, MIN(O)
"""


def offsets_of(table: str, loaded: int) -> str:
    """Partition, offset and `loaded` of each row of a topic; parameters: cluster, topic and topic id."""
    return (
        "SELECT EVENT_METADATA:partition::INTEGER AS P, EVENT_METADATA:offset::INTEGER AS O, "
        f"{loaded} AS LOADED FROM {table} WHERE EVENT_METADATA:cluster_id::VARCHAR = %s "
        "AND EVENT_METADATA:topic::VARCHAR = %s AND EVENT_METADATA:topic_id::VARCHAR = %s"
    )
