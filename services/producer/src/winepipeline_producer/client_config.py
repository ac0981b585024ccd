"""How librdkafka is set up, and why. Pure."""

from typing import Any

from winepipeline_producer.settings import ProducerSettings

QUEUE_MESSAGES = 50_000
QUEUE_KILOBYTES = 65_536
"""What may wait for the broker; beyond it the making of events waits too."""


def producer_config(settings: ProducerSettings) -> dict[str, Any]:
    """Nothing lost, nothing twice, in order; what fails for five minutes (librdkafka's default) is given up."""
    return {
        **settings.client_config(),
        "client.id": settings.instance_name,
        "acks": "all",
        "enable.idempotence": True,
        # A batch may fill for 20 ms: at 50,000 events a second that makes batches of 60 KB in each of six partitions.
        "linger.ms": 20,
        "compression.type": "lz4",
        # The partitioner of the Java client, so that any other producer puts a product into the same partition.
        "partitioner": "murmur2_random",
        "queue.buffering.max.messages": QUEUE_MESSAGES,
        "queue.buffering.max.kbytes": QUEUE_KILOBYTES,
        # Our own limit is the broker's; the events that are too large on purpose compress to nearly nothing.
        "message.max.bytes": 2 * 1024 * 1024,
        "allow.auto.create.topics": False,
        "reconnect.backoff.max.ms": 5000,
        "log.connection.close": False,
    }
