"""The `status` of the resource: what the operator tells of the pipeline. The operator alone writes it."""

from typing import Annotated, Any, Literal

from pydantic import Field, WithJsonSchema

from winepipeline_operator.spec.part import Part

Time = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]
"""RFC 3339, in UTC."""


class Condition(Part):
    """One aspect of the pipeline, as `kubectl wait --for=condition=…` knows it."""

    type: str = Field(
        max_length=316,
        description="Ready, BrokerReady, TopicsReady, WarehouseReady, ConsumersReady, ProducerReady, "
        "MonitoringReady, ScalingActive, KeepsUp, EventsLoadable, Stalled or HistoryLoaded.",
        examples=["Ready"],
    )
    status: Literal["True", "False", "Unknown"] = Field(description="Whether it holds.", examples=["True"])
    reason: str = Field(max_length=1024, description="Why, in one word.", examples=["AllPartsReady"])
    message: str = Field(
        max_length=32_768, description="Why, and what to do, in a sentence.", examples=["every part is ready"]
    )
    last_transition_time: Time = Field(
        description="When the condition's status changed last.", examples=["2026-11-24T01:47:42Z"]
    )
    observed_generation: int = Field(
        default=0, ge=0, description="The generation of the resource that the condition speaks of.", examples=[3]
    )


class PartitionStatus(Part):
    """How far one partition of the topic is loaded."""

    partition: int = Field(ge=0, description="The partition.", examples=[0])
    committed_offset: int | None = Field(
        default=None, ge=0, description="The offset of the next event to load.", examples=[120_000]
    )
    end_offset: int | None = Field(
        default=None, ge=0, description="The offset that the next event to arrive will have.", examples=[120_050]
    )
    lag: int | None = Field(default=None, ge=0, description="Events that wait.", examples=[50])


class TopicStatus(Part):
    """A topic that is the pipeline's own."""

    name: str = Field(max_length=249, description="The topic's name.", examples=["sales_events"])
    id: str | None = Field(
        default=None,
        max_length=64,
        description="Which topic of that name, as the broker tells it apart.",
        examples=["Qk0xTm9wUXJzVHV2V3h5eg"],
    )
    retention_hours: int | None = Field(
        default=None, ge=0, description="For how long the pipeline had it keep its events.", examples=[168]
    )


class BackfillStatus(Part):
    """How far the history is that `spec.backfill` asks for."""

    phase: Literal["Waiting", "Running", "Paused", "Failing", "Failed", "Complete"] = Field(
        description="Failing tries again, Failed does not until somebody acts; both say why.", examples=["Running"]
    )
    message: str = Field(
        max_length=2000, description="How far it is, or why not.", examples=["60,000 of 138,329 rows are loaded"]
    )
    reason: str | None = Field(
        default=None, max_length=1024, description="Of a failure, in one word.", examples=["HistoryDiffers"]
    )
    job: str | None = Field(
        default=None, max_length=253, description="The Job that loads it.", examples=["albert-backfill-0d5e1f2a3b"]
    )
    rows: int | None = Field(
        default=None, ge=0, description="Rows that it has: customers, products, order lines, movements.", examples=[1]
    )
    rows_done: int | None = Field(default=None, ge=0, description="Of them, those that are loaded.", examples=[1])
    orders: int | None = Field(default=None, ge=0, description="Orders, once all is loaded.", examples=[73_000])
    events: int | None = Field(default=None, ge=0, description="Events in the table, then.", examples=[138_129])
    rejected: int | None = Field(default=None, ge=0, description="Rows that were no events.", examples=[0])
    total_cents: int | None = Field(
        default=None, ge=0, description="What all orders come to, equal on both sides.", examples=[2_278_837_541]
    )


class Status(Part):
    """The pipeline as it is."""

    observed_generation: int = Field(
        default=0, ge=0, description="The generation of the resource that the status speaks of.", examples=[3]
    )
    conditions: tuple[Condition, ...] = Field(
        default=(), max_length=50, description="The pipeline's aspects, each with its reason.", examples=[[]]
    )
    replicas: int | None = Field(default=None, ge=0, description="How many consumers run.", examples=[3])
    selector: str | None = Field(
        default=None,
        max_length=4096,
        description="The label selector of the consumers' pods, for `kubectl scale` and autoscalers.",
        examples=["app.kubernetes.io/instance=albert,app.kubernetes.io/component=consumer"],
    )
    lag: int | None = Field(default=None, ge=0, description="Events that wait in the topic.", examples=[50])
    rows_per_second: float | None = Field(
        default=None, ge=0, description="Rows loaded in a second, over the last minute.", examples=[1000]
    )
    rows_loaded: int | None = Field(
        default=None, ge=0, description="Rows loaded since the consumers began to count.", examples=[1_000_000]
    )
    dead_letters: int | None = Field(
        default=None, ge=0, description="Events that went to the dead-letter topic.", examples=[20]
    )
    freshness_seconds: float | None = Field(
        default=None,
        ge=0,
        description="How old an event is when it can be queried: the median over the last minutes.",
        examples=[1.2],
    )
    broker: str | None = Field(
        default=None, max_length=2000, description="Where the broker listens.", examples=["albert-redpanda:9092"]
    )
    partitions: tuple[PartitionStatus, ...] = Field(
        default=(), max_length=1000, description="How far each partition is loaded.", examples=[[]]
    )
    topics: tuple[TopicStatus, ...] = Field(
        default=(),
        max_length=10,
        description="Topics that this pipeline made, or has set on a broker of its own: "
        "no other topic is deleted by `deletionPolicy`, or made to keep its events for a shorter time.",
        examples=[[]],
    )
    backfill: BackfillStatus | None = Field(
        default=None, description="How far the history is; absent where none is asked for.", examples=[None]
    )
    scaling: Annotated[
        dict[str, Any], WithJsonSchema({"type": "object", "x-kubernetes-preserve-unknown-fields": True})
    ] = Field(
        default={}, description="The scaler's last decisions, with the figures they were made from.", examples=[{}]
    )
