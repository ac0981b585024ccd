"""NetworkPolicies, read as a network would: who reaches whom."""

from collections.abc import Iterable
from typing import Any

import pytest

from tests.unit.winepipeline_operator.children.scene import KAFKA, SNOWFLAKE, Make, wanted
from winepipeline_operator.identity import Manifest

ALL = ("redpanda", "console", "emulator", "producer", "consumer", "backfill")
OUTSIDE = {"kubernetes.io/metadata.name": "elsewhere"}


class Network:
    """What the policies of a pipeline let through."""

    def __init__(self, manifests: Iterable[Manifest]) -> None:
        self._policies = {
            each["spec"]["podSelector"]["matchLabels"]["app.kubernetes.io/component"]: each["spec"]
            for each in manifests
            if each["kind"] == "NetworkPolicy"
        }

    def within(self, source: str, target: str, port: int) -> bool:
        """Whether one component reaches another one's port."""
        labels = {
            "app.kubernetes.io/name": "winepipeline",
            "app.kubernetes.io/instance": "albert",
            "app.kubernetes.io/component": target,
        }
        leaves = self._lets(source, "egress", "to", labels, None, port)
        return leaves and self.enters(target, port, {**labels, "app.kubernetes.io/component": source}, None)

    def enters(self, target: str, port: int, pod: dict[str, str], namespace: dict[str, str] | None) -> bool:
        """Whether a pod with these labels comes in, from another namespace (by its labels) or from this one."""
        return self._lets(target, "ingress", "from", pod, namespace, port)

    def leaves(self, source: str, port: int, protocol: str = "TCP") -> bool:
        """Whether a component reaches a port of just anybody in the world."""
        return self._lets(source, "egress", "to", {}, OUTSIDE, port, protocol)

    def _lets(
        self,
        component: str,
        direction: str,
        side: str,
        pod: dict[str, str],
        namespace: dict[str, str] | None,
        port: int,
        protocol: str = "TCP",
    ) -> bool:
        rules = self._policies[component].get(direction, [])
        return any(
            _port(rule["ports"], port, protocol)
            and (side not in rule or any(_peer(peer, pod, namespace) for peer in rule[side]))
            for rule in rules
        )


def _port(ports: list[dict[str, Any]], port: int, protocol: str) -> bool:
    return any(
        each["port"] <= port <= each.get("endPort", each["port"]) and each["protocol"] == protocol for each in ports
    )


def _peer(peer: dict[str, Any], pod: dict[str, str], namespace: dict[str, str] | None) -> bool:
    if "namespaceSelector" in peer:
        return namespace is not None and peer["namespaceSelector"]["matchLabels"].items() <= namespace.items()
    return namespace is None and peer["podSelector"]["matchLabels"].items() <= pod.items()


@pytest.fixture
def network(pipeline: Make) -> Network:
    """That of a pipeline with every component."""
    return Network(wanted(pipeline({"backfill": {}})))


def test_each_part_reaches_what_it_needs_and_no_other_part(network: Network) -> None:
    """A producer that is taken over reaches the broker and nothing else of the pipeline, and so for each part."""
    ports = {"redpanda": (9092, 9644, 33145, 8081), "emulator": (8080, 8000), "console": (8080,)}
    ports |= dict.fromkeys(("producer", "consumer", "backfill"), (8000,))
    reached = {
        (source, target, port)
        for source in ALL
        for target in ALL
        for port in ports[target]
        if network.within(source, target, port)
    }
    assert reached == {
        ("producer", "redpanda", 9092),
        ("consumer", "redpanda", 9092),
        ("consumer", "emulator", 8080),
        ("backfill", "emulator", 8080),
        *(("console", "redpanda", port) for port in (9092, 9644, 8081)),
        *(("redpanda", "redpanda", port) for port in ports["redpanda"]),
    }


def test_nobody_reaches_the_world_or_the_api_but_for_names(network: Network) -> None:
    """Before an emulator no pod of a pipeline talks to anything outside, the API server included."""
    for component in ALL:
        assert not any(network.leaves(component, port) for port in (443, 6443, 80, 8080, 9092))
    for component in set(ALL) - {"emulator"}:
        assert network.leaves(component, 53, "UDP")


def test_prometheus_and_the_operator_read_metrics(network: Network) -> None:
    """Metrics are read from the monitoring namespace and the operator's, and from nowhere else."""
    for name, lets in (("monitoring", True), ("winepipeline-system", True), ("elsewhere", False)):
        namespace = {"kubernetes.io/metadata.name": name}
        for component in ("producer", "consumer", "backfill"):
            assert network.enters(component, 8000, {}, namespace) is lets
        assert network.enters("redpanda", 9644, {}, namespace) is lets
        assert network.enters("redpanda", 9092, {}, namespace) is (name == "winepipeline-system")


@pytest.mark.parametrize(("component", "port"), [("redpanda", 9092), ("emulator", 8080), ("console", 8080)])
def test_a_label_lets_others_in(network: Network, component: str, port: int) -> None:
    """Tills that write sales, and an ingress in front of the Console, are let in by a label on pod or namespace."""
    label = {f"caves-albert.io/reach-{component}": "albert"}
    assert network.enters(component, port, label, None)
    assert network.enters(component, port, {}, {**OUTSIDE, **label})
    assert not network.enters(component, port, label, OUTSIDE)
    assert not network.enters(component, port, {}, None)
    assert not network.enters(component, port, {f"caves-albert.io/reach-{component}": "berta"}, None)


@pytest.mark.parametrize(("mode", "lets"), [("Keda", True), ("Builtin", False)])
def test_keda_asks_the_broker_where_it_scales(pipeline: Make, mode: str, lets: bool) -> None:
    """KEDA reads the lag of a pipeline that it scales, and of no other."""
    network = Network(wanted(pipeline({"consumer": {"scaling": {"mode": mode}}})))
    assert network.enters("redpanda", 9092, {}, {"kubernetes.io/metadata.name": "keda"}) is lets
    assert not network.enters("redpanda", 9644, {}, {"kubernetes.io/metadata.name": "keda"})


def test_a_snowflake_account_is_reached_by_those_who_load(pipeline: Make) -> None:
    """Consumers and backfill reach HTTPS; producers do not."""
    network = Network(wanted(pipeline({"backfill": {}, "warehouse": SNOWFLAKE})))
    assert [name for name in ("producer", "consumer", "backfill") if network.leaves(name, 443)] == [
        "consumer",
        "backfill",
    ]
    assert not network.leaves("consumer", 9092)


def test_an_external_broker_is_reached_wherever_it_says_it_is(pipeline: Make) -> None:
    """An external broker may send its clients to ports that the resource does not name."""
    network = Network(wanted(pipeline({"broker": KAFKA, "producer": {"enabled": True}})))
    for name in ("producer", "consumer"):
        assert all(network.leaves(name, port) for port in (443, 9093, 9094, 31000))
        assert not network.leaves(name, 80)
