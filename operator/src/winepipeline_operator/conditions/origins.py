"""Where a pipeline sets the variables that a service speaks of: who reads a status writes YAML, not an environment."""

import re
from collections.abc import Mapping
from typing import Final

from winepipeline_operator.environment import SecretVariable, kafka_secrets, warehouse_secrets
from winepipeline_operator.spec import WinePipeline

_VARIABLE = re.compile(r"\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b")

_OF_THE_RESOURCE: Final[Mapping[str, str]] = {
    "KAFKA_TOPIC": "topic.name",
    "KAFKA_DEAD_LETTER_TOPIC": "deadLetterTopic.name",
    "CONSUMER_GROUP_ID": "consumer.groupId",
    "BATCH_SIZE": "consumer.batchSize",
    "MAX_BATCH_SIZE": "consumer.maxBatchSize",
    "ACCEPTED_TOPIC_ID": "consumer.acceptedTopicId",
}
_OF_AN_ACCOUNT: Final[Mapping[str, str]] = {
    "SNOWFLAKE_ACCOUNT": "account",
    "SNOWFLAKE_USER": "user",
    "SNOWFLAKE_ROLE": "role",
    "SNOWFLAKE_WAREHOUSE": "warehouse",
    "SNOWFLAKE_DATABASE": "database",
    "SNOWFLAKE_SCHEMA": "schema",
    "SNOWFLAKE_TABLE": "table",
}
_OF_A_BROKER: Final[Mapping[str, str]] = {
    "KAFKA_BOOTSTRAP_SERVERS": "bootstrapServers",
    "KAFKA_SECURITY_PROTOCOL": "securityProtocol",
    "KAFKA_SASL_MECHANISM": "saslMechanism",
}


def with_origins(pipeline: WinePipeline, text: str) -> str:
    """The text, and where each variable in it is set; the text alone where it names none that the pipeline sets."""
    known = _origins(pipeline)
    named = dict.fromkeys(each for each in _VARIABLE.findall(text) if each in known)
    told = ", ".join(f"{each} is {known[each]}" for each in named)
    return f"{text.rstrip('.')}. Here {told}" if told else text


def _origins(pipeline: WinePipeline) -> dict[str, str]:
    found = dict(_OF_THE_RESOURCE)
    if pipeline.spec.warehouse.snowflake is not None:
        found |= {name: f"warehouse.snowflake.{place}" for name, place in _OF_AN_ACCOUNT.items()}
    if pipeline.spec.broker.external is not None:
        found |= {name: f"broker.external.{place}" for name, place in _OF_A_BROKER.items()}
    for secret in (*kafka_secrets(pipeline), *warehouse_secrets(pipeline)):
        found |= dict.fromkeys(_names(secret), f"`{secret.key}` of the Secret {secret.secret}")
    return found


def _names(secret: SecretVariable) -> tuple[str, ...]:
    """A service speaks of SNOWFLAKE_PASSWORD also where it reads it from a file."""
    return secret.variable, secret.variable.removesuffix("_FILE")
