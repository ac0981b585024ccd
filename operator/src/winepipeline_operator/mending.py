"""Makes the topics as the resource wants them, where nothing is lost by it: made, grown, kept for as long as said.

Never shrunk and never deleted here. What the broker refuses is told, and the other topic is mended all the same.
"""

from collections.abc import Callable

from winepipeline_operator.broker_errors import BrokerError
from winepipeline_operator.conditions.reason import Reason
from winepipeline_operator.identity import PAUSE_ANNOTATION
from winepipeline_operator.kafka import Cluster
from winepipeline_operator.spec import WinePipeline
from winepipeline_operator.topics import HOUR_MS, Difference, WantedTopic, differences, wanted_topics

Tell = Callable[[WinePipeline, Reason, str], None]
"""Posts an Event about a pipeline."""


def mend(pipeline: WinePipeline, cluster: Cluster, tell: Tell) -> tuple[tuple[Difference, ...], BrokerError | None]:
    """How the topics differ after what can be mended was mended, and what the broker refused.

    Raises:
        BrokerError: the broker does not tell how the topics are.
    """
    wanted = wanted_topics(pipeline)
    names = [each.name for each in wanted]
    found = cluster.topics(names)
    refused: BrokerError | None = None
    mended = False
    hands_off = pipeline.metadata.annotations.get(PAUSE_ANNOTATION) == "true"
    wrong = (
        [] if hands_off else [(topic, each) for topic in wanted for each in differences(topic, found.get(topic.name))]
    )
    for topic, difference in wrong:
        if not difference.mendable:
            continue
        try:
            reason, words = _mend(cluster, difference, topic)
        except BrokerError as error:
            refused = refused or error
            continue
        mended = True
        tell(pipeline, reason, words)
    after = cluster.topics(names) if mended else found
    return tuple(each for topic in wanted for each in differences(topic, after.get(topic.name))), refused


def _mend(cluster: Cluster, difference: Difference, topic: WantedTopic) -> tuple[Reason, str]:
    """Mend one difference; what was done, in words."""
    if difference.reason == Reason.TOPIC_MISSING:
        cluster.create(topic)
        return Reason.TOPIC_CREATED, f"made the topic {topic.name} with {topic.partitions} partitions"
    if difference.reason == Reason.TOPIC_TOO_FEW_PARTITIONS:
        cluster.grow(topic.name, topic.partitions)
        return Reason.TOPIC_GROWN, f"gave the topic {topic.name} more partitions: {topic.partitions} altogether"
    retention_ms = topic.retention_ms or 0
    cluster.keep_for(topic.name, retention_ms)
    return Reason.TOPIC_RETENTION_SET, f"{topic.name} keeps its events for {retention_ms / HOUR_MS:g} h from now on"
