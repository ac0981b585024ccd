"""NetworkPolicies: each part reaches just what it needs, and is reached by just who needs it.

Nothing of a pipeline reaches the Kubernetes API. Beyond our own parts, a pod of the namespace is let through to one of
them by a label, and so is a whole namespace by the same label on it (which only an administrator can give):

    caves-albert.io/reach-redpanda: albert     to the brokers of the pipeline albert: tills that write sales
    caves-albert.io/reach-emulator: albert     to its emulator
    caves-albert.io/reach-console: albert      to its Console: an ingress controller

The kubelet's probes and `kubectl port-forward` come from the node and are not subject to policies.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from winepipeline_operator.children.objects import METRICS, Port, metadata
from winepipeline_operator.identity import Component, Manifest, selector
from winepipeline_operator.platform import Platform
from winepipeline_operator.spec import GROUP, WinePipeline

Rule = dict[str, Any]

_NAMESPACE_NAME = "kubernetes.io/metadata.name"
"""On every namespace, given by Kubernetes."""

_FIRST_UNPRIVILEGED = 1024
_LAST = 65535


def policy(pipeline: WinePipeline, component: Component, ingress: Sequence[Rule], egress: Sequence[Rule]) -> Manifest:
    """The policy of a component's pods: what is not in it is refused, in both directions."""
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": metadata(pipeline, component),
        "spec": {
            "podSelector": {"matchLabels": selector(pipeline, component)},
            "policyTypes": ["Ingress", "Egress"],
            # None at all is written by leaving it out: the API server would take an empty list for a change each time.
            **({"ingress": list(ingress)} if ingress else {}),
            **({"egress": list(egress)} if egress else {}),
        },
    }


def from_components(pipeline: WinePipeline, components: Sequence[Component], ports: Sequence[Port]) -> Rule:
    """Lets pods of the same pipeline in."""
    return {"from": [_pods(pipeline, component) for component in components], "ports": _tcp(ports)}


def from_labelled(pipeline: WinePipeline, component: Component, ports: Sequence[Port]) -> Rule:
    """Lets in who carries the label that opens this component."""
    label = {f"{GROUP}/reach-{component}": pipeline.metadata.name}
    peers = [{"podSelector": {"matchLabels": label}}, {"namespaceSelector": {"matchLabels": label}}]
    return {"from": peers, "ports": _tcp(ports)}


def from_watchers(platform: Platform, ports: Sequence[Port] = (METRICS,)) -> Rule:
    """Lets Prometheus and the operator in."""
    return from_namespaces({platform.operator_namespace, platform.monitoring_namespace}, ports)


def from_namespaces(namespaces: Iterable[str], ports: Sequence[Port]) -> Rule:
    """Lets all pods of these namespaces in."""
    return {"from": [_namespace(name) for name in sorted(namespaces)], "ports": _tcp(ports)}


def to_component(pipeline: WinePipeline, component: Component, ports: Sequence[Port]) -> Rule:
    """Lets pods reach a component of the same pipeline."""
    return {"to": [_pods(pipeline, component)], "ports": _tcp(ports)}


def to_dns() -> Rule:
    """Lets pods resolve names; wherever the resolver is: in a pod, on the node, or at an address of its own."""
    return {"ports": [{"protocol": protocol, "port": 53} for protocol in ("UDP", "TCP")]}


def to_web() -> Rule:
    """Lets pods reach Snowflake: the account and its stages by HTTPS, the certificates' status (OCSP) by HTTP.

    A NetworkPolicy knows no host names; where the account's addresses are known, a policy of the cluster's own network
    plug-in can be narrower.
    """
    return {"ports": [{"protocol": "TCP", "port": port} for port in (443, 80)]}


def to_broker(pipeline: WinePipeline, redpanda: Sequence[Port]) -> Rule:
    """Lets pods reach the broker.

    An external one tells its clients where its brokers are: at ports that the resource cannot know.
    """
    external = pipeline.spec.broker.external
    if external is None:
        return to_component(pipeline, "redpanda", redpanda)
    named = {int(server.rpartition(":")[2]) for server in external.bootstrap_servers.split(",")}
    unprivileged = {"protocol": "TCP", "port": _FIRST_UNPRIVILEGED, "endPort": _LAST}
    low = sorted(port for port in named if port < _FIRST_UNPRIVILEGED)
    return {"ports": [*({"protocol": "TCP", "port": port} for port in low), unprivileged]}


def to_warehouse(pipeline: WinePipeline, emulator: Port) -> Rule:
    """Lets pods reach the warehouse."""
    if pipeline.spec.warehouse.emulator is None:
        return to_web()
    return to_component(pipeline, "emulator", (emulator,))


def _pods(pipeline: WinePipeline, component: Component) -> dict[str, Any]:
    return {"podSelector": {"matchLabels": selector(pipeline, component)}}


def _namespace(name: str) -> dict[str, Any]:
    return {"namespaceSelector": {"matchLabels": {_NAMESPACE_NAME: name}}}


def _tcp(ports: Sequence[Port]) -> list[dict[str, Any]]:
    return [{"protocol": "TCP", "port": port.number} for port in ports]
