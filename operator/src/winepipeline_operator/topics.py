"""The pipeline's topics as they should be and as they are, and what lies between. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from winepipeline_operator.scaling.observation import GroupState, Partition
from winepipeline_operator.spec import WinePipeline

HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class WantedTopic:
    """A topic as the resource wants it.

    Attributes:
        name: the topic's.
        partitions: how many.
        replication_factor: on how many brokers each event is kept.
        retention_ms: for how long; None leaves it to the broker.
    """

    name: str
    partitions: int
    replication_factor: int = 1
    retention_ms: int | None = None


@dataclass(frozen=True, slots=True)
class TopicFacts:
    """A topic as it is.

    Attributes:
        name: the topic's.
        topic_id: as Kafka's own tools write it; empty for a broker that gives none.
        partitions: how many.
        replication_factor: of the partition with the fewest copies.
        leaderless: partitions that cannot be written just now.
        retention_ms: -1 for ever; None when the broker does not tell.
    """

    name: str
    topic_id: str
    partitions: int
    replication_factor: int
    leaderless: tuple[int, ...] = ()
    retention_ms: int | None = None


@dataclass(frozen=True, slots=True)
class OwnTopic:
    """A topic that the pipeline made, or has set on a broker of its own.

    Attributes:
        name: the topic's.
        topic_id: which of that name; empty for a broker that gives none.
        retention_ms: for how long the pipeline had it keep its events; None where it left that to the broker.
    """

    name: str
    topic_id: str = ""
    retention_ms: int | None = None

    def is_of(self, found: TopicFacts) -> bool:
        """Whether it is this topic, and no other that somebody made under the same name."""
        return self.name == found.name and (not self.topic_id or self.topic_id == found.topic_id)


@dataclass(frozen=True, slots=True)
class GroupFacts:
    """How far a topic reaches and how far a group has read it.

    Attributes:
        partitions: by number; one that could not be read is absent.
        state: of the group.
        count: how many partitions the topic has, whether they could be read or not.
    """

    partitions: tuple[Partition, ...]
    state: GroupState
    count: int


@dataclass(frozen=True, slots=True)
class Difference:
    """How a topic is not as it should be.

    Attributes:
        reason: TopicMissing, TopicTooFewPartitions, TopicTooManyPartitions, TopicReplicationDiffers or
            TopicRetentionDiffers.
        message: with both values.
        hint: what to do.
        mendable: whether the operator can mend it: make, grow, or set the retention.
        blocks: whether the pipeline cannot be said to be right as long as it is so.
        by_hand: what a person does where the operator may not.
    """

    reason: str
    message: str
    hint: str
    mendable: bool
    blocks: bool
    by_hand: str = ""


def wanted_topics(pipeline: WinePipeline) -> tuple[WantedTopic, WantedTopic]:
    """The topic of the events and that of the dead letters; the letters are kept as long as the broker likes."""
    topic, letters = pipeline.spec.topic, pipeline.spec.dead_letter_topic
    return (
        WantedTopic(topic.name, topic.partitions, topic.replication_factor, topic.retention_hours * HOUR_MS),
        WantedTopic(letters.name, letters.partitions, topic.replication_factor),
    )


def own_topics(status: Mapping[str, Any]) -> tuple[OwnTopic, ...]:
    """The topics that are the pipeline's own, as its status says."""
    return tuple(
        OwnTopic(
            each["name"], each.get("id", ""), each["retentionHours"] * HOUR_MS if "retentionHours" in each else None
        )
        for each in status.get("topics") or ()
    )


def told_topics(own: tuple[OwnTopic, ...]) -> tuple[dict[str, Any], ...]:
    """The same, as the status says it."""
    return tuple(
        {
            "name": each.name,
            **({"id": each.topic_id} if each.topic_id else {}),
            **({} if each.retention_ms is None else {"retentionHours": each.retention_ms // HOUR_MS}),
        }
        for each in own
    )


def differences(
    wanted: WantedTopic, found: TopicFacts | None, own: OwnTopic | None = None, *, external: bool = False
) -> tuple[Difference, ...]:
    """What is not as wanted, the gravest first; nothing that the broker does not tell counts.

    Args:
        wanted: the topic as the resource wants it.
        found: the topic as it is; None: there is none.
        own: what the pipeline has set of it before.
        external: whether the broker belongs to somebody else: there a topic that stands is never changed.
    """
    if found is None:
        by_hand = f"make it yourself, with {wanted.partitions} partitions"
        said = f"the topic {wanted.name} is not there"
        return (Difference("TopicMissing", said, "it will be made", mendable=True, blocks=True, by_hand=by_hand),)
    set_ms = own.retention_ms if own is not None and own.is_of(found) else None
    checks = (
        _partitions(wanted, found, external=external),
        _replication(wanted, found),
        _retention(wanted, found, set_ms, external=external),
    )
    return tuple(filter(None, checks))


def _partitions(wanted: WantedTopic, found: TopicFacts, *, external: bool) -> Difference | None:
    said = f"the topic {wanted.name} has {found.partitions} partitions, wanted are {wanted.partitions}"
    if found.partitions < wanted.partitions:
        by_hand = (
            f"do it yourself: `kafka-topics.sh --alter --topic {wanted.name} --partitions {wanted.partitions}`, or "
            f"`rpk topic add-partitions {wanted.name} --num {wanted.partitions - found.partitions}`"
        )
        if external:
            hint = (
                "the operator changes no topic that stands at an external broker, since keys go to other partitions "
                f"then. If they may, {by_hand}; "
                f"if not, make the WinePipeline anew with `partitions: {found.partitions}`"
            )
        else:
            hint = "it will be given more"
        return Difference("TopicTooFewPartitions", said, hint, mendable=not external, blocks=True, by_hand=by_hand)
    if found.partitions > wanted.partitions:
        hint = f"partitions cannot be taken away: write partitions: {found.partitions}"
        return Difference("TopicTooManyPartitions", said, hint, mendable=False, blocks=False)
    return None


def _replication(wanted: WantedTopic, found: TopicFacts) -> Difference | None:
    if found.replication_factor == wanted.replication_factor:
        return None
    return Difference(
        "TopicReplicationDiffers",
        f"each event of {wanted.name} is kept {found.replication_factor} times, wanted is {wanted.replication_factor}",
        "move the partitions with the broker's own tools (rpk, kafka-reassign-partitions), or write what there is",
        mendable=False,
        blocks=False,
    )


def _retention(wanted: WantedTopic, found: TopicFacts, set_ms: int | None, *, external: bool) -> Difference | None:
    """Shorter only where the resource itself said what the topic has: events would be deleted that somebody kept."""
    if wanted.retention_ms is None or found.retention_ms in {None, wanted.retention_ms}:
        return None
    has_ms = found.retention_ms or 0
    shorter = has_ms < 0 or has_ms > wanted.retention_ms
    mendable = not external and (not shorter or set_ms == has_ms)
    return Difference(
        "TopicRetentionDiffers",
        f"{wanted.name} keeps its events for {_hours(has_ms)}, wanted are {_hours(wanted.retention_ms)}",
        "it will be set" if mendable else _retention_by_hand(wanted, has_ms, external=external),
        mendable=mendable,
        blocks=False,
    )


def _retention_by_hand(wanted: WantedTopic, has_ms: int, *, external: bool) -> str:
    whose = (
        "the operator changes no topic that stands at an external broker"
        if external
        else "the pipeline did not set it so, and the broker would delete events if it were shortened"
    )
    also = f", or write retentionHours: {has_ms // HOUR_MS}" if has_ms >= HOUR_MS else ""
    settings = f"retention.ms={wanted.retention_ms}"
    return (
        f"it stays so: {whose}. If it is to be as wanted, do it yourself: `rpk topic alter-config {wanted.name} --set "
        f"{settings}`, or `kafka-configs.sh --alter --topic {wanted.name} --add-config {settings}`{also}"
    )


def _hours(retention_ms: int | None) -> str:
    return "ever" if retention_ms is None or retention_ms < 0 else f"{retention_ms / HOUR_MS:g} h"
