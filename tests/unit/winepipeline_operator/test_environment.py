from collections.abc import Callable
from typing import Any

import pytest

from winepipeline_operator.environment import (
    Address,
    Endpoints,
    SecretVariable,
    consumer_environment,
    emulator_environment,
    kafka_secrets,
    producer_environment,
    warehouse_environment,
    warehouse_secrets,
)
from winepipeline_operator.spec import WinePipeline

Make = Callable[[dict[str, Any]], WinePipeline]

LAPTOP = Endpoints("127.0.0.1:9092", Address("http", "127.0.0.1", 8080))
CLUSTER = Endpoints("kafka:9093", None)
ACCOUNT = {"account": "caves-albert", "credentialsSecret": {"name": "snowflake"}}
SNOWFLAKE = {"emulator": None, "snowflake": ACCOUNT}
KAFKA = {
    "redpanda": None,
    "external": {
        "bootstrapServers": "kafka:9093",
        "securityProtocol": "SASL_SSL",
        "credentialsSecret": {"name": "kafka-user"},
        "caSecret": {"name": "kafka-ca", "key": "ca.pem"},
    },
}


def test_the_producer_of_the_smallest_resource_keeps_the_known_defaults(pipeline: Make) -> None:
    """A producer that nobody configured behaves as the documentation says."""
    assert producer_environment(pipeline({}), LAPTOP) == {
        "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:9092",
        "KAFKA_TOPIC": "sales_events",
        "EVENT_GENERATION_DELAY": "1",
        "ORDER_CREATED_PROBABILITY": "0.7",
        "PRODUCT_ID_RANGE": "1000-1049",
        "CUSTOMER_ID_RANGE": "1-150",
        "INVALID_EVENT_PROBABILITY": "0",
    }


@pytest.mark.parametrize(
    ("producer", "variables"),
    [
        ({"eventsPerSecond": 50}, {"EVENTS_PER_SECOND": "50"}),
        ({"eventsPerSecond": 0.5, "seed": 42}, {"EVENTS_PER_SECOND": "0.5", "SEED": "42"}),
        ({"eventGenerationDelaySeconds": 0.25}, {"EVENT_GENERATION_DELAY": "0.25"}),
    ],
)
def test_the_pace_is_given_one_way_alone(pipeline: Make, producer: dict[str, Any], variables: dict[str, str]) -> None:
    """The producer is told a rate or a pause, never both."""
    environment = producer_environment(pipeline({"producer": producer}), LAPTOP)
    names = {"EVENTS_PER_SECOND", "EVENT_GENERATION_DELAY", "SEED"}
    assert {name: value for name, value in environment.items() if name in names} == variables


def test_a_load_in_waves_reaches_the_producer(pipeline: Make) -> None:
    """The rush, the calm, and how long each lasts."""
    calm = {"eventsPerSecond": 50, "afterSeconds": 20, "forSeconds": 60.5}
    environment = producer_environment(pipeline({"producer": {"eventsPerSecond": 900, "calm": calm}}), LAPTOP)
    assert environment["EVENTS_PER_SECOND"] == "900"
    assert environment["EVENTS_CALM_PER_SECOND"] == "50"
    assert (environment["EVENTS_RUSH_SECONDS"], environment["EVENTS_CALM_SECONDS"]) == ("20", "60.5")


def test_the_consumer_is_told_topic_group_batches_and_emulator(pipeline: Make) -> None:
    """A consumer on a laptop finds its topic, its group, its batch sizes and the emulator."""
    assert consumer_environment(pipeline({}), LAPTOP) == {
        "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:9092",
        "KAFKA_TOPIC": "sales_events",
        "KAFKA_DEAD_LETTER_TOPIC": "sales_events_dlq",
        "CONSUMER_GROUP_ID": "snowflake-ingestion-group",
        "BATCH_SIZE": "100",
        "MAX_BATCH_SIZE": "50000",
        "CONSUMER_TIMEOUT_MS": "1000",
        "SNOWFLAKE_ACCOUNT": "emulator",
        "SNOWFLAKE_USER": "winepipeline",
        "SNOWFLAKE_PASSWORD": "emulator",
        "SNOWFLAKE_PROTOCOL": "http",
        "SNOWFLAKE_HOST": "127.0.0.1",
        "SNOWFLAKE_PORT": "8080",
    }


def test_an_accepted_topic_id_reaches_the_consumer(pipeline: Make) -> None:
    """Whoever accepts that a topic was made again is heard."""
    made_again = pipeline({"consumer": {"acceptedTopicId": "6cQnFqnGQ8SfXb0dvlKXHw"}})
    assert consumer_environment(made_again, LAPTOP)["ACCEPTED_TOPIC_ID"] == "6cQnFqnGQ8SfXb0dvlKXHw"


def test_a_snowflake_account_is_named_without_its_secrets(pipeline: Make) -> None:
    """The account's names reach the consumer; the user and the password come from the Secret alone."""
    environment = warehouse_environment(pipeline({"warehouse": SNOWFLAKE}), CLUSTER)
    assert environment == {
        "SNOWFLAKE_ACCOUNT": "caves-albert",
        "SNOWFLAKE_WAREHOUSE": "COMPUTE_WH",
        "SNOWFLAKE_DATABASE": "WINE_SALES_DB",
        "SNOWFLAKE_SCHEMA": "RAW_DATA",
        "SNOWFLAKE_TABLE": "RAW_EVENTS_STREAM",
    }
    assert warehouse_secrets(pipeline({"warehouse": SNOWFLAKE})) == (
        SecretVariable("SNOWFLAKE_USER", "snowflake", "user", "value"),
        SecretVariable("SNOWFLAKE_PASSWORD_FILE", "snowflake", "password", "file"),
    )


def test_a_key_pair_is_read_from_a_file(pipeline: Make) -> None:
    """With a key pair the consumer gets the key as a file, and no password."""
    key_pair = {**ACCOUNT, "authentication": "KeyPair", "user": "W"}
    change = {"warehouse": {"emulator": None, "snowflake": key_pair}}
    assert warehouse_environment(pipeline(change), CLUSTER)["SNOWFLAKE_USER"] == "W"
    assert warehouse_secrets(pipeline(change)) == (
        SecretVariable("SNOWFLAKE_PRIVATE_KEY_FILE", "snowflake", "privateKey", "file"),
        SecretVariable("SNOWFLAKE_PRIVATE_KEY_PASSPHRASE", "snowflake", "privateKeyPassphrase", "value", optional=True),
    )


def test_an_external_broker_is_reached_with_its_own_security(pipeline: Make) -> None:
    """Producers and consumers log in to an external broker as the resource says, with a good default mechanism."""
    external = pipeline({"broker": KAFKA, "producer": {"enabled": True}})
    for environment in (producer_environment(external, LAPTOP), consumer_environment(external, LAPTOP)):
        assert environment["KAFKA_SECURITY_PROTOCOL"] == "SASL_SSL"
        assert environment["KAFKA_SASL_MECHANISM"] == "SCRAM-SHA-512"
    assert kafka_secrets(external) == (
        SecretVariable("KAFKA_SASL_USERNAME", "kafka-user", "username", "value"),
        SecretVariable("KAFKA_SASL_PASSWORD_FILE", "kafka-user", "password", "file"),
        SecretVariable("KAFKA_SSL_CA_FILE", "kafka-ca", "ca.pem", "file"),
    )


def test_nothing_is_asked_of_secrets_where_none_is_needed(pipeline: Make) -> None:
    """The demo needs no Secret at all."""
    assert (kafka_secrets(pipeline({})), warehouse_secrets(pipeline({}))) == ((), ())


def test_an_emulator_without_an_address_is_an_error(pipeline: Make) -> None:
    """A runtime that forgot to start the emulator learns it at once, not from a time-out."""
    with pytest.raises(ValueError, match="no address"):
        consumer_environment(pipeline({}), CLUSTER)


def test_the_emulator_keeps_its_databases_where_it_is_told() -> None:
    """With a directory the rows survive a restart; without one they are kept in memory."""
    assert emulator_environment("127.0.0.1", 0, None) == {"EMULATOR_HOST": "127.0.0.1", "EMULATOR_PORT": "0"}
    assert emulator_environment("0.0.0.0", 8080, "/data")["EMULATOR_DATABASE_DIR"] == "/data"  # noqa: S104 as in a pod
    assert emulator_environment("127.0.0.1", 0, None, 0.5)["EMULATOR_UPLOAD_SECONDS"] == "0.5"
