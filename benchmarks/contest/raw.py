"""Raw consumption: what reading alone costs, in Python (`consume()` and `value()`, tuned) and in C (librdkafka)."""

import ctypes
import os
from pathlib import Path
from typing import Any

import confluent_kafka
from confluent_kafka import Consumer, Message, TopicPartition

from benchmarks.contest.figures import Figures, Stopwatch
from winepipeline_consumer.client_config import consumer_config
from winepipeline_consumer.settings import ConsumerSettings

_SLICE = 1000


def in_python(settings: ConsumerSettings, count: int) -> Figures:
    """`consume()` and `value()` with our settings, and nothing else."""
    consumer = Consumer({**consumer_config(settings), "group.id": "raw"})
    partitions = len(consumer.list_topics(settings.topic).topics[settings.topic].partitions)
    watch = Stopwatch()
    consumer.assign([TopicPartition(settings.topic, number, 0) for number in range(partitions)])
    seen = 0
    while seen < count:
        messages = consumer.consume(_SLICE, 0.2)
        seen += len(list(map(Message.value, messages)))
    figures = watch.figures("raw", seen)
    consumer.close()
    return figures


def in_c(settings: ConsumerSettings, count: int) -> Figures:
    """The library's own loop over messages, with a C function that does nothing as its callback.

    The library is the one in confluent-kafka's wheel, called through ctypes once for each round of the loop. The
    callback is libc's `labs`, which takes the message's address for a number and leaves it alone.
    """
    library = _library()
    conf = library.rd_kafka_conf_new()
    error = ctypes.create_string_buffer(512)
    for name, value in {**consumer_config(settings), "group.id": "raw-c"}.items():
        text = str(value).lower() if isinstance(value, bool) else str(value)
        library.rd_kafka_conf_set(conf, name.encode(), text.encode(), error, len(error))
    client = library.rd_kafka_new(1, conf, error, len(error))  # RD_KAFKA_CONSUMER
    if not client:
        raise RuntimeError(error.value.decode())
    library.rd_kafka_poll_set_consumer(client)
    partitions = _partition_count(settings)
    listing = library.rd_kafka_topic_partition_list_new(partitions)
    for number in range(partitions):
        library.rd_kafka_topic_partition_list_add(listing, settings.topic.encode(), number)
        library.rd_kafka_topic_partition_list_set_offset(listing, settings.topic.encode(), number, ctypes.c_int64(0))
    queue = library.rd_kafka_queue_get_consumer(client)
    nothing = ctypes.cast(ctypes.CDLL(None).labs, ctypes.c_void_p)
    watch = Stopwatch()
    library.rd_kafka_assign(client, listing)
    seen = 0
    while seen < count:
        seen += library.rd_kafka_consume_callback_queue(queue, 100, nothing, None)
    figures = watch.figures("librdkafka (C)", seen)
    library.rd_kafka_queue_destroy(queue)
    library.rd_kafka_consumer_close(client)
    return figures


def _partition_count(settings: ConsumerSettings) -> int:
    consumer = Consumer({"bootstrap.servers": settings.bootstrap_servers, "group.id": "count"})
    count = len(consumer.list_topics(settings.topic).topics[settings.topic].partitions)
    consumer.close()
    return count


def _library() -> Any:
    folder = Path(confluent_kafka.__file__).parents[1] / "confluent_kafka.libs"
    file = next(folder.glob("librdkafka-*.so*"))
    os.environ.setdefault("LD_LIBRARY_PATH", str(folder))
    library = ctypes.CDLL(str(file))
    pointers = ("conf_new", "new", "topic_partition_list_new", "topic_partition_list_add", "queue_get_consumer")
    for name in pointers:
        getattr(library, f"rd_kafka_{name}").restype = ctypes.c_void_p
    p, s, i = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int
    signatures: dict[str, list[Any]] = {
        "conf_set": [p, s, s, s, ctypes.c_size_t],
        "new": [i, p, s, ctypes.c_size_t],
        "poll_set_consumer": [p],
        "topic_partition_list_new": [i],
        "topic_partition_list_add": [p, s, ctypes.c_int32],
        "topic_partition_list_set_offset": [p, s, ctypes.c_int32, ctypes.c_int64],
        "assign": [p, p],
        "queue_get_consumer": [p],
        "consume_callback_queue": [p, i, p, p],
        "queue_destroy": [p],
        "consumer_close": [p],
    }
    for name, arguments in signatures.items():
        getattr(library, f"rd_kafka_{name}").argtypes = arguments
    return library
