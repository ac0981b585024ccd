"""The consumer's settings."""

from pathlib import Path

import pytest

from winepipeline_consumer.settings import ConsumerSettings
from winepipeline_process.settings import SettingsError

LOGIN = {
    "KAFKA_BOOTSTRAP_SERVERS": "localhost:9092",
    "SNOWFLAKE_ACCOUNT": "caves-albert",
    "SNOWFLAKE_USER": "WINE_LOADER",
    "SNOWFLAKE_PASSWORD": "secret",
}


def problems(**environment: str) -> list[str]:
    """What is said of an environment that will not do."""
    with pytest.raises(SettingsError) as caught:
        ConsumerSettings.from_environment(environment)
    return caught.value.problems


def test_with_the_log_ins_alone_it_does_what_the_documentation_says() -> None:
    """The defaults are those of the resource and of the seed."""
    settings = ConsumerSettings.from_environment(LOGIN)
    assert (settings.topic, settings.dead_letter_topic) == ("sales_events", "sales_events_dlq")
    assert (settings.group_id, settings.group_instance_id) == ("snowflake-ingestion-group", None)
    assert (settings.batch_size, settings.max_batch_size, settings.timeout_ms) == (100, 50_000, 1000)
    assert (settings.max_event_bytes, settings.accepted_topic_id) == (1_048_576, None)
    assert (settings.metrics_host, settings.metrics_port) == ("0.0.0.0", 8000)  # noqa: S104 - the default
    names = (settings.warehouse, settings.database, settings.schema_name, settings.table)
    assert names == ("COMPUTE_WH", "WINE_SALES_DB", "RAW_DATA", "RAW_EVENTS_STREAM")


def test_all_faults_are_told_at_once() -> None:
    """Whoever mends the settings mends them in one go: what is missing, what is wrong, and what contradicts itself."""
    found = problems(
        CONSUMER_TIMEOUT_MS="soon",
        BATCH_SIZE="200",
        MAX_BATCH_SIZE="100",
        SNOWFLAKE_TABLE="RAW; DROP TABLE RAW",
        KAFKA_TOPIC="sales",
        KAFKA_DEAD_LETTER_TOPIC="sales",
        LOG_LEVEL="LOUD",
    )
    variables = ["KAFKA_BOOTSTRAP_SERVERS", "SNOWFLAKE_ACCOUNT", "SNOWFLAKE_USER", "SNOWFLAKE_PASSWORD"]
    variables += ["CONSUMER_TIMEOUT_MS=soon", "SNOWFLAKE_TABLE=RAW; DROP TABLE RAW", "LOG_LEVEL=LOUD"]
    variables += ["BATCH_SIZE is 200, allowed: at most MAX_BATCH_SIZE (100)", "are both sales"]
    assert [each for each in variables if not any(each in problem for problem in found)] == []
    assert len(found) == len(variables)


def test_a_wrong_value_is_told_with_what_is_allowed_and_an_example() -> None:
    """The line says how to write it."""
    (problem,) = problems(**LOGIN, MAX_BATCH_BYTES="7")
    assert problem.startswith("MAX_BATCH_BYTES=7: allowed is a whole number from 1024")
    assert problem.endswith("for example MAX_BATCH_BYTES=16777216")


def test_a_password_is_never_shown(tmp_path: Path) -> None:
    """Neither in the settings' own words nor in a complaint."""
    settings = ConsumerSettings.from_environment(LOGIN)
    assert "secret" not in repr(settings)
    given = LOGIN | {"SNOWFLAKE_PASSWORD": "", "SNOWFLAKE_PASSWORD_FILE": str(tmp_path / "none")}
    assert "SNOWFLAKE_PASSWORD_FILE" in problems(**given)[0]


def test_an_empty_variable_counts_as_unset() -> None:
    """A template that leaves a variable empty means the default."""
    settings = ConsumerSettings.from_environment({**LOGIN, "BATCH_SIZE": "", "GROUP_INSTANCE_ID": ""})
    assert (settings.batch_size, settings.group_instance_id) == (100, None)
