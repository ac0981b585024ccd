"""The consumers: from the topic into the warehouse, in batches that grow with the backlog."""

from typing import ClassVar, Literal

from pydantic import Field

from winepipeline_operator.spec.form import GroupId, TopicId
from winepipeline_operator.spec.part import Part
from winepipeline_operator.spec.rule import Rule, Transition

ScalingMode = Literal["Builtin", "Keda", "Recommend", "Off"]


class Scaling(Part):
    """How the number of consumers follows the load."""

    mode: ScalingMode = Field(
        default="Builtin",
        description="Who decides how many consumers run. Builtin: the operator, from measured rates. "
        "Keda: a ScaledObject of KEDA. Recommend: the operator tells in the status what it would do; "
        'consumer.replicas run. "Off" (in quotes, or YAML reads false): consumer.replicas, which `kubectl scale` sets.',
        examples=["Builtin"],
    )
    min_replicas: int = Field(
        default=1,
        ge=0,
        le=1000,
        description="No fewer consumers than this. 0 lets a quiet pipeline sleep.",
        examples=[1],
    )
    max_replicas: int = Field(
        default=6,
        ge=1,
        le=1000,
        description="No more consumers than this. More than topic.partitions would idle.",
        examples=[6],
    )
    catch_up_seconds: int = Field(
        default=120, ge=1, le=86_400, description="Within how many seconds a backlog is to be drained.", examples=[120]
    )
    lag_threshold: int = Field(
        default=5000,
        ge=1,
        le=1_000_000_000,
        description="For mode Keda alone: one consumer for so many events that wait. "
        "Some seconds' work of one consumer is a good start; the other modes measure instead.",
        examples=[5000],
    )

    cross_field_rules: ClassVar[tuple[Rule["Scaling"], ...]] = (
        Rule(
            name="replicas-ordered",
            field="minReplicas",
            cel="self.minReplicas <= self.maxReplicas",
            message="minReplicas must not exceed maxReplicas: lower the one or raise the other",
            holds=lambda scaling: scaling.min_replicas <= scaling.max_replicas,
        ),
    )


class Consumer(Part):
    """The services that load the events."""

    group_id: GroupId = Field(
        default="snowflake-ingestion-group",
        description="The consumer group. It cannot be changed later: a second group would load everything again.",
        examples=["snowflake-ingestion-group"],
    )
    replicas: int = Field(
        default=1,
        ge=0,
        le=1000,
        description="How many consumers run when scaling.mode is Off or Recommend; `kubectl scale` sets it. "
        "The other modes do not look at it.",
        examples=[1],
    )
    batch_size: int = Field(
        default=100,
        ge=1,
        le=1_000_000,
        description="A batch is loaded as soon as it holds so many events and no more have been fetched already.",
        examples=[100],
    )
    max_batch_size: int = Field(
        default=50_000,
        ge=1,
        le=1_000_000,
        description="A batch never holds more events than this, however long the backlog.",
        examples=[50_000],
    )
    timeout_ms: int = Field(
        default=1000,
        ge=10,
        le=60_000,
        description="A batch is loaded after so many milliseconds, however small it is.",
        examples=[1000],
    )
    accepted_topic_id: TopicId | None = Field(
        default=None,
        description="A topic that was deleted and made again has a new id, and the consumers stop rather than guess. "
        "Write the new id here to accept that the topic starts from its beginning.",
        examples=["6cQnFqnGQ8SfXb0dvlKXHw"],
    )
    scaling: Scaling = Field(
        default=Scaling(),
        description="How the number of consumers follows the load.",
        examples=[{"mode": "Builtin", "maxReplicas": 6}],
    )

    cross_field_rules: ClassVar[tuple[Rule["Consumer"], ...]] = (
        Rule(
            name="batch-sizes-ordered",
            field="batchSize",
            cel="self.batchSize <= self.maxBatchSize",
            message="batchSize must not exceed maxBatchSize: lower the one or raise the other",
            holds=lambda consumer: consumer.batch_size <= consumer.max_batch_size,
        ),
    )
    transition_rules: ClassVar[tuple[Transition["Consumer"], ...]] = (
        Transition(
            name="group-id-immutable",
            field="groupId",
            cel="self.groupId == oldSelf.groupId",
            message="the group id cannot be changed: the offsets are kept under it; "
            "create a second WinePipeline instead",
            holds=lambda old, new: new.group_id == old.group_id,
        ),
    )
