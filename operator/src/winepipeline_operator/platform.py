"""What the operator knows of the cluster it works in, whatever the pipeline: images, names, addresses."""

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Images:
    """The image of each part, with tag or digest; the chart sets them."""

    producer: str = "winepipeline-producer:0.1.0"
    consumer: str = "winepipeline-consumer:0.1.0"
    backfill: str = "winepipeline-backfill:0.1.0"
    emulator: str = "winepipeline-emulator:0.1.0"
    redpanda: str = "docker.redpanda.com/redpandadata/redpanda:v26.2.1"
    console: str = "docker.redpanda.com/redpandadata/console:v3.9.0"


@dataclass(frozen=True, slots=True)
class Platform:
    """The cluster, as far as it is the same for every pipeline.

    Attributes:
        images: of each part.
        image_pull_policy: of every container.
        image_pull_secrets: names of Secrets in the pipeline's namespace.
        operator_namespace: where the operator runs: NetworkPolicies let it read metrics and reach the broker.
        monitoring_namespace: where Prometheus runs: NetworkPolicies let it read metrics.
        keda_namespace: where KEDA runs: NetworkPolicies let it ask the broker, where it scales.
        cluster_domain: the DNS suffix of Services.
        runbooks: the address of the folder docs/runbooks, where alerts and dashboards link to; empty: they name the
            file alone.
    """

    images: Images = field(default_factory=Images)
    image_pull_policy: Literal["Always", "IfNotPresent", "Never"] = "IfNotPresent"
    image_pull_secrets: tuple[str, ...] = ()
    operator_namespace: str = "winepipeline-system"
    monitoring_namespace: str = "monitoring"
    keda_namespace: str = "keda"
    cluster_domain: str = "cluster.local"
    runbooks: str = ""
