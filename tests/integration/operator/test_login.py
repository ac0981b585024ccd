"""Logging in to a guarded broker: a right Secret works, and of a wrong one a person reads what is wrong."""

import shutil
from collections.abc import Iterator
from dataclasses import replace

import pytest

from winepipeline_operator.broker_errors import AuthenticationFailed, EncryptionFailed
from winepipeline_operator.kafka import Cluster
from winepipeline_operator.login import Login
from winepipeline_operator.topics import WantedTopic

from .guarded import PASSWORD, USER, GuardedBroker

pytestmark = pytest.mark.long

WRONG = "vin-de-table"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GuardedBroker]:
    """A running one."""
    if shutil.which("openssl") is None:
        pytest.skip("a certificate is made with openssl: apt-get install openssl")
    broker = GuardedBroker(tmp_path_factory.mktemp("guarded") / "kafka")
    broker.start()
    yield broker
    broker.stop()


def full(broker: GuardedBroker) -> Login:
    """With everything right."""
    return Login(f"127.0.0.1:{broker.sasl_port}", "SASL_SSL", "PLAIN", USER, PASSWORD, broker.ca_pem)


def test_a_user_with_password_and_authority_is_let_in(guarded: GuardedBroker) -> None:
    """What the Secrets hold is enough to make topics on a broker that encrypts and asks who one is."""
    for name, login in {
        "sasl": full(guarded),
        "ssl": Login(f"127.0.0.1:{guarded.ssl_port}", "SSL", ca_pem=guarded.ca_pem),
    }.items():
        cluster = Cluster(login)
        assert cluster.create(WantedTopic(name, 2))
        assert cluster.topics([name])[name].partitions == 2
        cluster.close()


def test_a_wrong_password_is_said_and_never_shown(guarded: GuardedBroker) -> None:
    """The condition says that the login is wrong, not that nobody answers, and no log or repr shows the password."""
    login = replace(full(guarded), password=WRONG)
    cluster = Cluster(login, call_seconds=3.0)
    with pytest.raises(AuthenticationFailed) as failure:
        cluster.topics(["sales_events"])
    assert WRONG not in f"{failure.value} {login!r}"
    assert "username and password" in failure.value.hint
    cluster.close()


def test_an_authority_that_did_not_sign_is_said(guarded: GuardedBroker) -> None:
    """Without the broker's authority the condition speaks of the certificate and of caSecret."""
    cluster = Cluster(replace(full(guarded), ca_pem=None), call_seconds=3.0)
    with pytest.raises(EncryptionFailed) as failure:
        cluster.topics(["sales_events"])
    assert "caSecret" in failure.value.hint
    cluster.close()
