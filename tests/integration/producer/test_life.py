"""The producer's life beside a broker that comes, goes and comes back."""

import json
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from winepipeline_local.broker import Broker
from winepipeline_local.kafka import Cluster, Topic
from winepipeline_local.ports import free_ports
from winepipeline_producer.client_config import QUEUE_MESSAGES

from .running import Running

Produce = Callable[..., Running]
Messages = Callable[[str], list[Any]]
Ends = Callable[[str], dict[int, int]]
NewTopic = Callable[..., str]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_delivers_what_was_made(produce: Produce, topic: NewTopic, ends: Ends, number: int) -> None:
    """A stop under load ends with status 0 and loses nothing: the log's count is what the topic holds."""
    name = topic(partitions=3)
    running = produce(name, EVENTS_PER_SECOND="5000")
    running.until(lambda: running.produced > 2000, "2,000 events")
    assert running.stop(number) == 0
    last = running.last_fields()
    assert (last["made"], last["failed"], last["left"]) == (last["delivered"], 0, 0)
    assert last["delivered"] == sum(ends(name).values())


def test_a_missing_topic_is_waited_for_and_not_made(produce: Produce, topic: NewTopic, broker: Broker) -> None:
    """A producer that is started first says what it waits for, creates nothing, and begins once the topic is there."""
    name = f"{topic()}_later"
    running = produce(name, EVENTS_PER_SECOND="100", LOG_FORMAT="text")
    running.until(lambda: "next look in 0.5 s" in running.log, "a second look")
    assert f"has no topic {name}" in running.log
    status, body = running.get("/readyz")
    assert (status, json.loads(body)["reason"], running.get("/healthz")[0]) == (503, "Waiting", 200)
    cluster = Cluster({"bootstrap.servers": broker.bootstrap})
    assert name not in cluster.partition_counts()
    cluster.create([Topic(name, 1)])
    running.until(lambda: running.produced > 50, "events")
    assert running.get("/readyz")[0] == 200
    assert running.stop() == 0


def test_a_missing_broker_is_waited_for(produce: Produce) -> None:
    """Without a broker the log says which address does not answer and why, and a stop ends the wait."""
    address = f"127.0.0.1:{free_ports(1)[0]}"
    running = produce("sales", KAFKA_BOOTSTRAP_SERVERS=address, LOG_FORMAT="text")
    running.until(lambda: f"waiting: the broker at {address} does not answer" in running.log, "a line about it")
    assert "Connection refused" in running.log
    begun = time.monotonic()
    assert running.stop() == 0
    assert time.monotonic() - begun < 20
    assert "stopped: 0 events delivered, 0 failed" in running.log


@pytest.mark.long
def test_a_broker_restart_loses_nothing_and_repeats_nothing(
    produce: Produce, topic: NewTopic, broker: Broker, messages: Messages
) -> None:
    """Events made while the broker restarts are delivered afterwards, each once and in the order of their making."""
    name = topic()
    running = produce(name, EVENTS_PER_SECOND="2000", SEED="5")
    running.until(lambda: running.produced > 1000, "1,000 events")
    broker.restart()
    before = running.produced
    running.until(lambda: running.produced > before + 4000, "4,000 more")
    assert running.stop() == 0
    last = running.last_fields()
    ids = [json.loads(message.value())["event_id"] for message in messages(name)]
    assert (last["failed"], last["delivered"]) == (0, len(ids))
    assert len(set(ids)) == len(ids)
    times = [json.loads(message.value())["timestamp"] for message in messages(name)]
    assert times == sorted(times)
    assert "does not answer" in running.log
    assert "events are delivered again" in running.log


@pytest.mark.long
def test_a_full_queue_holds_the_producer_back(produce: Produce, topic: NewTopic, broker: Broker, ends: Ends) -> None:
    """Without its broker a producer at full speed stays alive and bounded; a stop gives up in time and says so."""
    name = topic()
    running = produce(name, EVENT_GENERATION_DELAY="0", STOP_SECONDS="1")
    running.until(lambda: running.produced > 1000, "1,000 events")
    broker.kill()
    try:
        running.until(lambda: running.metric("winepipeline_producer_queue_messages") >= QUEUE_MESSAGES, "a full queue")
        assert running.get("/healthz")[0] == 200
        begun = time.monotonic()
        assert running.stop() == 3
        assert time.monotonic() - begun < 20
    finally:
        broker.start()
    last = running.last_fields()
    assert last["left"] == last["failed"] == last["made"] - last["delivered"] > 0
    assert last["delivered"] <= sum(ends(name).values())


def test_wrong_settings_end_it_with_a_list(produce: Produce) -> None:
    """A producer with wrong variables names all of them and ends with the status for usage."""
    running = produce("sales", PRODUCT_ID_RANGE="9-1", EVENTS_PER_SECOND="fast")
    assert running.ended() == 2
    assert "PRODUCT_ID_RANGE=9-1" in running.log
    assert "EVENTS_PER_SECOND=fast" in running.log


def test_a_certificate_that_is_none_ends_it_with_words(produce: Produce, tmp_path: Path) -> None:
    """A wrong certificate authority is told in one line, not as a traceback, with the status for usage."""
    wrong = tmp_path / "ca.pem"
    wrong.write_text("no certificate", encoding="utf-8")
    running = produce("sales", KAFKA_SECURITY_PROTOCOL="SSL", KAFKA_SSL_CA_FILE=str(wrong))
    assert running.ended() == 2
    assert "the KAFKA_… settings will not do: " in running.last_fields()["message"]
    assert len(running.log.splitlines()) == 1


def test_slow_events_are_told_one_by_one_and_fast_ones_summed_up(produce: Produce, topic: NewTopic) -> None:
    """A person reads each event at a few a second, and a line a second beyond that."""
    slow = produce(topic(), EVENTS_PER_SECOND="10", EVENT_COUNT="5", LOG_FORMAT="text")
    fast = produce(topic(), EVENTS_PER_SECOND="300", EVENT_COUNT="500", LOG_FORMAT="text")
    assert (slow.ended(), fast.ended()) == (0, 0)
    told = [line for line in slow.log.splitlines() if "ORDER_CREATED" in line or "INVENTORY_ADJUSTED" in line]
    assert len(told) == 5
    assert "ORDER_CREATED" not in fast.log
    assert " events/s: " in fast.log
    assert "stopped: 500 events delivered, 0 failed" in fast.log
