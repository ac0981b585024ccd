"""How a broker and a warehouse are logged in to, once it is known where they are. Pure but for files of secrets."""

from collections.abc import Mapping
from typing import Any

from winepipeline_local.plan import kafka_credentials, warehouse_credentials
from winepipeline_operator.environment import Endpoints, producer_environment, warehouse_environment
from winepipeline_operator.login import Login
from winepipeline_operator.spec import WinePipeline
from winepipeline_process.kafka_settings import KafkaSettings


def client_config(pipeline: WinePipeline, endpoints: Endpoints, environ: Mapping[str, str]) -> dict[str, Any]:
    """How librdkafka reaches the broker; holds the password.

    Raises:
        UsageError: credentials are missing.
        SettingsError: they do not fit together.
    """
    environment = producer_environment(pipeline, endpoints) | kafka_credentials(pipeline, environ)
    return dict(KafkaSettings.from_environment(environment).client_config())


def broker_login(pipeline: WinePipeline, endpoints: Endpoints, environ: Mapping[str, str]) -> Login:
    """How the broker is asked for the scaling.

    Raises:
        UsageError: credentials are missing.
        SettingsError: they do not fit together.
    """
    environment = producer_environment(pipeline, endpoints) | kafka_credentials(pipeline, environ)
    known = KafkaSettings.from_environment(environment)
    return Login(
        known.bootstrap_servers,
        known.security_protocol,
        known.sasl_mechanism,
        known.sasl_username,
        None if known.sasl_password is None else known.sasl_password.get_secret_value(),
        None if known.ssl_ca_file is None else known.ssl_ca_file.read_text(encoding="utf-8"),
    )


def warehouse_login(pipeline: WinePipeline, endpoints: Endpoints, environ: Mapping[str, str]) -> dict[str, str]:
    """The `SNOWFLAKE_*` variables by which a session reaches the warehouse.

    Raises:
        UsageError: credentials are missing.
    """
    return warehouse_environment(pipeline, endpoints) | warehouse_credentials(pipeline, environ)
