"""Events changed at random end each in the table or in the rejects, once; the consumer never stops.

FUZZ_EVENTS says how many (`make fuzz`: a million), FUZZ_SEED which. What is kept in memory does not grow with them.
"""

import json
import logging
import os
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from confluent_kafka import Message, Producer

from winepipeline_events.fault import Rejection
from winepipeline_events.order import OrderCreated
from winepipeline_events.reason import Reason
from winepipeline_events.validation import Event, Limits, validate
from winepipeline_producer.stream import Recipe, Stream

from .mutations import mutated
from .scene import QUIET, MakeScene, Place, Scene

_LOG = logging.getLogger(__name__)

EVENTS = int(os.environ.get("FUZZ_EVENTS", "4000"))
SEED = int(os.environ.get("FUZZ_SEED", "20261124"))
SECONDS = 40 + EVENTS / 800
CHUNK = 2000
SAMPLE = 1500
"""Messages that are looked at one by one."""

MOST_MEGABYTES = 400
"""What the consumer may have resident, whatever comes."""

SETTINGS = {
    "BATCH_SIZE": "500",
    "MAX_BATCH_SIZE": "10000",
    "CONSUMER_SESSION_TIMEOUT_MS": "30000",
    "SNOWFLAKE_NETWORK_TIMEOUT": "60",
}


@dataclass
class Flood:
    """Sends mutated events.

    Attributes:
        rng: where chance comes from.
        sample: some of them, and where they are in the topic.
        delivered: how many the broker has.
    """

    rng: random.Random
    sample: dict[Place, bytes | None] = field(default_factory=dict)
    delivered: int = 0

    def run(self, scene: Scene, count: int) -> None:
        """Send so many, and wait until the broker has them."""
        producer = Producer(
            {
                "bootstrap.servers": scene.broker.bootstrap,
                "enable.idempotence": True,
                "linger.ms": 20,
                "compression.type": "zstd",
                "message.max.bytes": 8_000_000,
            },
            logger=QUIET,
        )
        for key, value in self._events(count):
            producer.produce(scene.topic, value, key, on_delivery=self._report(value, SAMPLE / count))
            if self.delivered % CHUNK == 0 or len(producer) > CHUNK:
                producer.poll(0 if len(producer) < 10 * CHUNK else 0.1)
        assert not producer.flush(60), "the broker does not take what the test sends"
        assert self.delivered == count

    def _events(self, count: int) -> Iterator[tuple[bytes, bytes | None]]:
        stream = Stream(Recipe(), seed=SEED)
        for start in range(0, count, CHUNK):
            events = stream.take(min(CHUNK, count - start), int(time.time() * 1000))
            for number, event in enumerate(events):
                yield event.key, mutated(self.rng, event.value or b"", events[number - 1].value or b"")

    def _report(self, value: bytes | None, share: float) -> Any:
        """Counts a delivery, and keeps some of what was delivered."""
        kept = self.rng.random() < share

        def delivered(error: Any, report: Message) -> None:
            assert error is None, error
            self.delivered += 1
            if kept:
                self.sample[report.partition(), report.offset()] = value

        return delivered


def test_fuzz(make_scene: MakeScene) -> None:
    """Whatever is in the topic, each message lands once, what lands is what was sent, and the consumer goes on."""
    scene = make_scene(partitions=4)
    consumer = scene.consumer(**SETTINGS)
    flood = Flood(random.Random(SEED))
    begun = time.monotonic()
    flood.run(scene, EVENTS)
    _wait(scene, SECONDS)
    seconds = time.monotonic() - begun
    assert consumer.peak_megabytes < MOST_MEGABYTES
    _tell(scene, seconds)
    assert consumer.metric('winepipeline_rebalances_total{kind="assigned"}') == 1
    assert consumer.metric("winepipeline_fenced_batches_total") == 0
    assert consumer.metric("kafka_events_consumed_total") == EVENTS
    _prove_once(scene)
    _prove_sample(scene, flood.sample)
    assert consumer.stop() == 0


def _tell(scene: Scene, seconds: float) -> None:
    """Log what became of them: `pytest --log-cli-level=INFO` shows it."""
    rate, peak = EVENTS / seconds, scene.consumers[0].peak_megabytes
    _LOG.info("%d events, seed %d: %.0f s, %.0f/s, the consumer's peak %.0f MB", EVENTS, SEED, seconds, rate, peak)
    reasons = scene.query(f"SELECT REASON, COUNT(*) FROM {scene.names.rejected} GROUP BY REASON ORDER BY 2 DESC")  # noqa: S608
    loaded = scene.query(f"SELECT COUNT(*) FROM {scene.names.target}")[0][0]  # noqa: S608
    for reason, count in [("landed", loaded), *reasons]:
        _LOG.info("%9d %s", count, reason)


def _wait(scene: Scene, seconds: float) -> None:
    """Until all have landed; asked seldom, since the warehouse has enough to do."""
    deadline = time.monotonic() + seconds
    while (count := scene.count()) < EVENTS:
        assert scene.consumers[0].exit_status is None, scene.consumers[0].log
        assert time.monotonic() < deadline, f"{count} of {EVENTS} events landed in {seconds:g} s"
        time.sleep(min(2, EVENTS / 20_000))


def _prove_once(scene: Scene) -> None:
    """By the audit; and by counting, without its SQL."""
    found = scene.audit()
    assert found.holds, found
    assert found.total("in_flight") == found.total("skipped") == 0
    assert found.total("loaded") + found.total("rejected") == EVENTS
    places = " UNION ALL ".join(
        f"SELECT EVENT_METADATA:partition::INTEGER AS P, EVENT_METADATA:offset::INTEGER AS O FROM {table}"  # noqa: S608
        for table in (scene.names.target, scene.names.rejected)
    )
    rows = scene.query(f"SELECT P, COUNT(*), COUNT(DISTINCT O), MIN(O), MAX(O) FROM ({places}) GROUP BY P")  # noqa: S608
    ends = scene.cluster.end_offsets(scene.topic, range(4))
    assert {int(row[0]): [int(each) for each in row[1:]] for row in rows} == {
        partition: [end, end, 0, end - 1] for partition, end in ends.items() if end
    }
    letters = scene.cluster.end_offsets(scene.dead_letter_topic, [0])[0]
    assert letters >= found.total("rejected")


def _prove_sample(scene: Scene, sample: dict[Place, bytes | None]) -> None:
    """What landed is what was sent, as JSON and as columns; what was turned away was so for its reason."""
    reasons = _at_places(scene, "REASON", scene.names.rejected, sample)
    contents = _at_places(scene, "EVENT_CONTENT::VARCHAR", scene.names.target, sample)
    columns = _at_places(scene, _COLUMNS, scene.names.target, sample)
    assert len(sample) > min(EVENTS, SAMPLE) / 2
    assert len(contents) > len(sample) / 10
    assert len(set(reasons.values())) > 8
    for place, value in sample.items():
        verdict = validate(value, Limits())
        if isinstance(verdict, Rejection):
            assert reasons[place] == verdict.reason, value
        elif place in contents:
            assert _plain(contents[place]) == _plain(value or b""), value
            assert columns[place] == _columns(verdict) or _has_doubled_keys(value or b""), value
        else:
            assert reasons[place] == Reason.REFUSED_BY_WAREHOUSE, value


def _at_places(scene: Scene, what: str, table: str, sample: dict[Place, bytes | None]) -> dict[Place, str]:
    """Something of the rows from these places."""
    ids = ", ".join(f"'{partition}-{offset}'" for partition, offset in sample)
    partition, offset = (f"EVENT_METADATA:{each}::INTEGER" for each in ("partition", "offset"))
    rows = scene.query(
        f"SELECT {partition}, {offset}, {what} FROM {table} "  # noqa: S608
        f"WHERE {partition}::VARCHAR || '-' || {offset}::VARCHAR IN ({ids})"
    )
    return {(int(row[0]), int(row[1])): str(row[2]) for row in rows}


_COLUMNS = "EVENT_TYPE || ' ' || PRODUCT_ID::VARCHAR || ' ' || COALESCE(CUSTOMER_ID::VARCHAR, 'nobody')"


def _columns(event: Event) -> str:
    """What `_COLUMNS` is of an event."""
    buyer = event.customer_id if isinstance(event, OrderCreated) else "nobody"
    return f"{type(event).__struct_config__.tag} {event.product.id} {buyer}"


def _has_doubled_keys(text: bytes) -> bool:
    """Snowflake refuses such; which of the two the emulator shows is its affair."""
    sizes: list[bool] = []
    json.loads(text, object_pairs_hook=lambda pairs: sizes.append(len(dict(pairs)) < len(pairs)))
    return any(sizes)


def _plain(text: str | bytes) -> Any:
    """JSON as Python has it; numbers as they are written, since some are beyond what it reads."""
    return json.loads(text, parse_int=str, parse_float=str)
