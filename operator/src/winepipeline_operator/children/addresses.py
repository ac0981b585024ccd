"""Where the parts of a pipeline are reached in the cluster."""

from winepipeline_operator.children.objects import Port
from winepipeline_operator.environment import Address, Endpoints
from winepipeline_operator.identity import child_name
from winepipeline_operator.platform import Platform
from winepipeline_operator.spec import WinePipeline

KAFKA = Port("kafka", 9092)
ADMIN = Port("admin", 9644)
RPC = Port("rpc", 33145)
SCHEMA_REGISTRY = Port("schemaregistry", 8081)
CONSOLE = Port("http", 8080)
EMULATOR = Port("warehouse", 8080)


def endpoints(pipeline: WinePipeline, platform: Platform) -> Endpoints:
    """The addresses for the environment of the services, and for the operator's own questions to the broker."""
    external = pipeline.spec.broker.external
    servers = f"{redpanda_host(pipeline, platform)}:{KAFKA.number}" if external is None else external.bootstrap_servers
    if pipeline.spec.warehouse.emulator is None:
        return Endpoints(servers, None)
    host = _host(child_name(pipeline, "emulator"), pipeline, platform)
    return Endpoints(servers, Address("http", host, EMULATOR.number))


def redpanda_host(pipeline: WinePipeline, platform: Platform) -> str:
    """The Service in front of all brokers."""
    return _host(child_name(pipeline, "redpanda"), pipeline, platform)


def headless_name(pipeline: WinePipeline) -> str:
    """The name of the Service that gives each broker a name of its own."""
    return f"{child_name(pipeline, 'redpanda')}-headless"


def broker_host(broker: str, pipeline: WinePipeline, platform: Platform) -> str:
    """One broker's own name, by which it is known to clients and to the other brokers."""
    return _host(f"{broker}.{headless_name(pipeline)}", pipeline, platform)


def _host(name: str, pipeline: WinePipeline, platform: Platform) -> str:
    return f"{name}.{pipeline.metadata.namespace}.svc.{platform.cluster_domain}"
