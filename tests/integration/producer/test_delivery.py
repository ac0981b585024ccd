"""What the producer writes to a real broker."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Producer

from winepipeline_events.fault import Rejection
from winepipeline_events.reason import Reason
from winepipeline_events.validation import Limits, validate
from winepipeline_local.broker import Broker
from winepipeline_producer.deliveries import Deliveries
from winepipeline_producer.kafka import Outbox
from winepipeline_producer.message import ORDER, Message
from winepipeline_producer.settings import ProducerSettings

from .running import Running

Produce = Callable[..., Running]
Messages = Callable[[str], list[Any]]
NewTopic = Callable[..., str]


def test_every_event_arrives_once_and_is_valid(produce: Produce, topic: NewTopic, messages: Messages) -> None:
    """So many events as were asked for are in the topic, valid, each product's in one partition, under its id."""
    name = topic(partitions=6)
    assert produce(name, EVENT_COUNT="3000", EVENT_GENERATION_DELAY="0").ended() == 0
    found = messages(name)
    events = [validate(message.value(), Limits()) for message in found]
    assert len(found) == 3000
    assert not [event for event in events if isinstance(event, Rejection)]
    partitions = defaultdict(set)
    for message, event in zip(found, events, strict=True):
        assert not isinstance(event, Rejection)
        assert message.key() == str(event.product.id).encode()
        partitions[message.key()].add(message.partition())
    assert len(partitions) == 50
    assert all(len(each) == 1 for each in partitions.values())
    assert len({each for numbers in partitions.values() for each in numbers}) > 1


def test_malformed_events_of_every_kind_reach_the_topic(produce: Produce, topic: NewTopic, messages: Messages) -> None:
    """With INVALID_EVENT_PROBABILITY=1 the dead-letter path sees every reason, tombstones and a megabyte included."""
    name = topic()
    running = produce(name, EVENT_COUNT="900", EVENT_GENERATION_DELAY="0", INVALID_EVENT_PROBABILITY="1", SEED="42")
    assert running.ended() == 0
    found = [validate(message.value(), Limits()) for message in messages(name)]
    assert len(found) == 900
    reasons = {each.reason for each in found if isinstance(each, Rejection)}
    assert reasons == set(Reason) - {Reason.REFUSED_BY_WAREHOUSE}


def test_a_seed_makes_the_same_events_again(produce: Produce, topic: NewTopic, messages: Messages) -> None:
    """Two runs with the same seed differ in nothing but their times."""
    runs = []
    for _ in range(2):
        name = topic()
        assert produce(name, EVENT_COUNT="300", EVENT_GENERATION_DELAY="0", SEED="7").ended() == 0
        events = [validate(message.value(), Limits()) for message in messages(name)]
        runs.append([(event.event_id, event.product) for event in events if not isinstance(event, Rejection)])
    assert len(runs[0]) == 300
    assert runs[0] == runs[1]


def test_the_metrics_say_what_was_delivered(produce: Produce, topic: NewTopic) -> None:
    """While it runs, the producer counts what the broker has and how long that took, and says that it is ready."""
    running = produce(topic(), EVENTS_PER_SECOND="200", INVALID_EVENT_PROBABILITY="0.5")
    running.until(lambda: running.produced >= 200, "200 events")
    text = running.get("/metrics")[1]
    for event_type in ("ORDER_CREATED", "INVENTORY_ADJUSTED"):
        for validity in ("valid", "invalid"):
            assert f'winepipeline_events_produced_total{{event_type="{event_type}",validity="{validity}"}}' in text
    assert running.metric("winepipeline_delivery_latency_seconds_count") >= 200
    assert running.get("/readyz")[0] == running.get("/healthz")[0] == 200


def test_what_the_broker_refuses_is_counted_and_told_in_moderation(produce: Produce, topic: NewTopic) -> None:
    """Events that the topic does not take are counted by reason, make a line now and then, and a status for the end."""
    name = topic(max_message_bytes="200")
    running = produce(name, EVENT_COUNT="150", EVENTS_PER_SECOND="50", SEED="1")
    running.until(
        lambda: running.get("/readyz")[0] == 503 and "DeliveriesFail" in running.get("/readyz")[1], "failures"
    )
    assert 'winepipeline_delivery_failures_total{reason="MSG_SIZE_TOO_LARGE"}' in running.get("/metrics")[1]
    assert running.ended() == 3
    last = running.last_fields()
    assert (last["made"], last["delivered"], last["failed"]) == (150, 0, 150)
    told = [line for line in running.log.splitlines() if "an event was not delivered" in line]
    assert len(told) == 1


class Derailed(Producer):  # type: ignore[misc]
    """A producer that the broker threw out of its sequence, which no test can bring about from outside."""

    made = 0

    def __init__(self, *args: Any, **named: Any) -> None:
        Derailed.made += 1
        super().__init__(*args, **named)

    def produce(self, *args: Any, **named: Any) -> None:
        """Fail for good if this is the first producer."""
        if Derailed.made == 1:
            raise KafkaException(KafkaError(KafkaError._FATAL, "out of sequence"))
        super().produce(*args, **named)


def test_a_derailed_producer_is_replaced(broker: Broker, topic: NewTopic, messages: Messages) -> None:
    """After librdkafka's fatal error one event is counted as failed, and those after it are delivered again."""
    name = topic()
    settings = ProducerSettings.from_environment({"KAFKA_BOOTSTRAP_SERVERS": broker.bootstrap, "KAFKA_TOPIC": name})
    deliveries, troubles = Deliveries(), []
    outbox = Outbox(settings, deliveries, lambda reason, _: troubles.append(reason), Derailed)
    for value in (b"1", b"2", b"3"):
        assert outbox.send(Message(ORDER, b"1000", value), lambda: False)
    assert outbox.close(10) == 0
    assert [message.value() for message in messages(name)] == [b"2", b"3"]
    assert (deliveries.delivered, dict(+deliveries.failures), troubles) == (2, {"_FATAL": 1}, ["_FATAL"])
