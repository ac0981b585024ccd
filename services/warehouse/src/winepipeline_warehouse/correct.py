"""Carries out corrections: the statements, and the one transaction that they are made in."""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from winepipeline_warehouse.correction import Correction
from winepipeline_warehouse.errors import Fenced
from winepipeline_warehouse.ledger import Origin
from winepipeline_warehouse.names import Names
from winepipeline_warehouse.replayed import any_replayed
from winepipeline_warehouse.session import Session, Step, no_step
from winepipeline_warehouse.standing import ledger_stands
from winepipeline_warehouse.tables import KEPT_REPLAYED, create_replayed, create_statements

_TOPIC = (
    "EVENT_METADATA:cluster_id::VARCHAR = %s AND EVENT_METADATA:topic::VARCHAR = %s "
    "AND EVENT_METADATA:topic_id::VARCHAR = %s"
)
_PARTITION = "EVENT_METADATA:partition::INTEGER"
_OFFSET = "EVENT_METADATA:offset::INTEGER"


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement.

    Attributes:
        text: with `%s` for each parameter.
        parameters: what stands for them.
        rows: how many rows it must change; None where any number will do.
        step: its name, for whoever watches.
    """

    text: str
    parameters: tuple[object, ...]
    rows: int | None
    step: str

    @property
    def shown(self) -> str:
        """For a person: with the parameters in place."""
        words = (f"'{each}'" if isinstance(each, str) else str(each) for each in self.parameters)
        return self.text.replace("%s", "{}").format(*words)


def prelude(
    names: Names,
    origin: Origin,
    corrections: Sequence[Correction],
    *,
    ledger_is_there: bool = True,
    keeps_replayed: bool = False,
) -> tuple[Statement, ...]:
    """Before the transaction, since they end one: tables that are missing, and those with one copy of each doubled row.

    Tables have no row numbers, so that of two rows alike neither can be removed without the other. An empty ledger
    that a crash leaves behind does no harm: nobody claims a partition of which the tables alone have rows.
    """
    ledger = () if ledger_is_there else (Statement(create_statements(names)[names.ledger], (), None, "make_ledger"),)
    surplus = (
        statement for each in corrections if each.surplus for statement in _put_aside(names, origin, each.partition)
    )
    kept = (Statement(create_replayed(names), (), None, "make_replayed"),) if keeps_replayed else ()
    return (*ledger, *kept, *surplus)


def postlude(names: Names, corrections: Sequence[Correction]) -> tuple[Statement, ...]:
    """After the transaction: those tables go. One that a crash leaves behind is replaced by the next repair."""
    return tuple(
        Statement(f"DROP TABLE IF EXISTS {_aside(table, each.partition)}", (), None, "put_away")
        for each in corrections
        if each.surplus
        for table in (names.target, names.rejected)
    )


def removes_replayed(session: Session, names: Names, origin: Origin, corrections: Sequence[Correction]) -> bool:
    """Whether rejects are removed whose events were sent again: that must be kept, or they are sent once more."""
    where = _behind(corrections)
    return bool(where) and any_replayed(session, names, where, _key(origin))


def statements(
    names: Names, origin: Origin, corrections: Sequence[Correction], owner: str, *, keeps_replayed: bool = False
) -> tuple[Statement, ...]:
    """What the transaction consists of; the ledger comes last, since it is what others wait for."""
    surplus = [statement for each in corrections if each.surplus for statement in _one_of_each(names, origin, each)]
    removals = _removals(names, origin, corrections, keeps_replayed=keeps_replayed)
    return (*removals, *surplus, *_ledger_changes(names, origin, corrections, owner))


def correct(
    session: Session, names: Names, origin: Origin, corrections: Sequence[Correction], who: str, step: Step = no_step
) -> None:
    """Carry out all corrections, or none.

    Args:
        session: a fresh one.
        names: the tables.
        origin: the topic.
        corrections: at most one for each partition.
        who: what the ledger's OWNER begins with: `rewind`, `repair`.
        step: wraps each step.

    Raises:
        Fenced: a ledger or a table stands otherwise than when it was looked at; nothing was changed.
        Unavailable: unknown whether it was done; look again.
        Misconfigured: the warehouse's.
    """
    owner = f"{who}/{secrets.token_hex(6)}"
    there = ledger_stands(session, names)
    keeps = removes_replayed(session, names, origin, corrections)
    for statement in prelude(names, origin, corrections, ledger_is_there=there, keeps_replayed=keeps):
        session.change(statement.text, statement.parameters, scans=True)
    with session.transaction(step):
        for statement in statements(names, origin, corrections, owner, keeps_replayed=keeps):
            with step(statement.step):
                changed = session.change(statement.text, statement.parameters, scans=True)
            if statement.rows is not None and changed != statement.rows:
                raise Fenced(
                    "Fenced",
                    f"a statement was to change {statement.rows} rows and would change {changed}: somebody works on "
                    "the tables; nothing was changed",
                    "stop the consumers, and try again",
                )
    for statement in postlude(names, corrections):
        session.change(statement.text, statement.parameters, scans=True)


def _removals(
    names: Names, origin: Origin, corrections: Sequence[Correction], *, keeps_replayed: bool
) -> Iterator[Statement]:
    """One statement for each table, whatever the number of partitions: each is a look at the whole table."""
    where = _behind(corrections)
    if where:
        if keeps_replayed:
            columns = ", ".join(column.name for column in KEPT_REPLAYED)
            kept = f"SELECT {columns} FROM {names.rejected} WHERE {where} AND REPLAYED_AT IS NOT NULL"
            yield Statement(f"INSERT INTO {names.replayed} ({columns}) {kept}", _key(origin), None, "keep_replayed")
        # How many rows that is cannot be told where some stand twice; the ledger tells whether anybody meddles.
        yield Statement(f"DELETE FROM {names.target} WHERE {where}", _key(origin), None, "remove_rows")
        yield Statement(f"DELETE FROM {names.rejected} WHERE {where}", _key(origin), None, "remove_rejects")


def _behind(corrections: Sequence[Correction]) -> str:
    """The condition of what is removed, to be loaded again; empty where nothing is. Parameters: `_key`."""
    behind = [
        f"({_PARTITION} = {each.partition} AND {_OFFSET} >= {each.keep_below})"
        for each in corrections
        if each.keep_below is not None
    ]
    return f"{_TOPIC} AND ({' OR '.join(behind)})" if behind else ""


def _one_of_each(names: Names, origin: Origin, each: Correction) -> Iterator[Statement]:
    """Remove all that stand twice, and put one of each back; one that stands in both tables is kept in the target."""
    stays = "" if each.keep_below is None else f" AND {_OFFSET} < {each.keep_below}"
    target, rejected = (_aside(table, each.partition) for table in (names.target, names.rejected))
    for table, aside in ((names.target, target), (names.rejected, rejected)):
        theirs = f"{_OFFSET} IN (SELECT {_OFFSET} FROM {aside})"
        where = f"{_TOPIC} AND {_PARTITION} = {each.partition} AND {theirs}"
        yield Statement(f"DELETE FROM {table} WHERE {where}", _key(origin), None, "remove_surplus")
    in_target = f"{_OFFSET} IN (SELECT {_OFFSET} FROM {target})"
    for table, aside, condition in ((names.target, target, "1 = 1"), (names.rejected, rejected, f"NOT {in_target}")):
        yield Statement(f"INSERT INTO {table} SELECT * FROM {aside} WHERE {condition}{stays}", (), None, "keep_one")


def _put_aside(names: Names, origin: Origin, partition: int) -> Iterator[Statement]:
    """One row of each offset that stands twice, in one table or in both; from each table those that it has."""
    place = f"{_TOPIC} AND {_PARTITION} = {int(partition)}"
    twice = (
        f"SELECT O FROM (SELECT {_OFFSET} AS O FROM {names.target} WHERE {place} UNION ALL "
        f"SELECT {_OFFSET} AS O FROM {names.rejected} WHERE {place}) GROUP BY O HAVING COUNT(*) > 1"
    )
    for table in (names.target, names.rejected):
        one_each = f"QUALIFY ROW_NUMBER() OVER (PARTITION BY {_OFFSET} ORDER BY INGESTION_TIME) = 1"
        yield Statement(
            f"CREATE OR REPLACE TABLE {_aside(table, partition)} AS SELECT * FROM {table} "
            f"WHERE {place} AND {_OFFSET} IN ({twice}) {one_each}",
            _key(origin) * 3,
            None,
            "put_aside",
        )


def _ledger_changes(names: Names, origin: Origin, corrections: Sequence[Correction], owner: str) -> Iterator[Statement]:
    """The rows as they were read are exchanged for one; whoever moved one of them meanwhile makes the count differ."""
    key = "CLUSTER_ID = %s AND TOPIC = %s AND TOPIC_ID = %s"
    stood = [
        f"(PARTITION = {each.partition} AND NEXT_OFFSET = {row.next_offset} AND EPOCH = {row.epoch})"
        for each in corrections
        for row in each.expected
    ]
    if stood:
        text = f"DELETE FROM {names.ledger} WHERE {key} AND ({' OR '.join(stood)})"
        yield Statement(text, _key(origin), len(stood), "ledger")
    rows = [
        f"({each.partition}, {row.first_offset}, {row.next_offset}, {row.epoch}, {row.loaded}, {row.rejected}, "
        f"{row.skipped}, {row.expired})"
        for each in corrections
        for row in (each.row,)
    ]
    # A row goes in only where no other is left, one that a consumer has made meanwhile.
    yield Statement(
        f"INSERT INTO {names.ledger} (CLUSTER_ID, TOPIC, TOPIC_ID, OWNER, PARTITION, FIRST_OFFSET, NEXT_OFFSET, EPOCH, "
        "ROWS_LOADED, ROWS_REJECTED, OFFSETS_SKIPPED, OFFSETS_EXPIRED, UPDATED_AT) SELECT %s, %s, %s, %s, column1, "
        "column2, column3, column4, column5, column6, column7, column8, CURRENT_TIMESTAMP() "
        f"FROM VALUES {', '.join(rows)} WHERE column1 NOT IN (SELECT PARTITION FROM {names.ledger} WHERE {key})",
        (*_key(origin), owner, *_key(origin)),
        len(rows),
        "ledger",
    )


def _aside(table: str, partition: int) -> str:
    return f"{table}_ASIDE_{partition}"


def _key(origin: Origin) -> tuple[str, str, str]:
    return origin.cluster_id, origin.topic, origin.topic_id
