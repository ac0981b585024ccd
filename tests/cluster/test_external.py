"""A pipeline on a broker of somebody else's, with TLS and passwords: what is wrong is told, a new password is taken."""

import copy
import json
from typing import Any

import pytest

from . import outside_broker
from .cluster import Namespace, Object, wait_until

NAME = "albert"
USER = "albert"
FIRST, SECOND = "a-first-password", "a-second-password"
OURS = f"caves-albert.io/pipeline={NAME}"
START_SECONDS = 240.0
TELL_SECONDS = 90.0

pytestmark = pytest.mark.usefixtures("operator")


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


def ready(namespace: Namespace) -> Object:
    return namespace.condition("wp", NAME, "Ready")


def wait_until_ready(namespace: Namespace) -> None:
    wait_until(lambda: ready(namespace).get("status") == "True", "the pipeline is ready", START_SECONDS)


def audited(namespace: Namespace) -> dict[str, Any]:
    said = namespace.execute(f"deploy/{NAME}-consumer", "winepipeline", "audit", "--output", "json")
    return dict(json.loads(said))


def pods(namespace: Namespace, component: str) -> set[str]:
    found = namespace.find("pods", f"{OURS},app.kubernetes.io/component={component}")
    return {each["metadata"]["uid"] for each in found if "deletionTimestamp" not in each["metadata"]}


def test_a_missing_secret_is_named(namespace: Namespace, resource: Object) -> None:
    """Without its Secret the pipeline waits, and the status says which Secret is missing and what it must hold."""
    namespace.apply(resource)
    told = wait_until(lambda: ready(namespace).get("reason") == "SecretMissing" and ready(namespace), "it is told")
    assert "kafka-user" in told["message"]
    outside_broker.wait_until_ready(namespace)
    outside_broker.set_password(namespace, USER, FIRST)


def test_a_wrong_password_is_told(namespace: Namespace) -> None:
    """With a wrong password the status says that the broker refuses it, and which keys of the Secret to look at."""
    namespace.apply(login("not-the-password"))
    told = wait_until(
        lambda: ready(namespace).get("reason") == "AuthenticationFailed" and ready(namespace),
        "it is told",
        TELL_SECONDS,
    )
    assert "username and password of the Secret" in told["message"]


def test_with_the_right_password_rows_land(namespace: Namespace) -> None:
    """With the right password topics are made, rows land over TLS, and the audit holds, run in the cluster."""
    namespace.apply(login(FIRST))
    wait_until_ready(namespace)
    wait_until(lambda: audited(namespace)["loaded"] > 50, "rows land")
    assert audited(namespace)["holds"]


def test_a_new_password_restarts_those_who_use_it(namespace: Namespace) -> None:
    """When the Secret is rotated, producers and consumers are replaced, nobody else is, and the audit holds."""
    users = {each: pods(namespace, each) for each in ("producer", "consumer")}
    emulator = pods(namespace, "emulator")
    outside_broker.set_password(namespace, USER, SECOND)
    namespace.apply(login(SECOND))
    for component, before in users.items():
        wait_until(
            lambda component=component, before=before: (  # type: ignore[misc]
                pods(namespace, component) and not pods(namespace, component) & before
            ),
            f"the {component} is another one",
        )
    wait_until_ready(namespace)
    before = audited(namespace)["loaded"]
    wait_until(lambda: audited(namespace)["loaded"] > before, "rows land with the new password")
    assert pods(namespace, "emulator") == emulator
    assert audited(namespace)["holds"]


def test_a_broker_that_is_away_is_told(namespace: Namespace) -> None:
    """While the broker is away the status says so, nothing is torn down, and afterwards it goes on by itself."""
    running = pods(namespace, "consumer")
    namespace.kubectl("scale", "statefulset", outside_broker.NAME, "--replicas=0")
    told = wait_until(
        lambda: ready(namespace).get("reason") == "BrokerUnreachable" and ready(namespace), "it is told", TELL_SECONDS
    )
    assert outside_broker.ADDRESS in told["message"]
    assert pods(namespace, "consumer") == running


def test_delete_leaves_the_broker_alone(namespace: Namespace) -> None:
    """Deleting the resource takes our objects away, and neither the broker nor the Secrets."""
    namespace.kubectl("delete", "wp", NAME, "--timeout=90s")
    wait_until(lambda: not namespace.find("deployments,pods", OURS), "ours is gone")
    assert namespace.exists("statefulset", outside_broker.NAME)
    assert namespace.exists("secret", "kafka-user")
