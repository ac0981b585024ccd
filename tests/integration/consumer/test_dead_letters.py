"""What is turned away is in the dead-letter topic as it came, with what a person needs to know, and holds nobody up."""

import datetime as dt
import json
import random
import time

from confluent_kafka import Message

from winepipeline_consumer.headers import LOST
from winepipeline_local.dead_letters.kafka import LetterTopic
from winepipeline_local.dead_letters.opened import Letter, opened
from winepipeline_local.kafka import Topic
from winepipeline_producer.stream import Recipe, Stream

from . import raw_headers
from .process import eventually
from .scene import MakeScene, Place, Scene, Sent

OURS = ["reason", "detail", "topic", "partition", "offset", "timestamp", "group", "time"]
ONE_BATCH = {"BATCH_SIZE": "80", "MAX_BATCH_SIZE": "80", "CONSUMER_TIMEOUT_MS": "2000"}

Headers = list[tuple[str, bytes | None]]


def test_letters_are_as_they_came(scene: Scene) -> None:
    """A letter has the message's own bytes, key and headers, and behind them why, whence and when it was refused."""
    odd: list[Headers] = [
        [],
        [("trace", b"\x00\xff"), ("trace", None), ("", b""), ("winepipeline.reason", b"theirs")],
        [("é 🍷", "Rosé 🌸".encode())],
    ]
    keys = [None, b"", b"1001", b"\xff\x00key"]
    values = [None, b"", b"\xff\xfe", b"{", b"[]", b'{"event_type":"ORDER_CREATED"}', b'{"event_type":"\x00"}']
    begun = dt.datetime.now(dt.UTC)
    scene.send([Sent(key, value, headers) for key in keys for value in values for headers in odd])
    scene.produce(60)
    scene.consumer()
    scene.wait_until_landed()
    found = scene.prove()
    letters = _by_place(scene)
    turned_away = scene.query(
        "SELECT EVENT_METADATA:partition::INTEGER, EVENT_METADATA:offset::INTEGER, "  # noqa: S608
        f"EVENT_METADATA:timestamp::INTEGER, REASON, DETAIL FROM {scene.names.rejected}"
    )
    assert len(letters) == len(turned_away) == found.total("rejected") >= len(keys) * len(values) * len(odd)
    for partition, offset, timestamp_ms, reason, detail in turned_away:
        letter, sent = letters[partition, offset], scene.sent[partition, offset]
        headers = list(letter.headers() or [])
        assert (letter.key(), letter.value()) == (sent.key, sent.value)
        assert headers[: -len(OURS)] == sent.headers
        assert [name for name, _ in headers[-len(OURS) :]] == [f"winepipeline.{name}" for name in OURS]
        ours = _ours(letter)
        assert ours["reason"] == reason
        assert ours["detail"].replace("\0", "\\x00") == detail
        assert (ours["topic"], ours["group"]) == (scene.topic, f"{scene.topic}-group")
        assert ours["timestamp"] == str(timestamp_ms)
        assert begun - dt.timedelta(seconds=1) < dt.datetime.fromisoformat(ours["time"]) <= dt.datetime.now(dt.UTC)


def test_a_header_s_name_that_is_no_text(scene: Scene) -> None:
    """An event with such a header lands; a malformed one becomes a letter that says so, can be listed."""
    good = _order_of(1)
    sent = [
        (good, [(b"\xff", b"1")]),
        (b"{", [(b"trace", b"1"), (b"caf\xe9", b"2"), (b"trace", b"3")]),
        (b"[", [(b"trace", b"1")]),
    ]
    raw_headers.send(scene.broker.bootstrap, scene.topic, sent)
    raw_headers.send(scene.broker.bootstrap, scene.dead_letter_topic, [(b"a stranger's", [(b"\xff", b"1")])])
    scene.sent.update({(0, offset): Sent(None, value, []) for offset, (value, _) in enumerate(sent)})
    scene.consumer()
    scene.wait_until_landed()
    found = scene.prove()
    assert (found.total("loaded"), found.total("rejected")) == (1, 2)
    topic = LetterTopic({"bootstrap.servers": scene.broker.bootstrap}, scene.dead_letter_topic)
    letters = [letter for raw in topic.messages() if isinstance(letter := opened(raw), Letter)]
    assert [(letter.value, letter.headers) for letter in letters] == [(b"{", [LOST]), (b"[", [("trace", b"1")])]


def test_the_topic_may_come_later(scene: Scene) -> None:
    """While there is no dead-letter topic nothing is lost: the consumer says so, waits, and goes on when it is made."""
    scene.dead_letter_topic += "_later"
    scene.produce(60)
    consumer = scene.consumer()
    consumer.says(f"not delivered to {scene.dead_letter_topic}")
    assert consumer.readiness() == "BrokerUnavailable"
    assert consumer.metric("winepipeline_warehouse_retrying") == 1
    scene.prove(everything=False)
    assert consumer.get("/healthz")[0] == 200
    scene.cluster.create([Topic(scene.dead_letter_topic, 1)])
    scene.wait_until_landed()
    assert set(_by_place(scene)) == set(scene.landed()[1])
    scene.prove()


def test_a_letter_that_is_too_large_is_cut(make_scene: MakeScene) -> None:
    """A letter larger than the dead-letter topic takes is cut and says so; it holds up neither others nor events."""
    scene = make_scene(dead_letters={"max_message_bytes": "20000"})
    large = random.Random(1).randbytes(100_000)  # cannot be compressed
    scene.produce(30)
    scene.send(
        [Sent(b"1001", large, [("trace", b"1")]), Sent(large[:30_000], large[:40_000], [("trace", large[:9000])])]
    )
    scene.produce(30)
    consumer = scene.consumer()
    scene.wait_until_landed()
    scene.prove()
    letters = _by_place(scene)
    assert set(letters) == set(scene.landed()[1])
    for place, sent in scene.sent.items():
        size = len(sent.value or b"")
        if size not in {40_000, 100_000}:
            assert place not in letters or letters[place].value() == sent.value
            continue
        letter = letters[place]
        assert letter.value() == (sent.value or b"")[:1024]
        assert _ours(letter)["cut_from_bytes"] == str(size)
        assert _ours(letter)["reason"] == "NotUtf8"
        assert letter.key() == (sent.key if size == len(large) else None)
        assert f"{scene.dead_letter_topic} does not take a dead letter of {size} bytes" in consumer.log


def test_a_row_that_the_warehouse_refuses(scene: Scene) -> None:
    """A valid event that the table does not take is found and becomes a dead letter; all others of its batch land."""
    scene.query(f"CREATE DATABASE IF NOT EXISTS {scene.names.database}")
    scene.query(f"CREATE SCHEMA IF NOT EXISTS {scene.names.schema}")
    scene.query(
        f"CREATE TABLE {scene.names.target} (EVENT_TYPE VARCHAR(50), PRODUCT_ID INTEGER, CUSTOMER_ID NUMBER(9,0), "
        "EVENT_METADATA OBJECT, EVENT_CONTENT VARIANT, INGESTION_TIME TIMESTAMP_LTZ)"
    )
    refused = [_order_of(10**9 + number) for number in range(2)]
    scene.produce(40)
    scene.send([Sent(b"1001", value, [("trace", b"%d" % number)]) for number, value in enumerate(refused)])
    scene.produce(40)
    consumer = scene.consumer(**ONE_BATCH)
    scene.wait_until_landed()
    scene.prove()
    letters = _by_place(scene)
    assert set(letters) == set(scene.landed()[1])
    found = [letter for letter in letters.values() if _ours(letter)["reason"] == "RefusedByWarehouse"]
    assert {letter.value() for letter in found} == set(refused)
    for letter in found:
        number = refused.index(letter.value() or b"")
        assert letter.key() == b"1001"
        assert (letter.headers() or [])[0] == ("trace", b"%d" % number)
        assert "100038" in _ours(letter)["detail"]
    assert consumer.metric('kafka_events_dlq_total{reason="RefusedByWarehouse"}') == len(refused)
    assert len(scene.dead_letters()) == len(letters)  # halving sends no letter twice


def test_an_event_with_a_key_twice_lands(scene: Scene) -> None:
    """It is no dead letter, and holds nobody up; the account is told to keep the last value, as the validation does."""
    twice = b'{"order_id":"first",' + _order_of(7)[1:]
    scene.send([Sent(b"1001", twice, [])])
    scene.consumer()
    scene.wait_until_landed()
    assert scene.prove().total("loaded") == 1


def test_a_table_that_refuses_every_row_holds_the_stream(scene: Scene) -> None:
    """The consumer says what is wrong and waits; once the table is mended all events land, but for the first few."""
    columns = "CUSTOMER_ID INTEGER, EVENT_METADATA OBJECT, EVENT_CONTENT VARIANT, INGESTION_TIME TIMESTAMP_LTZ"
    scene.query(f"CREATE DATABASE IF NOT EXISTS {scene.names.database}")
    scene.query(f"CREATE SCHEMA IF NOT EXISTS {scene.names.schema}")
    scene.query(f"CREATE TABLE {scene.names.target} (EVENT_TYPE VARCHAR(50), PRODUCT_ID NUMBER(2,0), {columns})")
    good = [Sent(each.key, each.value, []) for each in Stream(Recipe(), seed=1).take(30, int(time.time() * 1000))]
    scene.send(good)
    consumer = scene.consumer(**ONE_BATCH, MAX_REFUSED_ROWS="3")
    consumer.says("TableRefusesRows: the last 3 rows were all refused")
    assert consumer.readiness() == "WarehouseUnavailable"
    assert consumer.metric('winepipeline_warehouse_errors_total{reason="TableRefusesRows"}') >= 1
    scene.query(f"CREATE OR REPLACE TABLE {scene.names.target} (EVENT_TYPE VARCHAR(50), PRODUCT_ID INTEGER, {columns})")
    scene.wait_until_landed()
    found = scene.prove()
    assert (found.total("loaded"), found.total("rejected")) == (27, 3)
    assert len(scene.dead_letters()) == 3
    assert consumer.readiness() == "Assigned"


def _order_of(customer_id: int) -> bytes:
    """A valid order."""
    event = Stream(Recipe(order_probability=1), seed=customer_id).take(1, int(time.time() * 1000))[0]
    return json.dumps({**json.loads(event.value or b""), "customer_id": customer_id}).encode()


def _ours(letter: Message) -> dict[str, str]:
    """Our headers, without their prefix."""
    headers = (letter.headers() or [])[-len(OURS) - 1 :]
    return {
        name.partition(".")[2]: (text or b"").decode() for name, text in headers if name.startswith("winepipeline.")
    }


def _by_place(scene: Scene) -> dict[Place, Message]:
    """From where a letter was turned away to the letter."""

    def places() -> dict[Place, Message]:
        letters = scene.dead_letters()
        return {(int(_ours(letter)["partition"]), int(_ours(letter)["offset"])): letter for letter in letters}

    found: dict[Place, Message] = eventually(places, "there are dead letters")
    return found
