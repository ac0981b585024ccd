"""The usual way: poll one message, `json.loads`, checks by hand, an INSERT of a hundred rows, commit."""

import json
from typing import Any

import snowflake.connector
from confluent_kafka import Consumer, TopicPartition

from benchmarks.contest.figures import Figures, Stopwatch
from winepipeline_consumer.settings import ConsumerSettings

_ROWS = 100
_CENT = 0.01
_ORDER_FIELDS = ("event_id", "timestamp", "order_id", "product", "customer_id", "quantity", "unit_price", "total")
_MOVEMENT_FIELDS = ("event_id", "timestamp", "product", "adjustment_type", "quantity_change", "warehouse", "reason")


def usual_way(settings: ConsumerSettings, count: int) -> Figures:
    """`count` events the way that most tutorials show, into a table of its own."""
    connection = snowflake.connector.connect(
        account=settings.account,
        user=settings.user,
        password="x",  # noqa: S106 - the emulator takes any
        protocol=settings.protocol,
        host=settings.host,
        port=settings.port,
        database=settings.database,
        schema=settings.schema_name,
        session_parameters={"CLIENT_OUT_OF_BAND_TELEMETRY_ENABLED": False},
    )
    cursor = connection.cursor()
    cursor.execute(
        "CREATE OR REPLACE TABLE USUAL (EVENT_TYPE VARCHAR(50), PRODUCT_ID INTEGER, CUSTOMER_ID INTEGER, "
        "EVENT_METADATA VARCHAR, EVENT_CONTENT VARCHAR)"
    )
    consumer = Consumer({"bootstrap.servers": settings.bootstrap_servers, "group.id": "usual"})
    partitions = len(consumer.list_topics(settings.topic).topics[settings.topic].partitions)
    consumer.assign([TopicPartition(settings.topic, number, 0) for number in range(partitions)])
    watch = Stopwatch()
    rows: list[tuple[Any, ...]] = []
    landed = 0
    while landed < count:
        message = consumer.poll(1.0)
        if message is None or message.error():
            continue
        event = json.loads(message.value())
        if not _is_valid(event):
            continue
        metadata = {"topic": message.topic(), "partition": message.partition(), "offset": message.offset()}
        rows.append(
            (
                event["event_type"],
                event["product"]["id"],
                event.get("customer_id"),
                json.dumps(metadata),
                json.dumps(event, ensure_ascii=False),
            )
        )
        if len(rows) >= _ROWS:
            cursor.executemany("INSERT INTO USUAL VALUES (%s, %s, %s, %s, %s)", rows)
            consumer.commit(message=message, asynchronous=False)
            landed += len(rows)
            rows = []
    figures = watch.figures("the usual way", landed)
    consumer.close()
    connection.close()
    return figures


def _is_valid(event: Any) -> bool:
    """The checks that such consumers make."""
    if not isinstance(event, dict):
        return False
    match event.get("event_type"):
        case "ORDER_CREATED":
            fields: tuple[str, ...] = _ORDER_FIELDS
        case "INVENTORY_ADJUSTED":
            fields = _MOVEMENT_FIELDS
        case _:
            return False
    if any(field not in event for field in fields) or not isinstance(event["product"], dict):
        return False
    if event["event_type"] == "INVENTORY_ADJUSTED":
        return isinstance(event["quantity_change"], int) and event["quantity_change"] != 0
    exact = event["quantity"] * event["unit_price"] * (1 - event.get("discount", 0))
    return bool(event["quantity"] > 0 and event["unit_price"] > 0 and abs(exact - event["total"]) < _CENT)
