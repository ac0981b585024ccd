"""The sums that say whether everything that was produced is where it belongs. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the audit's module loads the connector, which takes longer than all the rest of the command
    from collections.abc import Mapping

    from winepipeline_warehouse.audit import Audit


@dataclass(frozen=True, slots=True)
class Ends:
    """How far a topic reaches: offsets by partition, from `start` (inclusive) to `end` (exclusive)."""

    topic_id: str
    starts: Mapping[int, int]
    ends: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Totals:
    """All counts are of events of one topic, over the whole state.

    When nothing is lost, `produced = loaded + rejected + in_flight + expired`, and `expired` is 0 unless the topic's
    retention took events before they were loaded.
    """

    produced: int = 0
    loaded: int = 0
    rejected: int = 0
    in_flight: int = 0
    duplicates: int = 0
    missing: int = 0
    expired: int = 0

    def since(self, earlier: Totals) -> Totals:
        """What was added after `earlier`; what is a state and no count (in flight, missing) stays as it is."""
        return Totals(
            produced=self.produced - earlier.produced,
            loaded=self.loaded - earlier.loaded,
            rejected=self.rejected - earlier.rejected,
            in_flight=self.in_flight,
            duplicates=self.duplicates - earlier.duplicates,
            missing=self.missing,
            expired=self.expired - earlier.expired,
        )


def with_ends(audit: Audit, topic: Ends) -> Audit:
    """An audit that was made without asking the broker, with the topic's end offsets in it.

    The ends must be read after the audit: while consumers work, ends from before it may lie behind what is loaded.
    """
    return replace(
        audit,
        partitions=tuple(
            replace(each, end_offset=topic.ends.get(each.partition) if each.topic_id == topic.topic_id else None)
            for each in audit.partitions
        ),
    )


def totals(audit: Audit, topic: Ends) -> Totals:
    """The sums over an audit with this topic's ends; partitions that nobody claimed yet are in flight as a whole."""
    known = {each.partition for each in audit.partitions if each.topic_id == topic.topic_id}
    unclaimed = sum(end - topic.starts.get(number, 0) for number, end in topic.ends.items() if number not in known)
    in_flight = audit.total("in_flight") + unclaimed
    covered = audit.total("consumed") - audit.total("skipped")
    return Totals(
        produced=covered + in_flight,
        loaded=audit.total("loaded"),
        rejected=audit.total("rejected"),
        in_flight=in_flight,
        duplicates=audit.total("duplicates"),
        missing=audit.total("missing"),
        expired=audit.total("expired"),
    )
