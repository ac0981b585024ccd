"""How many events a second one producer process delivers: `python -m benchmarks.producer [--json]`.

Three ways to the same real broker, in turns, in one process, each into a new topic of six partitions:

- ours: the service's own loop, from chance to the broker's acknowledgement of each event;
- bare: confluent-kafka with one constant payload of the same size and the same settings: nothing is made, nothing
  counted;
- usual: a dictionary, `json.dumps`, `produce` and `poll` for each event, with librdkafka's defaults.

A run counts only if the topic then holds exactly its events. Broker and producer share this machine's cores, so that
events per CPU second (of the producer's process, librdkafka's threads included) say more than those per second.
"""

import argparse
import datetime as dt
import itertools
import json
import random
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from confluent_kafka import Producer

from winepipeline_events.catalogue import product
from winepipeline_local.broker import Broker
from winepipeline_local.kafka import Cluster, Topic
from winepipeline_process.exits import ExitCode
from winepipeline_process.stop import Stop
from winepipeline_producer.client_config import producer_config
from winepipeline_producer.deliveries import Deliveries
from winepipeline_producer.loop import Loop
from winepipeline_producer.settings import ProducerSettings
from winepipeline_producer.stream import Recipe, Stream

PARTITIONS = 6
WARM_UP_EVENTS = 30_000
TARGET_PER_SECOND = 50_000

Way = Callable[[ProducerSettings, int], None]
"""Delivers so many events to the topic of the settings."""


class Run(NamedTuple):
    """One run: seconds by the clock, and of this process's CPU."""

    events: int
    wall_seconds: float
    cpu_seconds: float


def ours(settings: ProducerSettings, _: int) -> None:
    """The service's loop; EVENT_COUNT is in the settings."""
    if Loop(settings, Stop(), Deliveries()).run() is not ExitCode.OK:
        raise SystemExit("the producer did not deliver all its events")


def bare(settings: ProducerSettings, count: int) -> None:
    """A constant payload, of the size that ours have, as fast as confluent-kafka takes it."""
    producer = Producer(producer_config(settings))
    payload, topic = b"x" * round(mean_bytes()), settings.topic
    keys = [str(key).encode() for key in range(1000, 1050)]
    for number in range(count):
        _queue(producer, topic, payload, keys[number % 50])
        if number % 500 == 0:
            producer.poll(0)
    producer.flush()


def usual(settings: ProducerSettings, count: int) -> None:
    """Event by event, as tutorials have it."""
    producer = Producer({"bootstrap.servers": settings.bootstrap_servers, "acks": "all", "enable.idempotence": True})
    failures: list[Any] = []

    def delivered(error: Any, _: Any) -> None:
        if error is not None:
            failures.append(error)

    for _ in range(count):
        event = _usual_order()
        value, key = json.dumps(event, ensure_ascii=False).encode(), str(event["product"]["id"]).encode()
        _queue(producer, settings.topic, value, key, on_delivery=delivered)
        producer.poll(0)
    producer.flush()
    if failures:
        raise SystemExit(f"not delivered: {failures[0]}")


def _usual_order() -> dict[str, Any]:
    entry = CATALOGUE[random.randint(1000, 1049)]
    quantity, discount = random.randint(1, 12), random.choice([0, 0, 0, 0.1])
    unit_price = entry.base_price_cents / 100
    return {
        "event_type": "ORDER_CREATED",
        "event_id": str(uuid.uuid4()),
        "schema_version": 1,
        "source": "producer",
        "timestamp": dt.datetime.now(dt.UTC).isoformat(),
        "order_id": f"ORD-{uuid.uuid4().hex[:12]}",
        "product": {
            "id": entry.product.id,
            "name": entry.product.name,
            "category": entry.product.category,
            "region": entry.product.region,
            "vintage": entry.product.vintage,
        },
        "customer_id": random.randint(1, 150),
        "quantity": quantity,
        "unit_price": unit_price,
        "discount": discount,
        "total": round(quantity * unit_price * (1 - discount), 2),
        "currency": "EUR",
        "channel": random.choice(["E-com", "Boutique Paris", "Boutique Lyon", "Boutique Bordeaux"]),
    }


CATALOGUE = {each: product(each) for each in range(1000, 1050)}


def _queue(producer: Any, topic: str, value: bytes, key: bytes, **named: Any) -> None:
    while True:
        try:
            producer.produce(topic, value, key, **named)
        except BufferError:
            producer.poll(0.05)
        else:
            return


def mean_bytes() -> float:
    """The size of our events' values."""
    return statistics.fmean(len(message.value or b"") for message in Stream(Recipe(), 1).take(2000, 0))


class Contest:
    """The runs of all ways on one broker."""

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap
        self._numbers = itertools.count()

    def run(self, way: Way, count: int) -> Run:
        """One run, into a topic of its own.

        Raises:
            SystemExit: the topic does not hold exactly its events.
        """
        topic = f"benchmark_{next(self._numbers)}"
        cluster = Cluster({"bootstrap.servers": self._bootstrap})  # a new one knows nothing of topics that are gone
        cluster.create([Topic(topic, PARTITIONS)])
        settings = ProducerSettings.from_environment(
            {
                "KAFKA_BOOTSTRAP_SERVERS": self._bootstrap,
                "KAFKA_TOPIC": topic,
                "EVENT_GENERATION_DELAY": "0",
                "EVENT_COUNT": str(count),
            }
        )
        wall, cpu = time.perf_counter(), time.process_time()
        way(settings, count)
        run = Run(count, time.perf_counter() - wall, time.process_time() - cpu)
        there = sum(cluster.end_offsets(topic, range(PARTITIONS)).values())
        if there != count:
            raise SystemExit(f"{way.__name__}: {there} events are in the topic, not {count}")
        cluster.delete([topic])
        return run


def measured(events: int, rounds: int) -> dict[str, list[Run]]:
    """All runs of each way; the ways take turns, so that the machine's moods meet them alike."""
    ways: tuple[Way, ...] = (ours, bare, usual)
    with tempfile.TemporaryDirectory() as folder:
        broker = Broker(Path(folder) / "kafka")
        contest = Contest(broker.start())
        try:
            for way in ways:
                contest.run(way, WARM_UP_EVENTS)
            runs: dict[str, list[Run]] = {way.__name__: [] for way in ways}
            for _, way in itertools.product(range(rounds), ways):
                runs[way.__name__].append(contest.run(way, events))
        finally:
            broker.stop()
    return runs


def figures(runs: dict[str, list[Run]]) -> dict[str, float]:
    """The medians, and what they are of each other."""
    per_second = {way: statistics.median(run.events / run.wall_seconds for run in each) for way, each in runs.items()}
    per_cpu = {way: statistics.median(run.events / run.cpu_seconds for run in each) for way, each in runs.items()}
    return {
        "events_per_second": round(per_second["ours"]),
        "bare_events_per_second": round(per_second["bare"]),
        "usual_events_per_second": round(per_second["usual"]),
        "events_per_cpu_second": round(per_cpu["ours"]),
        "bare_events_per_cpu_second": round(per_cpu["bare"]),
        "usual_events_per_cpu_second": round(per_cpu["usual"]),
        "ratio_to_bare": round(per_cpu["ours"] / per_cpu["bare"], 2),
        "ratio_to_usual": round(per_cpu["ours"] / per_cpu["usual"], 2),
        "bytes_per_event": round(mean_bytes()),
    }


def show(runs: dict[str, list[Run]], found: dict[str, float]) -> None:
    """The table for a person."""
    print(f"{'way':<8}{'events/s':>12}{'lowest':>12}{'highest':>12}{'per CPU s':>12}")
    for way, each in runs.items():
        rates = [run.events / run.wall_seconds for run in each]
        prefix = "" if way == "ours" else f"{way}_"
        median, cpu = found[f"{prefix}events_per_second"], found[f"{prefix}events_per_cpu_second"]
        print(f"{way:<8}{median:>12,.0f}{min(rates):>12,.0f}{max(rates):>12,.0f}{cpu:>12,.0f}")
    verdict = "reached" if found["events_per_second"] >= TARGET_PER_SECOND else "MISSED"
    print(f"\nTarget of {TARGET_PER_SECOND:,} events/s from one process: {verdict}.", end=" ")
    print(
        f"By CPU time, ours is {found['ratio_to_usual']:.1f} × the usual way and {found['ratio_to_bare']:.2f} × bare."
    )


def main(arguments: list[str]) -> int:
    """Measures and prints; the exit status says whether the target is reached."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.producer", description="Events a second, delivered.")
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    parser.add_argument("--events", type=int, default=150_000, help="events in a run (150000)")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each way (3)")
    chosen = parser.parse_args(arguments)
    runs = measured(chosen.events, chosen.rounds)
    found = figures(runs)
    show(runs, found)
    if chosen.json:
        print(json.dumps(found))
    return ExitCode.OK if found["events_per_second"] >= TARGET_PER_SECOND else ExitCode.CHECK_FAILED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
