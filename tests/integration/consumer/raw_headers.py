"""Sends headers whose names are any bytes, as other clients may: confluent-kafka takes text only."""

import ctypes
from collections.abc import Sequence

from confluent_kafka import cimpl

_END, _TOPIC, _PARTITION, _VALUE, _MESSAGE_FLAGS, _HEADER = 0, 1, 3, 4, 7, 9
"""`rd_kafka_vtype_t` of librdkafka's `rdkafka.h`."""

_PRODUCER, _COPY = 0, 2
_ERROR_BYTES = 512
_FLUSH_MS = 30_000


def send(bootstrap: str, topic: str, messages: Sequence[tuple[bytes, Sequence[tuple[bytes, bytes]]]]) -> None:
    """Write (value, headers) into partition 0 and wait until the broker has them; by the librdkafka that is there."""
    library = ctypes.CDLL(cimpl.__file__)
    for function in ("rd_kafka_conf_new", "rd_kafka_new"):
        getattr(library, function).restype = ctypes.c_void_p
    words = ctypes.create_string_buffer(_ERROR_BYTES)
    config = ctypes.c_void_p(library.rd_kafka_conf_new())
    library.rd_kafka_conf_set(config, b"bootstrap.servers", bootstrap.encode(), words, ctypes.c_size_t(_ERROR_BYTES))
    producer = ctypes.c_void_p(library.rd_kafka_new(_PRODUCER, config, words, ctypes.c_size_t(_ERROR_BYTES)))
    assert producer.value, words.value
    try:
        for value, headers in messages:
            named: list[object] = []
            for name, content in headers:
                named += [_HEADER, ctypes.c_char_p(name), ctypes.c_char_p(content), ctypes.c_ssize_t(len(content))]
            error = library.rd_kafka_producev(
                *(producer, _TOPIC, ctypes.c_char_p(topic.encode()), _PARTITION, ctypes.c_int32(0)),
                *(_VALUE, ctypes.c_char_p(value), ctypes.c_size_t(len(value)), _MESSAGE_FLAGS, _COPY),
                *(*named, _END),
            )
            assert not error, f"librdkafka does not take the message: error {error}"
        assert not library.rd_kafka_flush(producer, _FLUSH_MS), "the broker does not take what the test sends"
    finally:
        library.rd_kafka_destroy(producer)
