"""The environment variables of each service, from the resource: the same in a pod and on a laptop.

Secrets are not among them; `kafka_secrets` and `warehouse_secrets` say which key of which Secret belongs into which
variable. What differs from one process to the next (log format, port of the metrics, instance) is the runtime's own.
"""

from dataclasses import dataclass
from typing import Literal

from winepipeline_operator.spec import Spec, WinePipeline

DEFAULT_DELAY_SECONDS = 1
"""The producer's pace where the resource names none."""

DEFAULT_SASL_MECHANISM = "SCRAM-SHA-512"

EMULATED_LOGIN = {
    "SNOWFLAKE_ACCOUNT": "emulator",
    "SNOWFLAKE_USER": "winepipeline",
    "SNOWFLAKE_PASSWORD": "emulator",
}
"""The emulator lets everybody in; the connector wants a name and a password all the same."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the emulator is reached."""

    protocol: Literal["http", "https"]
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where this pipeline's broker and warehouse are reached, as only the runtime can know.

    Attributes:
        bootstrap_servers: host:port of the broker, several separated by commas.
        warehouse: The emulator's address; None for a Snowflake account, whose address follows from its name.
    """

    bootstrap_servers: str
    warehouse: Address | None


@dataclass(frozen=True, slots=True)
class SecretVariable:
    """A variable whose value is in a Secret.

    Attributes:
        variable: The variable's name.
        secret: The Secret's name.
        key: The key in the Secret.
        form: `value`: the variable holds the key's value. `file`: it holds the path of a file with the key's value.
        optional: Whether the key may be missing; the variable is then left out.
    """

    variable: str
    secret: str
    key: str
    form: Literal["value", "file"]
    optional: bool = False


def producer_environment(pipeline: WinePipeline, endpoints: Endpoints) -> dict[str, str]:
    """The environment of each producer, without secrets."""
    producer = pipeline.spec.producer
    variables = {
        **_kafka(pipeline.spec, endpoints),
        "ORDER_CREATED_PROBABILITY": _number(producer.order_created_probability),
        "PRODUCT_ID_RANGE": _range(producer.product_id_range),
        "CUSTOMER_ID_RANGE": _range(producer.customer_id_range),
        "INVALID_EVENT_PROBABILITY": _number(producer.invalid_event_probability),
    }
    if producer.events_per_second is not None:
        variables["EVENTS_PER_SECOND"] = _number(producer.events_per_second)
    else:
        delay = producer.event_generation_delay_seconds
        variables["EVENT_GENERATION_DELAY"] = _number(DEFAULT_DELAY_SECONDS if delay is None else delay)
    if producer.calm is not None:
        variables["EVENTS_CALM_PER_SECOND"] = _number(producer.calm.events_per_second)
        variables["EVENTS_RUSH_SECONDS"] = _number(producer.calm.after_seconds)
        variables["EVENTS_CALM_SECONDS"] = _number(producer.calm.for_seconds)
    if producer.seed is not None:
        variables["SEED"] = str(producer.seed)
    return variables


def consumer_environment(pipeline: WinePipeline, endpoints: Endpoints) -> dict[str, str]:
    """The environment of each consumer, without secrets."""
    consumer = pipeline.spec.consumer
    variables = {
        **_kafka(pipeline.spec, endpoints),
        **warehouse_environment(pipeline, endpoints),
        "KAFKA_DEAD_LETTER_TOPIC": pipeline.spec.dead_letter_topic.name,
        "CONSUMER_GROUP_ID": consumer.group_id,
        "BATCH_SIZE": str(consumer.batch_size),
        "MAX_BATCH_SIZE": str(consumer.max_batch_size),
        "CONSUMER_TIMEOUT_MS": str(consumer.timeout_ms),
    }
    if consumer.accepted_topic_id is not None:
        variables["ACCEPTED_TOPIC_ID"] = consumer.accepted_topic_id
    return variables


def warehouse_environment(pipeline: WinePipeline, endpoints: Endpoints) -> dict[str, str]:
    """The environment of whatever talks to the warehouse (consumers, the audit, checks), without secrets.

    Raises:
        ValueError: the resource wants the emulator and the endpoints do not say where it is.
    """
    snowflake = pipeline.spec.warehouse.snowflake
    if snowflake is None:
        if endpoints.warehouse is None:
            raise ValueError("the resource wants the emulator, and the endpoints hold no address of one")
        return {
            **EMULATED_LOGIN,
            "SNOWFLAKE_PROTOCOL": endpoints.warehouse.protocol,
            "SNOWFLAKE_HOST": endpoints.warehouse.host,
            "SNOWFLAKE_PORT": str(endpoints.warehouse.port),
        }
    variables = {
        "SNOWFLAKE_ACCOUNT": snowflake.account,
        "SNOWFLAKE_USER": snowflake.user,
        "SNOWFLAKE_ROLE": snowflake.role,
        "SNOWFLAKE_WAREHOUSE": snowflake.warehouse,
        "SNOWFLAKE_DATABASE": snowflake.database,
        "SNOWFLAKE_SCHEMA": snowflake.schema_name,
        "SNOWFLAKE_TABLE": snowflake.table,
    }
    return {name: value for name, value in variables.items() if value is not None}


def backfill_environment(pipeline: WinePipeline, endpoints: Endpoints, sqlite: str) -> dict[str, str]:
    """The environment of the backfill, without secrets; those are `warehouse_secrets`.

    Args:
        pipeline: The resource.
        endpoints: Where the emulator is.
        sqlite: The path of the database file that it makes, in a folder that it may write to. The file need not
            outlive the pod: a history that was begun is made once more, the same.

    Raises:
        ValueError: the resource asks for no backfill; or as `warehouse_environment`.
    """
    backfill = pipeline.spec.backfill
    if backfill is None:
        raise ValueError("the resource has no spec.backfill")
    variables = {
        **warehouse_environment(pipeline, endpoints),
        "BACKFILL_NAME": pipeline.metadata.name,
        "BACKFILL_DAYS": str(backfill.days),
        "BACKFILL_ORDERS_PER_DAY": str(backfill.orders_per_day),
        "BACKFILL_SQLITE": sqlite,
        "PRODUCT_ID_RANGE": _range(pipeline.spec.producer.product_id_range),
        "CUSTOMER_ID_RANGE": _range(pipeline.spec.producer.customer_id_range),
    }
    if backfill.seed is not None:
        variables["BACKFILL_SEED"] = str(backfill.seed)
    return variables


def emulator_environment(
    host: str, port: int, database_directory: str | None, upload_seconds: float = 0
) -> dict[str, str]:
    """The environment of the emulator.

    Args:
        host: The address to listen on.
        port: The port to listen on; 0 for any free one.
        database_directory: Where its databases are kept; None keeps them in memory.
        upload_seconds: How long an upload takes at least.
    """
    variables = {"EMULATOR_HOST": host, "EMULATOR_PORT": str(port)}
    if upload_seconds:
        variables["EMULATOR_UPLOAD_SECONDS"] = _number(upload_seconds)
    if database_directory is not None:
        variables["EMULATOR_DATABASE_DIR"] = database_directory
    return variables


def kafka_secrets(pipeline: WinePipeline) -> tuple[SecretVariable, ...]:
    """What producers and consumers need from Secrets to reach the broker."""
    external = pipeline.spec.broker.external
    if external is None:
        return ()
    found: list[SecretVariable] = []
    if external.credentials_secret is not None:
        name = external.credentials_secret.name
        found.append(SecretVariable("KAFKA_SASL_USERNAME", name, "username", "value"))
        found.append(SecretVariable("KAFKA_SASL_PASSWORD_FILE", name, "password", "file"))
    if external.ca_secret is not None:
        found.append(SecretVariable("KAFKA_SSL_CA_FILE", external.ca_secret.name, external.ca_secret.key, "file"))
    return tuple(found)


def warehouse_secrets(pipeline: WinePipeline) -> tuple[SecretVariable, ...]:
    """What consumers, and the audit, need from Secrets to log in to the warehouse."""
    snowflake = pipeline.spec.warehouse.snowflake
    if snowflake is None:
        return ()
    name = snowflake.credentials_secret.name
    user = [SecretVariable("SNOWFLAKE_USER", name, "user", "value")] if snowflake.user is None else []
    if snowflake.authentication == "Password":
        return (*user, SecretVariable("SNOWFLAKE_PASSWORD_FILE", name, "password", "file"))
    return (
        *user,
        SecretVariable("SNOWFLAKE_PRIVATE_KEY_FILE", name, "privateKey", "file"),
        SecretVariable("SNOWFLAKE_PRIVATE_KEY_PASSPHRASE", name, "privateKeyPassphrase", "value", optional=True),
    )


def _kafka(spec: Spec, endpoints: Endpoints) -> dict[str, str]:
    variables = {"KAFKA_BOOTSTRAP_SERVERS": endpoints.bootstrap_servers, "KAFKA_TOPIC": spec.topic.name}
    external = spec.broker.external
    if external is not None:
        variables["KAFKA_SECURITY_PROTOCOL"] = external.security_protocol
        if external.logs_in:
            variables["KAFKA_SASL_MECHANISM"] = external.sasl_mechanism or DEFAULT_SASL_MECHANISM
    return variables


def _range(bounds: tuple[int, int]) -> str:
    return f"{bounds[0]}-{bounds[1]}"


def _number(value: float) -> str:
    """Without a fraction where there is none: 50, not 50.0."""
    return str(int(value)) if value == int(value) else repr(value)
