"""From the resource and its Secrets to what librdkafka is told."""

from collections.abc import Callable
from typing import Any

import pytest

from winepipeline_operator.broker_errors import BrokerRefusesForNow, BrokerUnreachable, TopicRefused, broker_error
from winepipeline_operator.login import Login, login
from winepipeline_operator.spec import WinePipeline

EXTERNAL = {
    "bootstrapServers": "kafka:9093",
    "securityProtocol": "SASL_SSL",
    "credentialsSecret": {"name": "kafka-user"},
    "caSecret": {"name": "kafka-ca"},
}
SECRETS = {"kafka-user": {"username": "albert", "password": "geheim"}, "kafka-ca": {"ca.crt": "PEM"}}


@pytest.fixture
def external(pipeline: Callable[[Any], WinePipeline]) -> WinePipeline:
    """A pipeline at a broker that is guarded."""
    return pipeline({"broker": {"redpanda": None, "external": EXTERNAL}})


def test_an_own_broker_needs_no_secret(pipeline: Callable[[Any], WinePipeline]) -> None:
    """The operator's own Redpanda is reached by its Service, with nothing to log in by."""
    config = login(pipeline({}), "albert-redpanda:9092", {}).client_config()
    assert config == {"bootstrap.servers": "albert-redpanda:9092", "security.protocol": "PLAINTEXT"}


def test_secrets_become_credentials_that_no_text_shows(external: WinePipeline) -> None:
    """User, password and authority come from the Secrets that the resource names, and stay out of every log."""
    found = login(external, "", SECRETS)
    assert found.client_config() == {
        "bootstrap.servers": "kafka:9093",
        "security.protocol": "SASL_SSL",
        "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.username": "albert",
        "sasl.password": "geheim",
        "ssl.ca.pem": "PEM",
    }
    assert "geheim" not in repr(found)
    assert found == Login("kafka:9093", "SASL_SSL", "SCRAM-SHA-512", "albert", "geheim", "PEM")


@pytest.mark.parametrize(
    ("secrets", "said"),
    [({}, "no Secret kafka-user"), ({"kafka-user": {"username": "albert"}}, "kafka-user has no key password")],
)
def test_what_is_missing_is_named(external: WinePipeline, secrets: dict[str, dict[str, str]], said: str) -> None:
    """A person reads which Secret or which key to make."""
    with pytest.raises(LookupError, match=said):
        login(external, "", secrets)


def test_codes_are_told_by_whether_they_pass() -> None:
    """What passes by itself, or is not known, is asked again, and what lasts waits for a person."""
    assert isinstance(broker_error("_TRANSPORT", "m"), BrokerUnreachable)
    assert isinstance(broker_error("POLICY_VIOLATION", "m"), TopicRefused)
    assert isinstance(broker_error("NEW_IN_KAFKA_9", "m"), BrokerRefusesForNow)
    assert broker_error("_TRANSPORT", "m").passes
    assert not broker_error("POLICY_VIOLATION", "m").passes
