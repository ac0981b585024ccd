"""One load: rows, rejects and the ledger in one transaction.

Steps: "upload" (the stage is outside every transaction), "begin", "copy", "copy_rejected", "copy_beside", "ledger"
(last, since an UPDATE locks the table), "commit", "remove".
"""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from winepipeline_warehouse.errors import DataRefused, Fenced, Misconfigured, Unavailable, WarehouseError
from winepipeline_warehouse.ledger import Advance, Origin
from winepipeline_warehouse.names import Names
from winepipeline_warehouse.session import Session, Step, no_step

_LOG = logging.getLogger(__name__)

_COPY_OPTIONS = "FILE_FORMAT = (TYPE = PARQUET) ON_ERROR = ABORT_STATEMENT"

_ROWS_LOADED = 3
"""Where COPY's answer has the number of rows: file, status, rows_parsed, rows_loaded, …"""


@dataclass(frozen=True, slots=True)
class Beside:
    """Rows for a table beside the target, in the transaction of a load.

    Attributes:
        table: its full name.
        columns: name and type of each; the file has columns of these names.
        content: a Parquet file.
        rows: how many it has.
    """

    table: str
    columns: tuple[tuple[str, str], ...]
    content: bytes
    rows: int


@dataclass(frozen=True, slots=True)
class Load:
    """What one transaction carries.

    Attributes:
        name: unique for each load, and good as the beginning of a file's name.
        origin: the topic.
        advances: how it moves the ledger; one for each partition, sorted by partition.
        rows: a Parquet file of `encode_rows`; empty when there are none.
        rejected: a Parquet file of `encode_rejected`; empty when there are none.
        beside: rows for one more table; their places in the ledger count as skipped, since they hold no event.
    """

    name: str
    origin: Origin
    advances: tuple[Advance, ...]
    rows: bytes = b""
    rejected: bytes = b""
    beside: Beside | None = None

    @property
    def loaded_count(self) -> int:
        """Rows for the target."""
        return sum(advance.loaded for advance in self.advances)

    @property
    def rejected_count(self) -> int:
        """Rows for the rejects."""
        return sum(advance.rejected for advance in self.advances)


def load(session: Session, names: Names, work: Load, step: Step = no_step, tries: int = 0) -> None:
    """Upload, then carry out `work` in one transaction.

    Args:
        session: any that has not failed yet.
        names: the tables and the stage.
        work: what to load.
        step: wraps each step.
        tries: how often `work` was tried before; each try has files of its own, since Snowflake skips a file whose
            name it knows.

    Raises:
        Fenced: the ledger stands elsewhere; nothing was kept.
        DataRefused: a row for the target is the cause; nothing was kept.
        Unavailable: unknown whether anything was kept: `settle` in a fresh session tells.
        Misconfigured: a person must act; nothing was kept, unless COMMIT said so: `settle` tells.
    """
    stem = f"{work.name}-{tries}"
    rows_file, rejected_file, beside_file = f"{stem}.parquet", f"{stem}-rejected.parquet", f"{stem}-beside.parquet"
    beside = work.beside.content if work.beside else b""
    with step("upload"):
        for content, file_name in ((work.rows, rows_file), (work.rejected, rejected_file), (beside, beside_file)):
            if content:
                session.put(content, file_name, names.stage)
    try:
        with session.transaction(step):
            if work.rows:
                with step("copy"):
                    _copy(session, _copy_rows(names, rows_file), work.origin, work.loaded_count)
            if work.rejected:
                with step("copy_rejected"), _rejects_must_go_in(names):
                    _copy(session, _copy_rejected(names, rejected_file), work.origin, work.rejected_count)
            if work.beside:
                with step("copy_beside"):
                    _copy_beside(session, names, work.beside, beside_file)
            with step("ledger"):
                _advance(session, names, work)
    except (Fenced, DataRefused):
        remove(session, names, work)
        raise
    with step("remove"):
        remove(session, names, work)


def remove(session: Session, names: Names, work: Load) -> None:
    """Remove the files of all tries; one left behind costs a little storage and no correctness."""
    try:
        session.query(f"REMOVE @{names.stage}/{work.name}-")
    except WarehouseError:
        _LOG.warning("the files %s-… could not be removed from @%s", work.name, names.stage, exc_info=True)


def settle(session: Session, names: Names, work: Load) -> bool:
    """Whether `work`, whose COMMIT got no answer, was committed.

    Args:
        session: a fresh one.
        names: the tables.
        work: the load in doubt.

    Raises:
        Fenced: the ledger stands neither before nor after it: somebody else has moved it.
    """
    origin = work.origin
    rows = session.query(
        f"SELECT PARTITION, NEXT_OFFSET, EPOCH FROM {names.ledger} "
        "WHERE CLUSTER_ID = %s AND TOPIC = %s AND TOPIC_ID = %s",
        (origin.cluster_id, origin.topic, origin.topic_id),
    )
    stands = {int(row[0]): (int(row[1]), int(row[2])) for row in rows}
    if all(stands.get(each.partition) == (each.end, each.epoch) for each in work.advances):
        return True
    if all(stands.get(each.partition) == (each.start, each.epoch) for each in work.advances):
        return False
    raise Fenced("Fenced", f"the ledger stands at {stands}, {work.name} moves {work.advances}")


@contextmanager
def _rejects_must_go_in(names: Names) -> Iterator[None]:
    """What was turned away cannot be turned away once more."""
    try:
        yield
    except DataRefused as error:
        raise Misconfigured(
            "RejectsRefused",
            f"{names.rejected} does not take what it must: {error.message}",
            "compare its columns with those that an empty schema is given",
        ) from error


def _copy(session: Session, statement: str, origin: Origin, sent: int) -> None:
    _copy_all(session, statement, (_metadata_prefix(origin),), sent)


def _copy_beside(session: Session, names: Names, beside: Beside, file_name: str) -> None:
    columns = ", ".join(name for name, _ in beside.columns)
    values = ", ".join(f"$1:{name}::{type_}" for name, type_ in beside.columns)
    statement = (
        f"COPY INTO {beside.table} ({columns}) FROM (SELECT {values} FROM @{names.stage}/{file_name}) {_COPY_OPTIONS}"
    )
    _copy_all(session, statement, (), beside.rows)


def _copy_all(session: Session, statement: str, parameters: tuple[str, ...], sent: int) -> None:
    """COPY all of a file; a file that Snowflake believes to have loaded already counts 0 rows."""
    answer = session.query(statement, parameters)
    loaded = sum(int(row[3]) for row in answer if len(row) > _ROWS_LOADED)
    if loaded != sent:
        raise Unavailable("RowsMissing", f"COPY loaded {loaded} rows of {sent}: {answer}")


def _advance(session: Session, names: Names, work: Load) -> None:
    """Move the ledger, or find that somebody else has."""
    origin = work.origin
    changed = session.change(_update(names, work.advances), (origin.cluster_id, origin.topic, origin.topic_id))
    if changed != len(work.advances):
        raise Fenced(
            "Fenced",
            f"{len(work.advances)} partitions were to move and {changed} would: another consumer owns the rest",
        )


def _metadata_prefix(origin: Origin) -> str:
    """The beginning of every event's EVENT_METADATA, up to the number of its partition."""
    named = {"topic": origin.topic, "topic_id": origin.topic_id, "cluster_id": origin.cluster_id}
    return json.dumps(named, ensure_ascii=False, separators=(",", ":"))[:-1] + ',"partition":'


# `{topic, topic_id, cluster_id, partition, offset, timestamp}`; parameter: `_metadata_prefix`. The warehouse puts it
# together, since a text for each event would cost the consumer more than three numbers do.
_METADATA = (
    "PARSE_JSON(%s || $1:KAFKA_PARTITION::VARCHAR || ',\"offset\":' || $1:KAFKA_OFFSET::VARCHAR "
    "|| ',\"timestamp\":' || $1:KAFKA_TIMESTAMP::VARCHAR || '}')::OBJECT"
)

# The columns beside an event are taken out of it by the warehouse too. A movement of stock has no customer, whatever
# a field that we do not know may say. 'd': a key may be there twice, and its last value counts, as it did when the
# event was validated (https://docs.snowflake.com/en/sql-reference/functions/parse_json); by default it is an error.
_EVENT = "PARSE_JSON($1:EVENT_CONTENT::VARCHAR, 'd')"
_TYPE = f"{_EVENT}:event_type::VARCHAR"
_CUSTOMER = f"CASE WHEN {_TYPE} = 'ORDER_CREATED' THEN {_EVENT}:customer_id::INTEGER END"


def _copy_rows(names: Names, file_name: str) -> str:
    return (
        f"COPY INTO {names.target} "
        "(EVENT_TYPE, PRODUCT_ID, CUSTOMER_ID, EVENT_METADATA, EVENT_CONTENT, INGESTION_TIME) FROM ("
        f"SELECT {_TYPE}, {_EVENT}:product.id::INTEGER, {_CUSTOMER}, {_METADATA}, {_EVENT}, CURRENT_TIMESTAMP() "
        f"FROM @{names.stage}/{file_name}) {_COPY_OPTIONS}"
    )


def _copy_rejected(names: Names, file_name: str) -> str:
    return (
        f"COPY INTO {names.rejected} (REASON, DETAIL, EVENT_METADATA, EVENT_PREVIEW, INGESTION_TIME) FROM ("
        f"SELECT $1:REASON::VARCHAR, $1:DETAIL::VARCHAR, {_METADATA}, "
        "$1:EVENT_PREVIEW::VARCHAR, CURRENT_TIMESTAMP() "
        f"FROM @{names.stage}/{file_name}) {_COPY_OPTIONS}"
    )


def _update(names: Names, advances: tuple[Advance, ...]) -> str:
    """Parameters: cluster, topic, topic id. One statement for all partitions, so that the lock is held for one."""
    values = ", ".join(
        f"({a.partition}, {a.start}, {a.epoch}, {a.end}, {a.loaded}, {a.rejected}, {a.skipped})" for a in advances
    )
    return (
        f"UPDATE {names.ledger} l SET NEXT_OFFSET = v.END_OFFSET, ROWS_LOADED = l.ROWS_LOADED + v.LOADED, "
        "ROWS_REJECTED = l.ROWS_REJECTED + v.REJECTED, OFFSETS_SKIPPED = l.OFFSETS_SKIPPED + v.SKIPPED, "
        "UPDATED_AT = CURRENT_TIMESTAMP() "
        "FROM (SELECT column1 AS P, column2 AS START_OFFSET, column3 AS EPOCH, column4 AS END_OFFSET, "
        f"column5 AS LOADED, column6 AS REJECTED, column7 AS SKIPPED FROM VALUES {values}) v "
        "WHERE l.CLUSTER_ID = %s AND l.TOPIC = %s AND l.TOPIC_ID = %s AND l.PARTITION = v.P "
        "AND l.NEXT_OFFSET = v.START_OFFSET AND l.EPOCH = v.EPOCH"
    )
