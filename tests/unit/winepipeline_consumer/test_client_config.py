"""How librdkafka is set up: what a wrong setting would cost."""

from confluent_kafka import Consumer, Producer

from winepipeline_consumer.client_config import LETTER_SECONDS, admin_config, consumer_config, producer_config
from winepipeline_consumer.settings import ConsumerSettings

ENVIRONMENT = {
    "KAFKA_BOOTSTRAP_SERVERS": "localhost:9092",
    "SNOWFLAKE_ACCOUNT": "caves-albert",
    "SNOWFLAKE_USER": "WINE_LOADER",
    "SNOWFLAKE_PASSWORD": "secret",
    "INSTANCE_NAME": "albert-consumer-0",
}


def settings(**more: str) -> ConsumerSettings:
    return ConsumerSettings.from_environment(ENVIRONMENT | more)


def test_the_group_never_says_where_to_start() -> None:
    """Only the ledger does: no offset is committed or reset behind our back."""
    config = consumer_config(settings())
    assert config["enable.auto.commit"] is False
    assert config["enable.auto.offset.store"] is False
    assert config["auto.offset.reset"] == "error"


def test_a_restart_moves_no_partitions_where_the_process_has_a_lasting_name() -> None:
    """A pod that comes back under its name gets its partitions back without a rebalance."""
    assert consumer_config(settings(GROUP_INSTANCE_ID="pod-0"))["group.instance.id"] == "pod-0"
    assert "group.instance.id" not in consumer_config(settings())


def test_a_rebalance_stops_only_what_moves() -> None:
    """Partitions that stay are read on, and a dead member is noticed within the session's time."""
    config = consumer_config(settings(CONSUMER_SESSION_TIMEOUT_MS="6000"))
    assert config["partition.assignment.strategy"] == "cooperative-sticky"
    assert config["session.timeout.ms"] == 6000
    assert config["heartbeat.interval.ms"] * 3 <= 6000


def test_what_is_fetched_ahead_is_bounded() -> None:
    """Memory stays bounded whatever the backlog."""
    assert consumer_config(settings(FETCH_QUEUE_KILOBYTES="2048"))["queued.max.messages.kbytes"] == 2048


def test_no_dead_letter_is_lost_on_the_way() -> None:
    """A letter is there once all brokers that must have it do, and is given up in time to be sent again."""
    config = producer_config(settings())
    assert (config["enable.idempotence"], config["acks"]) == (True, "all")
    assert config["message.timeout.ms"] < LETTER_SECONDS * 1000


def test_every_client_logs_in_as_the_settings_say() -> None:
    """A broker with credentials is reached by all three clients."""
    given = settings(
        KAFKA_SECURITY_PROTOCOL="SASL_PLAINTEXT",
        KAFKA_SASL_MECHANISM="PLAIN",
        KAFKA_SASL_USERNAME="albert",
        KAFKA_SASL_PASSWORD="cave",  # noqa: S106 - opens nothing
    )
    for config in (consumer_config(given), producer_config(given), admin_config(given)):
        assert config.items() >= given.client_config().items()


def test_librdkafka_takes_it_all() -> None:
    """No setting is misspelt, out of range, or at odds with another."""
    shortest = settings(CONSUMER_SESSION_TIMEOUT_MS="6000", FETCH_QUEUE_KILOBYTES="1024", GROUP_INSTANCE_ID="pod-0")
    longest = settings(CONSUMER_SESSION_TIMEOUT_MS="300000", FETCH_QUEUE_KILOBYTES="1048576")
    for given in (settings(), shortest, longest):
        Consumer(consumer_config(given)).close()
        Producer(producer_config(given)).flush(0)
