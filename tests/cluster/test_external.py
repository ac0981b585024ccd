"""A pipeline on a broker of somebody else's, with TLS and passwords: what is wrong is told, a new password is taken."""

import copy
from typing import Any

import pytest

from . import outside_broker
from .cluster import Namespace, Object, wait_until
from .operator_release import Operator
from .pipeline import NAME, OURS, Pipeline

USER = "albert"
FIRST, SECOND = "a-first-password", "a-second-password"
TELL_SECONDS = 90.0


def secret(name: str, data: dict[str, str]) -> Object:
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": data}


def login(password: str) -> Object:
    return secret("kafka-user", {"username": USER, "password": password})


@pytest.fixture(scope="module", autouse=True)
def outside(namespace: Namespace, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The broker, with a user; the pipeline's Secret is not there yet."""
    keys = outside_broker.certificates(tmp_path_factory.mktemp("keys"), namespace.name)
    namespace.apply(
        secret(f"{outside_broker.NAME}-tls", keys),
        secret("kafka-ca", {"ca.crt": keys["ca.crt"]}),
        *outside_broker.manifests(namespace.name, USER),
    )


@pytest.fixture(scope="module")
def resource(namespace: Namespace, demo: dict[str, Any]) -> Object:
    """The demo's resource, but on that broker."""
    found = copy.deepcopy(demo)
    found["spec"]["broker"] = {
        "external": {
            "bootstrapServers": f"{outside_broker.ADDRESS}.{namespace.name}.svc.cluster.local:9093",
            "securityProtocol": "SASL_SSL",
            "saslMechanism": "SCRAM-SHA-512",
            "credentialsSecret": {"name": "kafka-user"},
            "caSecret": {"name": "kafka-ca"},
        }
    }
    return found


@pytest.fixture(scope="module")
def albert(namespace: Namespace, operator: Operator) -> Pipeline:
    """The pipeline, to be applied."""
    return Pipeline(namespace)


def test_a_missing_secret_is_named(albert: Pipeline, resource: Object) -> None:
    """Without its Secret the pipeline waits, and the status says which Secret is missing and what it must hold."""
    albert.namespace.apply(resource)
    assert "kafka-user" in albert.wait_until_told("SecretMissing")
    outside_broker.wait_until_ready(albert.namespace)
    outside_broker.set_password(albert.namespace, USER, FIRST)


def test_a_wrong_password_is_told(albert: Pipeline) -> None:
    """With a wrong password the status says that the broker refuses it, and which keys of the Secret to look at."""
    albert.namespace.apply(login("not-the-password"))
    told = albert.wait_until_told("AuthenticationFailed", TELL_SECONDS)
    assert "`username` and `password` of the Secret kafka-user" in told


def test_with_the_right_password_rows_land(albert: Pipeline) -> None:
    """With the right password topics are made, rows land over TLS, and the audit holds, run in the cluster."""
    albert.namespace.apply(login(FIRST))
    albert.wait_until_ready()
    wait_until(lambda: albert.loaded() > 50, "rows land")
    assert albert.audit()["holds"]


def test_a_new_password_restarts_those_who_use_it(albert: Pipeline) -> None:
    """When the Secret is rotated, producers and consumers are replaced, nobody else is, and the audit holds."""
    users = {each: albert.pods(each) for each in ("producer", "consumer")}
    emulator = albert.pods("emulator")
    outside_broker.set_password(albert.namespace, USER, SECOND)
    albert.namespace.apply(login(SECOND))
    for component, before in users.items():
        wait_until(
            lambda component=component, before=before: (  # type: ignore[misc]
                albert.pods(component) and not albert.pods(component).keys() & before.keys()
            ),
            f"the {component} is another one",
        )
    albert.wait_until_ready()
    albert.wait_until_rows_land()
    assert albert.pods("emulator") == emulator
    assert albert.audit()["holds"]


def test_a_broker_that_is_away_is_told(albert: Pipeline) -> None:
    """While the broker is away the status says so, nothing is torn down, and afterwards it goes on by itself."""
    running = albert.pods("consumer")
    albert.namespace.kubectl("scale", "statefulset", outside_broker.NAME, "--replicas=0")
    assert outside_broker.ADDRESS in albert.wait_until_told("BrokerUnreachable", TELL_SECONDS)
    assert albert.pods("consumer") == running


def test_delete_leaves_the_broker_alone(albert: Pipeline) -> None:
    """Deleting the resource takes our objects away, and neither the broker nor the Secrets."""
    albert.namespace.kubectl("delete", "wp", NAME, "--timeout=90s")
    wait_until(lambda: not albert.namespace.find("deployments,pods", OURS), "ours is gone")
    assert albert.namespace.exists("statefulset", outside_broker.NAME)
    assert albert.namespace.exists("secret", "kafka-user")
