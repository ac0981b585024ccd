"""A log that ends before the place where the ledger stands: it lost its end.

An unclean leader election does that, or a topic made anew where the broker gives topics no ids. The messages that come
next get offsets that the ledger counts as done: who reads on at the ledger's offset passes them over, and no audit can
tell once the log is longer than the ledger. So the ledger's row is marked, and whoever claims the partition afterwards
is told the same, however far the log has grown by then.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from winepipeline_warehouse.errors import Misconfigured
from winepipeline_warehouse.ledger import Origin
from winepipeline_warehouse.names import Names
from winepipeline_warehouse.session import Session

_MARK = "LogLostItsEnd/"
"""What OWNER begins with in a row that is marked; the end of the log follows. A repair writes another owner."""

_HINT = "pause the pipeline, and follow docs/how-to/recover.md, 'A partition ends before the ledger'"


class LogLostItsEnd(Misconfigured):
    """A partition's log ends, or once ended, before the ledger's offset."""


@dataclass(frozen=True, slots=True)
class Ends:
    """Where the logs end.

    Attributes:
        offsets: from partition to the offset of its next message.
        confirmed: partitions whose log has ended too early for so long that no new leader is merely behind.
    """

    offsets: Mapping[int, int]
    confirmed: Collection[int] = ()


def too_short(
    session: Session, names: Names, origin: Origin, stands: Mapping[int, tuple[int, str]], ends: Ends
) -> set[int]:
    """Partitions whose log ends before the ledger stands, and of which that is not confirmed: not to be claimed yet.

    Args:
        session: any.
        names: the tables.
        origin: the topic.
        stands: from partition to the ledger's NEXT_OFFSET and OWNER; of those that are to be claimed.
        ends: where the logs end.

    Raises:
        LogLostItsEnd: it is confirmed, or was when a consumer looked before.
    """
    lost = {p: int(owner.removeprefix(_MARK)) for p, (_, owner) in stands.items() if owner.startswith(_MARK)}
    short = {p for p, (offset, _) in stands.items() if ends.offsets.get(p, offset) < offset} - lost.keys()
    for partition in sorted(short.intersection(ends.confirmed)):
        offset, _ = stands[partition]
        lost[partition] = ends.offsets[partition]
        _mark(session, names, origin, partition, offset, lost[partition])
    if lost:
        raise LogLostItsEnd("LogLostItsEnd", _words(origin, stands, lost), _HINT)
    return short


def _mark(session: Session, names: Names, origin: Origin, partition: int, offset: int, end: int) -> None:
    session.change(
        f"UPDATE {names.ledger} SET OWNER = %s, EPOCH = EPOCH + 1, UPDATED_AT = CURRENT_TIMESTAMP() "
        "WHERE CLUSTER_ID = %s AND TOPIC = %s AND TOPIC_ID = %s AND PARTITION = %s AND NEXT_OFFSET = %s",
        (f"{_MARK}{end}", origin.cluster_id, origin.topic, origin.topic_id, partition, offset),
    )


def _words(origin: Origin, stands: Mapping[int, tuple[int, str]], lost: Mapping[int, int]) -> str:
    places = "; ".join(
        f"partition {p} of {origin.topic} ended at offset {end}, and the ledger stands at {stands[p][0]}"
        for p, end in sorted(lost.items())
    )
    return f"{places}: the log lost its end, and events that come there would be passed over"
