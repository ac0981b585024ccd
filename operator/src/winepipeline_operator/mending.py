"""Makes the topics as the resource wants them, where nothing is lost by it: made, grown, kept for as long as said.

Never shrunk here, and at somebody else's broker never changed once they stand. What the broker refuses is told, and the
other topic is mended all the same. At the pipeline's end those are deleted that it made, where the policy says so.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from winepipeline_operator.broker_errors import BrokerError
from winepipeline_operator.conditions.reason import Reason
from winepipeline_operator.identity import PAUSE_ANNOTATION
from winepipeline_operator.kafka import Cluster
from winepipeline_operator.spec import WinePipeline
from winepipeline_operator.topics import (
    HOUR_MS,
    Difference,
    OwnTopic,
    TopicFacts,
    WantedTopic,
    differences,
    wanted_topics,
)

Tell = Callable[[WinePipeline, Reason, str], None]
"""Posts an Event about a pipeline."""


@dataclass(frozen=True, slots=True)
class Mended:
    """What mending came to.

    Attributes:
        left: how the topics differ after what can be mended was mended.
        own: the topics that the pipeline made, or has set on a broker of its own.
        refused: what the broker refused.
    """

    left: tuple[Difference, ...]
    own: tuple[OwnTopic, ...]
    refused: BrokerError | None = None


def mend(pipeline: WinePipeline, cluster: Cluster, own: tuple[OwnTopic, ...], tell: Tell) -> Mended:
    """Mend what may be mended.

    Args:
        pipeline: the resource.
        cluster: its broker.
        own: the topics that the pipeline made or has set until now.
        tell: is told each change.

    Raises:
        BrokerError: the broker does not tell how the topics are.
    """
    external = pipeline.spec.broker.external is not None
    wanted = wanted_topics(pipeline)
    names = [each.name for each in wanted]
    known = {each.name: each for each in own}
    found = cluster.topics(names)
    refused: BrokerError | None = None
    made: set[str] = set()
    mended = False
    hands_off = pipeline.metadata.annotations.get(PAUSE_ANNOTATION) == "true"
    for topic, difference in [] if hands_off else _wrong(wanted, found, known, external=external):
        if not difference.mendable:
            continue
        try:
            done = _mend(cluster, difference, topic)
        except BrokerError as error:
            refused = refused or error
            continue
        mended = True
        if done is not None:  # somebody else was not faster
            made |= {topic.name} if difference.reason == Reason.TOPIC_MISSING else set()
            tell(pipeline, *done)
    after = cluster.topics(names) if mended else found
    now = owned_now(wanted, after, known, made, external=external)
    kept = {each.name: each for each in now}
    return Mended(tuple(each for _, each in _wrong(wanted, after, kept, external=external)), now, refused)


def delete_own(pipeline: WinePipeline, cluster: Cluster, own: tuple[OwnTopic, ...], tell: Tell) -> None:
    """Delete the topics that the pipeline made, with all their events; one that stood before it stays.

    Raises:
        BrokerError: the broker will not.
    """
    known = {each.name: each for each in own}
    found = cluster.topics([each.name for each in wanted_topics(pipeline)])
    made = [name for name, facts in found.items() if name in known and known[name].is_of(facts)]
    left = [name for name in found if name not in made]
    if made:
        cluster.delete(made)
        tell(pipeline, Reason.DATA_DELETED, f"deleted {_named(made)}, as deletionPolicy says")
    if left:
        tell(pipeline, Reason.DATA_KEPT, f"left {_named(left)}: made by somebody else, not by this pipeline")


def owned_now(
    wanted: tuple[WantedTopic, ...],
    found: Mapping[str, TopicFacts],
    known: Mapping[str, OwnTopic],
    made: set[str],
    *,
    external: bool,
) -> tuple[OwnTopic, ...]:
    """The topics that are the pipeline's own after a look.

    One that is not seen stays known, since a broker may tell late; one that somebody made anew does not. On a broker of
    the pipeline's own, a topic that is as the resource says counts as set by it, whoever did it.
    """
    own = []
    for topic in wanted:
        facts, before = found.get(topic.name), known.get(topic.name)
        if topic.name in made:
            own.append(OwnTopic(topic.name, "" if facts is None else facts.topic_id, topic.retention_ms))
        elif facts is None:
            own += [] if before is None else [before]
        elif not external and topic.retention_ms is not None and facts.retention_ms == topic.retention_ms:
            own.append(OwnTopic(topic.name, facts.topic_id, topic.retention_ms))
        elif before is not None and before.is_of(facts):
            own.append(OwnTopic(topic.name, facts.topic_id, before.retention_ms))
    return tuple(own)


def _wrong(
    wanted: tuple[WantedTopic, ...],
    found: Mapping[str, TopicFacts],
    own: Mapping[str, OwnTopic],
    *,
    external: bool,
) -> list[tuple[WantedTopic, Difference]]:
    return [
        (topic, each)
        for topic in wanted
        for each in differences(topic, found.get(topic.name), own.get(topic.name), external=external)
    ]


def _mend(cluster: Cluster, difference: Difference, topic: WantedTopic) -> tuple[Reason, str] | None:
    """Mend one difference; what was done, in words; None where somebody else had made the topic meanwhile."""
    if difference.reason == Reason.TOPIC_MISSING:
        if not cluster.create(topic):
            return None
        return Reason.TOPIC_CREATED, f"made the topic {topic.name} with {topic.partitions} partitions"
    if difference.reason == Reason.TOPIC_TOO_FEW_PARTITIONS:
        cluster.grow(topic.name, topic.partitions)
        return Reason.TOPIC_GROWN, f"gave the topic {topic.name} more partitions: {topic.partitions} altogether"
    retention_ms = topic.retention_ms or 0
    cluster.keep_for(topic.name, retention_ms)
    return Reason.TOPIC_RETENTION_SET, f"{topic.name} keeps its events for {retention_ms / HOUR_MS:g} h from now on"


def _named(topics: list[str]) -> str:
    return f"the topic{'s' if len(topics) > 1 else ''} {' and '.join(topics)}"
