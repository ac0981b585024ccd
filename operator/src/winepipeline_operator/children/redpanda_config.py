"""What Redpanda is told: its two files and its command line.

Facts from Redpanda's documentation (`rpk redpanda start`, node and cluster properties):

- `.bootstrap.yaml` holds cluster properties and is read at a cluster's first start alone.
- `--mode=dev-container` is never used, not even for a demo: it acknowledges writes before they are on disk
  (`write_caching_default`, `--unsafe-bypass-fsync`), which would make "no event is lost" untrue, and creates topics
  that a client misspells. A small broker gets the harmless parts of it one by one.
- A broker with less than 2 GiB a core wants `developer_mode`, which only skips the checks of the machine.
- Without `--smp` it takes every core of the node; `epoll` needs none of the node's scarce `fs.aio-max-nr`.

Small is a single broker before an emulator: a demo, by what it loads into. Everything else gets what Redpanda asks of
production: a core of its own and 2 GiB.
"""

from dataclasses import dataclass

from winepipeline_operator.children.addresses import ADMIN, KAFKA, RPC, SCHEMA_REGISTRY, broker_host
from winepipeline_operator.children.pod import Share
from winepipeline_operator.identity import child_name
from winepipeline_operator.platform import Platform
from winepipeline_operator.quantity import bytes_of
from winepipeline_operator.spec import WinePipeline

DATA = "/var/lib/redpanda/data"
_LISTENER = "internal"
"""The name of each listener; the advertised address belongs to the one of this name."""

_DEFAULT_FREE_BYTES = 5 * 2**30
_SMALLEST_FREE_BYTES = 10 * 2**20
"""Redpanda stops all writes when less is free than 5 GiB, by default, and takes no less than 10 MiB for it."""

_FREE_SHARE = 20
"""On a small volume the default would stop writes at once: there it is a twentieth of the volume."""


@dataclass(frozen=True, slots=True)
class Size:
    """How large a broker is.

    Attributes:
        share: of the node.
        arguments: that tell Redpanda the same.
        developer_mode: skips the checks of the machine.
    """

    share: Share
    arguments: tuple[str, ...]
    developer_mode: bool


_SMALL = Size(
    share=Share(cpu=("250m", "1"), memory=("1200Mi", "1200Mi")),
    arguments=("--smp=1", "--memory=1G", "--reserve-memory=0M", "--overprovisioned", "--check=false"),
    developer_mode=True,
)
_PRODUCTION = Size(
    share=Share(cpu=("1", "1"), memory=("2560Mi", "2560Mi")),
    arguments=("--smp=1", "--memory=2G", "--reserve-memory=0M"),
    developer_mode=False,
)


def size(pipeline: WinePipeline) -> Size:
    """How large each broker of the pipeline is."""
    return _SMALL if brokers(pipeline) == 1 and pipeline.spec.warehouse.emulator is not None else _PRODUCTION


def brokers(pipeline: WinePipeline) -> int:
    """How many brokers the pipeline has of its own."""
    redpanda = pipeline.spec.broker.redpanda
    return 0 if redpanda is None else redpanda.replicas


def arguments(pipeline: WinePipeline, platform: Platform) -> tuple[str, ...]:
    """What follows `rpk redpanda start`; Kubernetes puts the pod's name in."""
    host = broker_host("$(POD_NAME)", pipeline, platform)
    return (
        f"--advertise-kafka-addr={_LISTENER}://{host}:{KAFKA.number}",
        f"--advertise-rpc-addr={host}:{RPC.number}",
        *size(pipeline).arguments,
        "--reactor-backend=epoll",
    )


# As text: a YAML library would take most of the time that a pipeline's objects take, at each look at each pipeline.
_BOOTSTRAP = """\
auto_create_topics_enabled: false
default_topic_replications: {replication}
internal_topic_replication_factor: {replication}
# The lag of each group, for who watches the broker.
enable_consumer_group_metrics: [group, partition, consumer_lag]
"""

_FREE = """\
storage_min_free_bytes: {free_bytes}
"""

_NODE = """\
redpanda:
  data_directory: {data}
  developer_mode: {developer_mode}
  # All brokers have one list of seeds, and only they together found a cluster.
  empty_seed_starts_cluster: false
  seed_servers: [{seeds}]
  admin:
    - {{name: internal, address: 0.0.0.0, port: {admin}}}
  kafka_api:
    - {{name: internal, address: 0.0.0.0, port: {kafka}}}
  rpc_server: {{address: 0.0.0.0, port: {rpc}}}
schema_registry:
  schema_registry_api:
    - {{name: internal, address: 0.0.0.0, port: {schema_registry}}}
"""


def files(pipeline: WinePipeline, platform: Platform) -> dict[str, str]:
    """The files of the ConfigMap."""
    name = child_name(pipeline, "redpanda")
    seeds = [broker_host(f"{name}-{index}", pipeline, platform) for index in range(brokers(pipeline))]
    bootstrap = _BOOTSTRAP.format(replication=min(3, brokers(pipeline)))
    return {".bootstrap.yaml": bootstrap + _free(pipeline), "redpanda.yaml": _node(pipeline, seeds)}


def _free(pipeline: WinePipeline) -> str:
    """How much of the volume stays free; nothing where Redpanda's own default is no more than a twentieth of it."""
    redpanda = pipeline.spec.broker.redpanda
    share = _DEFAULT_FREE_BYTES if redpanda is None else bytes_of(redpanda.storage.size) // _FREE_SHARE
    return "" if share >= _DEFAULT_FREE_BYTES else _FREE.format(free_bytes=max(_SMALLEST_FREE_BYTES, share))


def what_restarts(pipeline: WinePipeline) -> str:
    """That part of the files whose change restarts the brokers.

    Neither the seeds nor `.bootstrap.yaml`, which are only read at a first start: adding brokers must not restart those
    that run.
    """
    return _node(pipeline, [])


def _node(pipeline: WinePipeline, seeds: list[str]) -> str:
    return _NODE.format(
        data=DATA,
        developer_mode=str(size(pipeline).developer_mode).lower(),
        seeds=", ".join(f"{{host: {{address: {seed}, port: {RPC.number}}}}}" for seed in seeds),
        admin=ADMIN.number,
        kafka=KAFKA.number,
        rpc=RPC.number,
        schema_registry=SCHEMA_REGISTRY.number,
    )
