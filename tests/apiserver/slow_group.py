"""A consumer group that is slower than its load, on a real broker: what the operator sees of it is true."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from confluent_kafka import Consumer, Producer

from winepipeline_local.broker import Broker
from winepipeline_local.kafka import Cluster, Topic

GROUP = "snowflake-ingestion-group"
PARTITIONS = 6


def make_topic(broker: Broker, topic: str, events: int) -> None:
    """A topic with so many events in each partition."""
    Cluster({"bootstrap.servers": broker.bootstrap}).create([Topic(topic, PARTITIONS), Topic(f"{topic}_dlq", 1)])
    producer = Producer({"bootstrap.servers": broker.bootstrap, "linger.ms": 20})
    for number in range(PARTITIONS * events):
        producer.produce(topic, b"{}", partition=number % PARTITIONS)
    assert producer.flush(30) == 0


@contextmanager
def slow_group(broker: Broker, topic: str, events_per_second: int) -> Iterator[None]:
    """One member that takes so many events a second, from all partitions in turn, until the block ends."""
    stop = threading.Event()
    settings = {
        "bootstrap.servers": broker.bootstrap,
        "group.id": GROUP,
        "enable.auto.commit": False,
        "auto.offset.reset": "earliest",
        "session.timeout.ms": 6000,
    }

    def work() -> None:
        member = Consumer(settings)
        member.subscribe([topic])
        while not stop.wait(0.2):
            if member.consume(max(1, events_per_second // 5), 0.1):
                member.commit(asynchronous=True)
        member.close()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(20)
