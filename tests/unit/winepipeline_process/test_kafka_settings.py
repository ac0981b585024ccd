"""How a service is told where the broker is."""

from pathlib import Path

import pytest

from winepipeline_process.kafka_settings import KafkaSettings
from winepipeline_process.settings import SettingsError

HERE = {"KAFKA_BOOTSTRAP_SERVERS": "localhost:9092"}


def problems(environment: dict[str, str]) -> list[str]:
    with pytest.raises(SettingsError) as failure:
        KafkaSettings.from_environment(environment)
    return failure.value.problems


def test_a_broker_without_log_in_needs_its_address_alone() -> None:
    """The address is all that a broker on the same network takes."""
    assert KafkaSettings.from_environment(HERE).client_config() == {
        "bootstrap.servers": "localhost:9092",
        "security.protocol": "PLAINTEXT",
    }


def test_a_broker_with_log_in_gets_the_credentials(tmp_path: Path) -> None:
    """User, password and authority reach librdkafka, and the password shows up nowhere else."""
    authority = tmp_path / "ca.crt"
    authority.write_text("-----BEGIN CERTIFICATE-----", encoding="utf-8")
    settings = KafkaSettings.from_environment(
        HERE
        | {"KAFKA_SECURITY_PROTOCOL": "SASL_SSL", "KAFKA_SASL_MECHANISM": "SCRAM-SHA-512"}
        | {"KAFKA_SASL_USERNAME": "albert", "KAFKA_SASL_PASSWORD": "s3cret", "KAFKA_SSL_CA_FILE": str(authority)}
    )
    assert settings.client_config() == {
        "bootstrap.servers": "localhost:9092",
        "security.protocol": "SASL_SSL",
        "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.username": "albert",
        "sasl.password": "s3cret",
        "ssl.ca.location": str(authority),
    }
    assert "s3cret" not in str(settings)


def test_credentials_that_are_not_whole_are_named() -> None:
    """Whoever forgets a part of the log-in is told which, together with a certificate that is not mounted."""
    found = problems(
        HERE
        | {"KAFKA_SECURITY_PROTOCOL": "SASL_SSL", "KAFKA_SASL_USERNAME": "albert"}
        | {"KAFKA_SSL_CA_FILE": "/nowhere/ca.crt"}
    )
    assert found == [
        "KAFKA_SECURITY_PROTOCOL=SASL_SSL needs KAFKA_SASL_MECHANISM, KAFKA_SASL_PASSWORD too",
        "KAFKA_SSL_CA_FILE=/nowhere/ca.crt: there is no such file",
    ]


@pytest.mark.parametrize("servers", ["a:1", "kafka-0.kafka:9092,kafka-1.kafka:9092", "[::1]:9092", "10.0.0.1:65535"])
def test_an_address_that_librdkafka_takes_is_taken(servers: str) -> None:
    """Names, several of them, and addresses of both kinds will do."""
    assert KafkaSettings.from_environment({"KAFKA_BOOTSTRAP_SERVERS": servers}).bootstrap_servers == servers


@pytest.mark.parametrize(
    "servers", ["kafka", "kafka:", "a:1, b:2", "kafka:0", "kafka:65536", "http://kafka:9092", ":9"]
)
def test_an_address_that_is_none_is_refused_with_an_example(servers: str) -> None:
    """A forgotten port is told at the start, and not by a broker that never answers."""
    (problem,) = problems({"KAFKA_BOOTSTRAP_SERVERS": servers})
    assert "allowed is host:port" in problem
    assert problem.endswith("for example KAFKA_BOOTSTRAP_SERVERS=localhost:9092")
