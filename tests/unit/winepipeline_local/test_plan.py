"""Which processes a resource becomes on a laptop."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from winepipeline_consumer.settings import ConsumerSettings
from winepipeline_emulator.settings import EmulatorSettings
from winepipeline_local.errors import UsageError
from winepipeline_local.plan import Counts, counts, services, without_service_settings
from winepipeline_local.resource import pipeline_of, text_of
from winepipeline_operator.environment import Address, Endpoints
from winepipeline_operator.spec import WinePipeline
from winepipeline_producer.settings import ProducerSettings

ENDPOINTS = Endpoints("127.0.0.1:4000", Address("http", "127.0.0.1", 5000))

SNOWFLAKE = """
  warehouse:
    snowflake: {account: caves-albert, role: LOADER, credentialsSecret: {name: snowflake}}
"""
EMULATOR = """
  warehouse: {emulator: {}}
"""


def pipeline(more: str = "", broker: str = "{redpanda: {}}", warehouse: str = EMULATOR) -> WinePipeline:
    """A small resource."""
    head = "apiVersion: caves-albert.io/v1alpha1\nkind: WinePipeline\nmetadata: {name: albert}\nspec:\n"
    return pipeline_of(f"{head}  broker: {broker}\n{more}{warehouse}", "test")


def planned(resource: WinePipeline, environ: Mapping[str, str] | None = None) -> dict[str, Mapping[str, str]]:
    """From a service's name to its environment."""
    how_many = Counts(1, 2)
    plans = services(resource, ENDPOINTS, environ or {"PATH": "/bin"}, how_many, [7001, 7002, 7003])
    return {plan.name: plan.environment for plan in plans}


def test_the_bundled_demo_is_the_projects_example() -> None:
    """`winepipeline up` without a file runs what examples/demo.yaml describes."""
    example = Path(__file__).parents[3] / "examples" / "demo.yaml"
    assert text_of(None) == example.read_text(encoding="utf-8")


def test_each_service_has_its_own_name_and_port() -> None:
    """Two consumers on one machine do not fight for port 8000."""
    found = planned(pipeline())
    assert list(found) == ["producer-1", "consumer-1", "consumer-2"]
    assert [each["METRICS_PORT"] for each in found.values()] == ["7001", "7002", "7003"]
    assert {each["METRICS_HOST"] for each in found.values()} == {"127.0.0.1"}
    assert found["consumer-2"]["GROUP_INSTANCE_ID"] == found["consumer-2"]["INSTANCE_NAME"] == "consumer-2"


def test_a_consumer_takes_its_planned_settings() -> None:
    """What the plan sets is what the service's own settings model reads."""
    settings = ConsumerSettings.from_environment(planned(pipeline())["consumer-1"])
    assert settings.bootstrap_servers == "127.0.0.1:4000"
    assert (settings.protocol, settings.port) == ("http", 5000)
    assert settings.session_timeout_ms == 6000


def test_no_setting_of_the_shell_leaks_into_a_service() -> None:
    """A shell that is set up for a real account does not point the demo at it."""
    models = (ConsumerSettings, ProducerSettings, EmulatorSettings)
    variables = [str(field.alias) for model in models for field in model.model_fields.values()]
    shell = {"PATH": "/bin", "HOME": "/root"} | dict.fromkeys(variables, "leaked") | {"SNOWFLAKE_PASSWORD_FILE": "/x"}
    assert without_service_settings(shell) == {"PATH": "/bin", "HOME": "/root"}
    for environment in planned(pipeline(), shell).values():
        assert "leaked" not in environment.values()


def test_an_account_takes_its_credentials_from_the_environment() -> None:
    """What a Secret holds on Kubernetes comes from variables here, and reaches the consumers alone."""
    environ = {"SNOWFLAKE_USER": "albert", "SNOWFLAKE_PASSWORD_FILE": "/run/secret", "SNOWFLAKE_DATABASE": "OTHER"}
    found = planned(pipeline(warehouse=SNOWFLAKE), environ)
    consumer = found["consumer-1"]
    assert (consumer["SNOWFLAKE_USER"], consumer["SNOWFLAKE_PASSWORD_FILE"]) == ("albert", "/run/secret")
    assert (consumer["SNOWFLAKE_ACCOUNT"], consumer["SNOWFLAKE_DATABASE"]) == ("caves-albert", "WINE_SALES_DB")
    assert not any(name.startswith("SNOWFLAKE_") for name in found["producer-1"])


def test_missing_credentials_are_named_all_at_once() -> None:
    """A person is told every variable to set, and which key of which Secret it stands for."""
    broker = "{external: {bootstrapServers: 'k:9092', securityProtocol: SASL_SSL, credentialsSecret: {name: kafka}}}"
    with pytest.raises(UsageError) as failure:
        planned(pipeline(broker=broker))
    assert "KAFKA_SASL_USERNAME (key `username` of the Secret `kafka`)" in failure.value.message
    assert "KAFKA_SASL_PASSWORD or KAFKA_SASL_PASSWORD_FILE (key `password` of the Secret `kafka`)" in str(
        failure.value
    )


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("", Counts(1, 1)),
        ("  producer: {replicas: 3}\n", Counts(3, 1)),
        ("  producer: {enabled: false}\n", Counts(0, 1)),
        ("  consumer: {scaling: {minReplicas: 2}}\n", Counts(1, 2)),
        ("  consumer: {scaling: {minReplicas: 0}}\n", Counts(1, 1)),
        ("  consumer: {replicas: 4, scaling: {mode: 'Off'}}\n", Counts(1, 4)),
        ("  paused: true\n", Counts(0, 0)),
    ],
)
def test_the_resource_says_how_many_run(more: str, expected: Counts) -> None:
    """A laptop runs the least that the resource's scaling would, and nothing of a paused pipeline."""
    assert counts(pipeline(more)) == expected


def test_a_plan_does_not_show_its_secrets() -> None:
    """A plan in a traceback or a log holds no password."""
    environ = os.environ | {"SNOWFLAKE_USER": "albert", "SNOWFLAKE_PASSWORD": "hunter2"}
    plans = services(pipeline(warehouse=SNOWFLAKE), ENDPOINTS, environ, Counts(0, 1), [7001])
    assert "hunter2" not in repr(plans)
