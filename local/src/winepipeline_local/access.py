"""How a broker and a warehouse are logged in to, once it is known where they are. Pure but for files of secrets."""

from collections.abc import Mapping
from typing import Any

from winepipeline_local.plan import kafka_credentials, warehouse_credentials
from winepipeline_operator.environment import Endpoints, producer_environment, warehouse_environment
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


def warehouse_login(pipeline: WinePipeline, endpoints: Endpoints, environ: Mapping[str, str]) -> dict[str, str]:
    """The `SNOWFLAKE_*` variables by which a session reaches the warehouse.

    Raises:
        UsageError: credentials are missing.
    """
    return warehouse_environment(pipeline, endpoints) | warehouse_credentials(pipeline, environ)
