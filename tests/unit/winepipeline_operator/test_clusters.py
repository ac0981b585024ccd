"""Connections to brokers are kept, and given up when they do not answer."""

import pytest

from winepipeline_operator.broker_errors import BrokerUnreachable
from winepipeline_operator.clusters import Clusters
from winepipeline_operator.kafka import Cluster
from winepipeline_operator.login import Login

NOBODY = Login("127.0.0.1:9")
SOMEBODY_ELSE = Login("127.0.0.1:10")


def make(login: Login) -> Cluster:
    return Cluster(login, call_seconds=0.3)


def test_a_connection_is_kept_for_each_login() -> None:
    """Whoever asks again gets the connection that stands; another login has another one."""
    clusters = Clusters(make)
    assert clusters.of(NOBODY) is clusters.of(NOBODY)
    assert clusters.of(NOBODY) is not clusters.of(SOMEBODY_ELSE)


def test_a_connection_without_an_answer_is_given_up() -> None:
    """After a broker's pod was replaced the next look goes over a new connection: the old one might hang for ever."""
    clusters = Clusters(make)
    first = clusters.of(NOBODY)
    with pytest.raises(BrokerUnreachable):
        first.topics(["sales_events"])
    second = clusters.of(NOBODY)
    assert second is not first
    assert clusters.of(NOBODY) is second


def test_a_connection_that_nobody_asks_for_is_closed() -> None:
    """A pipeline that is gone leaves no connection behind."""
    clusters = Clusters(make, idle_seconds=0.0)
    first = clusters.of(NOBODY)
    clusters.of(SOMEBODY_ELSE)
    assert clusters.of(NOBODY) is not first


def test_hundreds_of_pipelines_share_a_bounded_number_of_connections() -> None:
    """Memory and threads do not grow with the fleet: who has not asked for longest connects anew."""
    clusters = Clusters(make, most=2)
    logins = [Login(f"127.0.0.1:{port}") for port in (10, 11, 12)]
    first, second, third = (clusters.of(each) for each in logins)
    assert clusters.of(logins[2]) is third
    assert clusters.of(logins[1]) is second
    assert clusters.of(logins[0]) is not first
