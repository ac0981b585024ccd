"""Redpanda's configuration files as Kafka's properties. Pure.

Only what an operator of WinePipeline may write is understood. A key of `redpanda.yaml` that is not known is refused,
since Redpanda would refuse it too; a cluster property that is not known is told and passed over.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from .flags import Flags

SECTIONS: Final = {"redpanda", "rpk", "pandaproxy", "pandaproxy_client", "schema_registry", "schema_registry_client"}
NODE_KEYS: Final = frozenset({
    "admin",
    "admin_api_tls",
    "advertised_kafka_api",
    "advertised_rpc_api",
    "crash_loop_limit",
    "data_directory",
    "developer_mode",
    "empty_seed_starts_cluster",
    "kafka_api",
    "kafka_api_tls",
    "node_id",
    "rack",
    "rpc_server",
    "rpc_server_tls",
    "seed_servers",
})  # fmt: skip
KAFKA_NAMES: Final = {
    "auto_create_topics_enabled": "auto.create.topics.enable",
    "default_topic_partitions": "num.partitions",
    "default_topic_replications": "default.replication.factor",
    "kafka_batch_max_bytes": "message.max.bytes",
    "log_retention_ms": "log.retention.ms",
}
UNDERSTOOD: Final = {*KAFKA_NAMES, "enable_sasl", "kafka_enable_authorization", "superusers", "admin_api_require_auth"}
ADMIN_PORT: Final = 9644
PEERS_PORT: Final = 33146
SCRAM_LOGIN: Final = "org.apache.kafka.common.security.scram.ScramLoginModule required;"


class WrongConfiguration(Exception):
    """A configuration that Redpanda would refuse."""


@dataclass(frozen=True, slots=True)
class Node:
    """One broker of a cluster.

    Attributes:
        properties: Kafka's.
        data_directory: where its log goes.
        admin_port: where the admin API listens.
        node_id: its number, the ordinal of its pod.
        nodes: how many the cluster has.
        key_stores: from a file that Kafka wants to the files, a key and a certificate, that it consists of.
        unknown: cluster properties that mean nothing here.
    """

    properties: dict[str, str]
    data_directory: str
    admin_port: int
    node_id: int
    nodes: int
    key_stores: dict[str, tuple[str, str]]
    unknown: tuple[str, ...]


def node(file: Mapping[str, Any], bootstrap: Mapping[str, Any], flags: Flags, host_name: str) -> Node:
    """What redpanda.yaml, .bootstrap.yaml and the flags make of the broker on this host.

    Raises:
        WrongConfiguration: a key is unknown, or something that is needed is missing.
    """
    unknown = [*(set(file) - SECTIONS), *(set(file.get("redpanda", {})) - NODE_KEYS)]
    if unknown:
        raise WrongConfiguration(f"redpanda.yaml: unknown property {', '.join(sorted(unknown))}")
    wanted = file.get("redpanda", {})
    for key in ("data_directory", "kafka_api", "seed_servers"):
        if not wanted.get(key):
            raise WrongConfiguration(f"redpanda.yaml: redpanda.{key} is needed")
    seeds = [each["host"]["address"] for each in wanted["seed_servers"]]
    node_id = ordinal(host_name)
    if node_id >= len(seeds):
        raise WrongConfiguration(f"{host_name} is none of the seed servers {', '.join(seeds)}")
    rpc_port = wanted.get("rpc_server", {}).get("port", 33145)
    admin = wanted.get("admin") or [{"port": ADMIN_PORT}]
    return Node(
        properties={
            **_one_of(node_id, seeds, rpc_port, wanted["data_directory"]),
            **_listeners(wanted, flags, seeds, node_id, rpc_port),
            **_cluster(bootstrap, len(seeds)),
        },
        data_directory=wanted["data_directory"],
        admin_port=admin[0]["port"],
        node_id=node_id,
        nodes=len(seeds),
        key_stores={
            _key_store(wanted, each["name"]): (each["key_file"], each["cert_file"]) for each in _certificates(wanted)
        },
        unknown=tuple(sorted(set(bootstrap) - UNDERSTOOD)),
    )


def ordinal(host_name: str) -> int:
    """`albert-redpanda-2` → 2; 0 for a name without a number."""
    last = host_name.partition(".")[0].rpartition("-")[2]
    return int(last) if last.isdigit() else 0


def _one_of(node_id: int, seeds: list[str], rpc_port: int, data_directory: str) -> dict[str, str]:
    replicas = str(min(3, len(seeds)))
    return {
        "process.roles": "broker,controller",
        "node.id": str(node_id),
        "controller.quorum.voters": ",".join(f"{number}@{seed}:{rpc_port}" for number, seed in enumerate(seeds)),
        "controller.listener.names": "RPC",
        "log.dirs": f"{data_directory}/kafka",
        "offsets.topic.replication.factor": replicas,
        "offsets.topic.num.partitions": "4",
        "transaction.state.log.replication.factor": replicas,
        "transaction.state.log.min.isr": "1",
        "transaction.state.log.num.partitions": "4",
        "group.initial.rebalance.delay.ms": "300",
    }


def _listeners(
    wanted: Mapping[str, Any], flags: Flags, seeds: list[str], node_id: int, rpc_port: int
) -> dict[str, str]:
    encrypted = {each["name"] for each in _certificates(wanted)}
    peers_host = "127.0.0.1" if len(seeds) == 1 else "0.0.0.0"  # noqa: S104 - other brokers come this way
    listeners = [f"RPC://:{rpc_port}", f"PEERS://{peers_host}:{PEERS_PORT}"]
    advertised = [f"PEERS://{peers_host if len(seeds) == 1 else seeds[node_id]}:{PEERS_PORT}"]
    protocols = ["RPC:PLAINTEXT", "PEERS:PLAINTEXT"]
    found: dict[str, str] = {}
    for each in wanted["kafka_api"]:
        name = each.get("name", "")
        address = flags.advertised_kafka.get(name) or flags.advertised_kafka.get("")
        if address is None:
            raise WrongConfiguration(f"--advertise-kafka-addr says nothing of the listener {name!r}")
        known_as = (name or "kafka").upper()
        sasl = each.get("authentication_method") == "sasl"
        listeners.append(f"{known_as}://{each['address']}:{each['port']}")
        advertised.append(f"{known_as}://{address}")
        protocols.append(f"{known_as}:{'SASL_' if sasl else ''}{'SSL' if name in encrypted else 'PLAINTEXT'}")
        if name in encrypted:
            found[f"listener.name.{known_as.lower()}.ssl.keystore.type"] = "PEM"
            found[f"listener.name.{known_as.lower()}.ssl.keystore.location"] = _key_store(wanted, name)
        if sasl:
            for mechanism in ("scram-sha-256", "scram-sha-512"):
                found[f"listener.name.{known_as.lower()}.{mechanism}.sasl.jaas.config"] = SCRAM_LOGIN
    if any("SASL" in each for each in protocols):
        found["sasl.enabled.mechanisms"] = "SCRAM-SHA-256,SCRAM-SHA-512"
    return found | {
        "listeners": ",".join(listeners),
        "advertised.listeners": ",".join(advertised),
        "listener.security.protocol.map": ",".join(protocols),
        "inter.broker.listener.name": "PEERS",
    }


def _certificates(wanted: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [dict(each) for each in wanted.get("kafka_api_tls", ()) if each.get("enabled")]


def _key_store(wanted: Mapping[str, Any], listener: str) -> str:
    return f"{wanted['data_directory']}/{listener}.pem"


def _cluster(bootstrap: Mapping[str, Any], nodes: int) -> dict[str, str]:
    found = {"default.replication.factor": str(min(3, nodes))}
    for name, kafkas in KAFKA_NAMES.items():
        if name in bootstrap:
            found[kafkas] = _property(bootstrap[name])
    found.setdefault("auto.create.topics.enable", "false")
    if bootstrap.get("enable_sasl") or bootstrap.get("kafka_enable_authorization"):
        superusers = ["ANONYMOUS", *bootstrap.get("superusers", ())]  # those who come by PEERS and RPC have no name
        found["authorizer.class.name"] = "org.apache.kafka.metadata.authorizer.StandardAuthorizer"
        found["super.users"] = ";".join(f"User:{name}" for name in superusers)
    return found


def _property(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
