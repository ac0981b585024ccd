"""What the resource says arrives in each service's own settings, under the names that the service knows."""

from pathlib import Path
from typing import Any

import pytest

from winepipeline_backfill.settings import BackfillSettings
from winepipeline_consumer.settings import ConsumerSettings
from winepipeline_emulator.settings import EmulatorSettings
from winepipeline_operator.environment import (
    Address,
    Endpoints,
    SecretVariable,
    backfill_environment,
    consumer_environment,
    emulator_environment,
    kafka_secrets,
    producer_environment,
    warehouse_environment,
    warehouse_secrets,
)
from winepipeline_operator.lint import load
from winepipeline_operator.spec import API_VERSION, KIND, WinePipeline
from winepipeline_process.settings import Settings
from winepipeline_producer.settings import ProducerSettings
from winepipeline_warehouse.settings import WarehouseSettings

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.yaml"))
PIPELINES = [load(example.read_text(encoding="utf-8")) for example in EXAMPLES]
ENDPOINTS = Endpoints("kafka-0:9092,kafka-1:9092", Address("http", "127.0.0.1", 8080))

every_example = pytest.mark.parametrize("pipeline", PIPELINES, ids=[example.stem for example in EXAMPLES])


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    """A folder for the files of Secrets."""
    return tmp_path


def revealed(variables: tuple[SecretVariable, ...], folder: Path) -> dict[str, str]:
    """The variables as a runtime sets them, each with a value or a file of its own."""
    environment = {}
    for secret in variables:
        file = folder / secret.key
        file.write_text(f"the {secret.key}\n", encoding="utf-8")
        environment[secret.variable] = str(file) if secret.form == "file" else f"the_{secret.key}"
    return environment


def known(settings: type[Settings], environment: dict[str, str]) -> bool:
    aliases = {field.alias for field in settings.model_fields.values()}
    return {name if name in aliases else name.removesuffix("_FILE") for name in environment} <= aliases


@every_example
def test_a_consumer_understands_what_the_resource_says(pipeline: WinePipeline, secrets: Path) -> None:
    """A consumer starts from the environment that the resource gives it, and does as the resource says."""
    environment = {
        **consumer_environment(pipeline, ENDPOINTS),
        **revealed(kafka_secrets(pipeline), secrets),
        **revealed(warehouse_secrets(pipeline), secrets),
    }
    assert known(ConsumerSettings, environment)
    settings = ConsumerSettings.from_environment(environment)
    spec = pipeline.spec
    assert (settings.topic, settings.dead_letter_topic) == (spec.topic.name, spec.dead_letter_topic.name)
    assert (settings.group_id, settings.bootstrap_servers) == (spec.consumer.group_id, ENDPOINTS.bootstrap_servers)
    assert (settings.batch_size, settings.max_batch_size) == (spec.consumer.batch_size, spec.consumer.max_batch_size)
    assert settings.timeout_ms == spec.consumer.timeout_ms
    assert settings.accepted_topic_id == spec.consumer.accepted_topic_id


@every_example
def test_a_producer_understands_what_the_resource_says(pipeline: WinePipeline, secrets: Path) -> None:
    """A producer starts from the environment that the resource gives it, at the pace and with the ids it names."""
    environment = producer_environment(pipeline, ENDPOINTS) | revealed(kafka_secrets(pipeline), secrets)
    assert known(ProducerSettings, environment)
    settings = ProducerSettings.from_environment(environment)
    producer = pipeline.spec.producer
    assert (settings.topic, settings.seed) == (pipeline.spec.topic.name, producer.seed)
    assert settings.rate == (producer.events_per_second or 1)
    assert (settings.product_id_range, settings.customer_id_range) == (
        producer.product_id_range,
        producer.customer_id_range,
    )
    assert settings.order_created_probability == producer.order_created_probability
    assert settings.invalid_event_probability == producer.invalid_event_probability


LARGEST_ID = 999_999_999
EXTREMES: list[dict[str, Any]] = [
    {"producer": {"eventsPerSecond": 1_000_000, "seed": 9_007_199_254_740_991, "invalidEventProbability": 1}},
    {"producer": {"eventsPerSecond": 1e-9, "orderCreatedProbability": 0}},
    {"producer": {"eventGenerationDelaySeconds": 3600, "productIdRange": [1, LARGEST_ID]}},
    {"producer": {"eventGenerationDelaySeconds": 1e-9, "customerIdRange": [LARGEST_ID, LARGEST_ID]}},
    {"consumer": {"batchSize": 1, "maxBatchSize": 1, "timeoutMs": 10}},
    {"consumer": {"batchSize": 1_000_000, "maxBatchSize": 1_000_000, "timeoutMs": 60_000}},
    {"consumer": {"acceptedTopicId": "lJKPyQDIT3iqUqwJSsVJYQ", "groupId": "g" * 200}},
    {"topic": {"name": "t" * 249}},
]


def smallest(change: dict[str, Any]) -> WinePipeline:
    """A resource with nothing in it but what must be, and a change."""
    spec: dict[str, Any] = {"broker": {"redpanda": {}}, "warehouse": {"emulator": {}}}
    return WinePipeline.model_validate(
        {"apiVersion": API_VERSION, "kind": KIND, "metadata": {"name": "a"}, "spec": spec | change}
    )


@pytest.mark.parametrize("change", EXTREMES, ids=str)
def test_the_services_take_whatever_the_resource_allows(change: dict[str, Any]) -> None:
    """No resource that is accepted makes a service that refuses to start."""
    pipeline = smallest(change)
    ProducerSettings.from_environment(producer_environment(pipeline, ENDPOINTS))
    ConsumerSettings.from_environment(consumer_environment(pipeline, ENDPOINTS))


@every_example
def test_whoever_talks_to_the_warehouse_finds_it(pipeline: WinePipeline, secrets: Path) -> None:
    """The audit and the checks log in where the consumers load, with the same credentials."""
    environment = warehouse_environment(pipeline, ENDPOINTS) | revealed(warehouse_secrets(pipeline), secrets)
    assert known(WarehouseSettings, environment)
    settings = WarehouseSettings.from_environment(environment)
    snowflake = pipeline.spec.warehouse.snowflake
    if snowflake is None:
        assert (settings.protocol, settings.host, settings.port) == ("http", "127.0.0.1", 8080)
    else:
        assert (settings.account, settings.database, settings.table) == (
            snowflake.account,
            snowflake.database,
            snowflake.table,
        )
        assert (settings.password is None) == (snowflake.authentication == "KeyPair")


@every_example
def test_the_broker_is_reached_as_the_resource_says(pipeline: WinePipeline, secrets: Path) -> None:
    """An external broker that wants a log-in gets one, and any other is not offered credentials."""
    environment = consumer_environment(pipeline, ENDPOINTS) | revealed(kafka_secrets(pipeline), secrets)
    client = ConsumerSettings.from_environment(
        environment | revealed(warehouse_secrets(pipeline), secrets)
    ).client_config()
    external = pipeline.spec.broker.external
    assert client["security.protocol"] == ("PLAINTEXT" if external is None else external.security_protocol)
    assert ("sasl.password" in client) == (external is not None and external.logs_in)


@pytest.mark.parametrize("seed", [None, 9_007_199_254_740_991])
def test_the_backfill_makes_what_the_resource_asks_for(seed: int | None) -> None:
    """The Job makes as much history as the resource says, of the producer's products, where the consumers load."""
    pipeline = smallest(
        {"backfill": {"days": 3650, "ordersPerDay": 1_000_000, "seed": seed}, "producer": {"productIdRange": [7, 9]}}
    )
    environment = backfill_environment(pipeline, ENDPOINTS, "/data/history.sqlite")
    assert known(BackfillSettings, environment)
    settings = BackfillSettings.from_environment(environment)
    assert (settings.name, settings.days, settings.orders_per_day) == ("a", 3650, 1_000_000)
    assert (settings.seed, settings.product_id_range) == (seed or 1, (7, 9))
    assert (str(settings.sqlite), settings.host) == ("/data/history.sqlite", "127.0.0.1")


def test_the_emulator_listens_where_it_is_told(tmp_path: Path) -> None:
    """The emulator starts from the environment that a runtime gives it."""
    environment = emulator_environment("127.0.0.1", 8080, str(tmp_path))
    assert known(EmulatorSettings, environment)
    settings = EmulatorSettings.from_environment(environment)
    assert (settings.host, settings.port, settings.database_dir) == ("127.0.0.1", 8080, tmp_path)
