"""Claim partitions in the ledger: whoever did it last may load, everybody before is fenced off."""

import logging
import secrets
from collections.abc import Mapping

from winepipeline_warehouse.errors import Misconfigured
from winepipeline_warehouse.ledger import Claim, Origin
from winepipeline_warehouse.lost_end import Ends, too_short
from winepipeline_warehouse.missing import refuse_unknown
from winepipeline_warehouse.names import Names
from winepipeline_warehouse.session import Session

_LOG = logging.getLogger(__name__)


class OriginChanged(Misconfigured):
    """The ledger knows this topic by another id: the topic or the cluster was made again."""


def claim(
    session: Session,
    names: Names,
    origin: Origin,
    log_starts: Mapping[int, int],
    owner: str,
    accepted_topic_id: str | None = None,
    ends: Ends | None = None,
) -> dict[int, Claim]:
    """Raise the epoch of partitions and read where they stand.

    One MERGE does it, and what it did is read back by an owner's mark that is made for this call alone: a claim
    that somebody overtook in between is not in the answer.

    Args:
        session: a fresh one; an older one may not see the last owner's commit.
        names: the tables.
        origin: the topic as it is now.
        log_starts: from each partition to the first offset that the broker still has.
        owner: the consumer's name, for people who read the ledger.
        accepted_topic_id: a topic id that a person has accepted as the successor of the one in the ledger.
        ends: where the logs end; None where they cannot lose their ends.

    Returns:
        From partition to claim, for those that are ours now; not of those whose log seems to have lost its end.

    Raises:
        LogLostItsEnd: a log ends before the ledger stands.
        OriginChanged: the ledger has this topic under another id, and nobody has accepted the new one.
        Misconfigured: the ledger has two rows for a partition, or none where the tables have some; or the warehouse's.
        Unavailable: the warehouse's.
    """
    if not log_starts:
        return {}
    _check_origin(session, names, origin, accepted_topic_id)
    before = _stands(session, names, origin)
    log_starts = _to_claim(session, names, origin, before, log_starts, ends)
    if not log_starts:
        return {}
    mark = f"{owner}/{secrets.token_hex(6)}"
    session.change(_merge(names, log_starts), (origin.cluster_id, origin.topic, origin.topic_id, mark) * 2)
    rows = session.query(f"SELECT PARTITION, NEXT_OFFSET, EPOCH FROM {names.ledger} WHERE OWNER = %s", (mark,))
    numbers = [(int(row[0]), int(row[1]), int(row[2])) for row in rows]
    _check_single(names, [partition for partition, _, _ in numbers])
    found = [Claim(p, at, epoch, max(0, at - before[p][0]) if p in before else 0) for p, at, epoch in numbers]
    for each in found:
        if each.expired:
            _tell_expired(each)
    return {each.partition: each for each in found}


def _to_claim(
    session: Session,
    names: Names,
    origin: Origin,
    before: Mapping[int, tuple[int, str]],
    log_starts: Mapping[int, int],
    ends: Ends | None,
) -> dict[int, int]:
    """Of the partitions with their log's starts, those that may be claimed."""
    short: set[int] = set()
    if ends is not None:
        asked = {partition: row for partition, row in before.items() if partition in log_starts}
        short = too_short(session, names, origin, asked, ends)
    allowed = {partition: start for partition, start in log_starts.items() if partition not in short}
    refuse_unknown(session, names, origin, allowed.keys() - before.keys())
    return allowed


def _tell_expired(found: Claim) -> None:
    _LOG.error(
        "partition %d lost %d events to the topic's retention before they could be loaded: "
        "the ledger stood at offset %d, the log starts at %d; raise spec.topic.retentionHours",
        found.partition,
        found.expired,
        found.next_offset - found.expired,
        found.next_offset,
    )


def _stands(session: Session, names: Names, origin: Origin) -> dict[int, tuple[int, str]]:
    """From partition to NEXT_OFFSET and OWNER."""
    rows = session.query(
        f"SELECT PARTITION, NEXT_OFFSET, OWNER FROM {names.ledger} "
        "WHERE CLUSTER_ID = %s AND TOPIC = %s AND TOPIC_ID = %s",
        (origin.cluster_id, origin.topic, origin.topic_id),
    )
    return {int(row[0]): (int(row[1]), str(row[2])) for row in rows}


def _check_single(names: Names, partitions: list[int]) -> None:
    """A partition with two rows could never be moved by one: say so instead of trying for ever."""
    doubled = sorted({partition for partition in partitions if partitions.count(partition) > 1})
    if doubled:
        raise Misconfigured(
            "LedgerDoubled",
            f"{names.ledger} has more than one row for partition {doubled}",
            "pause the pipeline, and let `winepipeline audit --repair` explain it and mend it",
        )


def _check_origin(session: Session, names: Names, origin: Origin, accepted_topic_id: str | None) -> None:
    """Never guess: under a stale ledger a topic made anew would be skipped, or loaded twice."""
    rows = session.query(
        f"SELECT DISTINCT CLUSTER_ID, TOPIC_ID FROM {names.ledger} WHERE TOPIC = %s",
        (origin.topic,),
    )
    known = {(str(row[0]), str(row[1])) for row in rows}
    here = (origin.cluster_id, origin.topic_id)
    if not known or here in known or (accepted_topic_id and accepted_topic_id == origin.topic_id):
        return
    ids = ", ".join(sorted(f"{topic_id} (cluster {cluster_id})" for cluster_id, topic_id in known))
    raise OriginChanged(
        "TopicRecreated",
        f"topic {origin.topic} has the id {origin.topic_id} (cluster {origin.cluster_id}), "
        f"the ledger knows it as {ids}: it was deleted and made again, or this is another cluster",
        f"if all that is in the topic now is to be loaded besides what the table holds, "
        f"set ACCEPTED_TOPIC_ID={origin.topic_id} (spec.consumer.acceptedTopicId)",
    )


def _merge(names: Names, log_starts: Mapping[int, int]) -> str:
    """Parameters: cluster, topic, topic id and mark, twice."""
    values = ", ".join(f"({int(p)}, {int(start)})" for p, start in sorted(log_starts.items()))
    return (
        f"MERGE INTO {names.ledger} l "
        f"USING (SELECT column1 AS PARTITION, column2 AS LOG_START FROM VALUES {values}) v "
        "ON l.CLUSTER_ID = %s AND l.TOPIC = %s AND l.TOPIC_ID = %s AND l.PARTITION = v.PARTITION "
        "WHEN MATCHED THEN UPDATE SET EPOCH = l.EPOCH + 1, OWNER = %s, UPDATED_AT = CURRENT_TIMESTAMP(), "
        "OFFSETS_EXPIRED = l.OFFSETS_EXPIRED + GREATEST(0, v.LOG_START - l.NEXT_OFFSET), "
        "NEXT_OFFSET = GREATEST(l.NEXT_OFFSET, v.LOG_START) "
        "WHEN NOT MATCHED THEN INSERT (CLUSTER_ID, TOPIC, TOPIC_ID, OWNER, PARTITION, FIRST_OFFSET, NEXT_OFFSET, "
        "EPOCH, ROWS_LOADED, ROWS_REJECTED, OFFSETS_SKIPPED, OFFSETS_EXPIRED, UPDATED_AT) "
        "VALUES (%s, %s, %s, %s, v.PARTITION, v.LOG_START, v.LOG_START, 1, 0, 0, 0, 0, CURRENT_TIMESTAMP())"
    )
