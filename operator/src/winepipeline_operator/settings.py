"""The operator's settings, from the environment; the chart sets them."""

import re
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from winepipeline_operator.platform import Images, Platform
from winepipeline_process.settings import ProcessSettings

NAMES_ALLOWED = "names of namespaces, separated by commas"
SECRETS_ALLOWED = "names of Secrets, separated by commas"
_NAME = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?")
_IMAGES = Images()


def _names(value: object) -> object:
    """`a,b` → ("a", "b")."""
    if not isinstance(value, str):
        return value
    names = tuple(each.strip() for each in value.split(",") if each.strip())
    wrong = [each for each in names if not _NAME.fullmatch(each)]
    if wrong:
        raise ValueError(
            f"allowed are names of lower-case letters, digits and '-', separated by commas; not {wrong[0]!r}"
        )
    return names


Names = Annotated[tuple[str, ...], BeforeValidator(_names)]


class OperatorSettings(ProcessSettings):
    """Everything that the operator reads from its environment, but for KUBECONFIG."""

    watch_namespaces: Names = Field(
        (),
        alias="WATCH_NAMESPACES",
        description="The namespaces whose pipelines it works on; unset: all, which needs a ClusterRole.",
        examples=["wine,cellar"],
        json_schema_extra={"allowed": NAMES_ALLOWED, "default": "none: all namespaces"},
    )
    operator_namespace: str = Field(
        "winepipeline-system",
        alias="OPERATOR_NAMESPACE",
        description="The namespace that it runs in; NetworkPolicies let it in from there.",
        examples=["winepipeline-system"],
        min_length=1,
        max_length=63,
    )
    lease_name: str = Field(
        "",
        alias="LEASE_NAME",
        description="The Lease in OPERATOR_NAMESPACE that it must hold to act, so that no two operators act at once. "
        "Unset: it acts without one.",
        examples=["winepipeline"],
        pattern=r"^([a-z0-9]([-a-z0-9.]*[a-z0-9])?)?$",
        max_length=253,
        json_schema_extra={"allowed": "the name of a Lease", "default": "none"},
    )
    monitoring_namespace: str = Field(
        "monitoring",
        alias="MONITORING_NAMESPACE",
        description="The namespace that Prometheus runs in; NetworkPolicies let it in from there.",
        examples=["monitoring"],
        min_length=1,
        max_length=63,
    )
    keda_namespace: str = Field(
        "keda",
        alias="KEDA_NAMESPACE",
        description="The namespace that KEDA runs in; NetworkPolicies let it ask the broker from there.",
        examples=["keda"],
        min_length=1,
        max_length=63,
    )
    cluster_domain: str = Field(
        "cluster.local",
        alias="CLUSTER_DOMAIN",
        description="The DNS suffix of the cluster's Services.",
        examples=["cluster.local"],
        min_length=1,
        max_length=253,
    )
    producer_image: str = Field(
        _IMAGES.producer,
        alias="PRODUCER_IMAGE",
        description="The image of the producers.",
        examples=["registry.example.com/winepipeline-producer:0.1.0"],
        min_length=1,
    )
    consumer_image: str = Field(
        _IMAGES.consumer,
        alias="CONSUMER_IMAGE",
        description="The image of the consumers.",
        examples=["registry.example.com/winepipeline-consumer:0.1.0"],
        min_length=1,
    )
    backfill_image: str = Field(
        _IMAGES.backfill,
        alias="BACKFILL_IMAGE",
        description="The image of the backfill.",
        examples=["registry.example.com/winepipeline-backfill:0.1.0"],
        min_length=1,
    )
    emulator_image: str = Field(
        _IMAGES.emulator,
        alias="EMULATOR_IMAGE",
        description="The image of the emulator.",
        examples=["registry.example.com/winepipeline-emulator:0.1.0"],
        min_length=1,
    )
    redpanda_image: str = Field(
        _IMAGES.redpanda,
        alias="REDPANDA_IMAGE",
        description="The image of Redpanda.",
        examples=[_IMAGES.redpanda],
        min_length=1,
    )
    console_image: str = Field(
        _IMAGES.console,
        alias="CONSOLE_IMAGE",
        description="The image of Redpanda's console.",
        examples=[_IMAGES.console],
        min_length=1,
    )
    image_pull_policy: Literal["Always", "IfNotPresent", "Never"] = Field(
        "IfNotPresent",
        alias="IMAGE_PULL_POLICY",
        description="When the images are pulled.",
        examples=["IfNotPresent"],
    )
    image_pull_secrets: Names = Field(
        (),
        alias="IMAGE_PULL_SECRETS",
        description="Secrets for the images' registry, in each pipeline's namespace.",
        examples=["registry-login"],
        json_schema_extra={"allowed": SECRETS_ALLOWED, "default": "none"},
    )
    runbooks: str = Field(
        "",
        alias="RUNBOOKS_URL",
        description="Where people read docs/runbooks: alerts and dashboards link to NAME.md below it. Unset: they name "
        "the file alone.",
        examples=["https://git.example.com/winepipeline/docs/runbooks"],
        pattern=r"^(https?://\S+)?$",
        max_length=500,
        json_schema_extra={"allowed": "an http or https address", "default": "none"},
    )
    resync_seconds: float = Field(
        60,
        alias="RESYNC_SECONDS",
        description="After how long each pipeline is looked at though nothing has been heard of it.",
        examples=[60],
        ge=1,
        le=3600,
    )
    stall_seconds: float = Field(
        180,
        alias="STALL_SECONDS",
        description="For how long events may wait without any commit before the pipeline counts as stalled.",
        examples=[180],
        ge=1,
        le=86_400,
    )
    judged_seconds: float = Field(
        120,
        alias="JUDGED_SECONDS",
        description="Over how long it is judged whether consumers keep up and whether any event can be loaded.",
        examples=[120],
        ge=1,
        le=600,
    )
    look_seconds: float = Field(
        15,
        alias="LOOK_SECONDS",
        description="How often brokers, consumers and producers are asked, and consumers scaled.",
        examples=[15],
        ge=1,
        le=60,
    )
    scale_down_after_seconds: float = Field(
        300,
        alias="SCALE_DOWN_AFTER_SECONDS",
        description="For how long fewer consumers must have sufficed before there are fewer.",
        examples=[300],
        ge=30,
        le=86_400,
    )
    sleep_after_seconds: float = Field(
        300,
        alias="SLEEP_AFTER_SECONDS",
        description="For how long nothing may have come before the last consumer goes, where minReplicas is 0.",
        examples=[300],
        ge=30,
        le=86_400,
    )
    workers: int = Field(
        8, alias="WORKERS", description="How many pipelines are worked on at the same time.", examples=[8], ge=1, le=64
    )

    def platform(self) -> Platform:
        """What the manifests need of the settings."""
        return Platform(
            images=Images(
                producer=self.producer_image,
                consumer=self.consumer_image,
                backfill=self.backfill_image,
                emulator=self.emulator_image,
                redpanda=self.redpanda_image,
                console=self.console_image,
            ),
            image_pull_policy=self.image_pull_policy,
            image_pull_secrets=self.image_pull_secrets,
            operator_namespace=self.operator_namespace,
            monitoring_namespace=self.monitoring_namespace,
            keda_namespace=self.keda_namespace,
            cluster_domain=self.cluster_domain,
            runbooks=self.runbooks.rstrip("/"),
        )
