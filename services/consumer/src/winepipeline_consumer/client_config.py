"""How librdkafka is set up, and why. Pure."""

from typing import Any

from winepipeline_consumer.settings import ConsumerSettings

LETTER_SECONDS = 30.0
"""How long the broker may take to accept dead letters before they are sent again."""

_QUIET: dict[str, Any] = {"log.connection.close": False}


def admin_config(settings: ConsumerSettings) -> dict[str, Any]:
    """For questions about the topic."""
    return {**settings.client_config(), **_QUIET, "client.id": settings.instance_name}


def producer_config(settings: ConsumerSettings) -> dict[str, Any]:
    """For dead letters: few, large at times, and none may be lost."""
    return {
        **settings.client_config(),
        **_QUIET,
        "client.id": settings.instance_name,
        "enable.idempotence": True,
        "acks": "all",
        "compression.type": "zstd",
        "message.max.bytes": 100_000_000,
        "message.timeout.ms": int(LETTER_SECONDS * 1000) - 1000,
        "linger.ms": 5,
        # A topic that is not there (yet) is told of that soon, so that the log says so, and not after half a minute.
        "topic.metadata.propagation.max.ms": 1000,
    }


def consumer_config(settings: ConsumerSettings) -> dict[str, Any]:
    """For the events. librdkafka's defaults stall a fast consumer for a second whenever its queue is full.

    The committed offset is neither asked for nor stored by librdkafka: the ledger says where to start. An offset that
    the broker does not have any more is an error that we see, not a silent jump (`auto.offset.reset`). Where a
    partition ends is told too: what lies between its last message and its end are holes.
    """
    config: dict[str, Any] = {
        **settings.client_config(),
        **_QUIET,
        "group.id": settings.group_id,
        "client.id": settings.instance_name,
        "partition.assignment.strategy": "cooperative-sticky",
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "auto.offset.reset": "error",
        "enable.partition.eof": True,
        "fetch.queue.backoff.ms": 10,
        "fetch.wait.max.ms": 100,
        "queued.min.messages": 100_000,
        "queued.max.messages.kbytes": settings.queue_kilobytes,
        "fetch.max.bytes": 4 * 1024 * 1024,
        "max.partition.fetch.bytes": 1024 * 1024,
        "session.timeout.ms": settings.session_timeout_ms,
        "heartbeat.interval.ms": min(3000, settings.session_timeout_ms // 3),
        # A topic that is made after we asked for it, or made again, is noticed that soon, and not after five minutes.
        "topic.metadata.refresh.interval.ms": 5000,
        "max.poll.interval.ms": 300_000,
    }
    if settings.group_instance_id:
        config["group.instance.id"] = settings.group_instance_id
    return config


def again_config(settings: ConsumerSettings) -> dict[str, Any]:
    """For reading one message again, beside the group."""
    config = {**consumer_config(settings), "group.id": f"{settings.group_id}-again"}
    config.pop("group.instance.id", None)
    return config


def asker_config(settings: ConsumerSettings) -> dict[str, Any]:
    """For asking where logs begin and end, beside the group; an open transaction's messages are before the end."""
    return {**again_config(settings), "isolation.level": "read_uncommitted"}
