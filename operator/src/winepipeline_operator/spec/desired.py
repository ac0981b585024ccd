"""The `spec` of the resource: all that a person asks for."""

from typing import ClassVar, Literal

from pydantic import Field

from winepipeline_operator.spec.backfill import Backfill
from winepipeline_operator.spec.broker import Broker
from winepipeline_operator.spec.consumer import Consumer
from winepipeline_operator.spec.monitoring import Monitoring
from winepipeline_operator.spec.part import Part
from winepipeline_operator.spec.producer import Producer
from winepipeline_operator.spec.rule import Rule
from winepipeline_operator.spec.topic import DeadLetterTopic, Topic
from winepipeline_operator.spec.warehouse import Warehouse


class Spec(Part):
    """The pipeline as it is wanted."""

    paused: bool = Field(
        default=False,
        description="True stops producers and consumers and leaves the broker, the topics and the data as they are.",
        examples=[True],
    )
    deletion_policy: Literal["Retain", "Delete"] = Field(
        default="Retain",
        description="What becomes of the topics and the volumes when the resource is deleted. "
        "Rows in a Snowflake account are never deleted.",
        examples=["Retain"],
    )
    topic: Topic = Field(
        default=Topic(), description="The topic of the sales events.", examples=[{"name": "sales_events"}]
    )
    dead_letter_topic: DeadLetterTopic = Field(
        default=DeadLetterTopic(),
        description="The topic of the events that cannot be loaded, each with the reason in its headers.",
        examples=[{"name": "sales_events_dlq"}],
    )
    broker: Broker = Field(
        description="Where the topics live: exactly one of redpanda and external.", examples=[{"redpanda": {}}]
    )
    producer: Producer = Field(
        default=Producer(), description="The services that make the events.", examples=[{"eventsPerSecond": 50}]
    )
    consumer: Consumer = Field(
        default=Consumer(), description="The services that load the events.", examples=[{"batchSize": 100}]
    )
    warehouse: Warehouse = Field(
        description="Where the events are loaded: exactly one of emulator and snowflake.", examples=[{"emulator": {}}]
    )
    backfill: Backfill | None = Field(
        default=None,
        description="Makes history and loads it once, beside the stream. Without it none is made.",
        examples=[{"days": 365}],
    )
    monitoring: Monitoring = Field(
        default=Monitoring(),
        description="What is created for Prometheus and Grafana.",
        examples=[{"grafana": {"enabled": False}}],
    )

    cross_field_rules: ClassVar[tuple[Rule["Spec"], ...]] = (
        Rule(
            name="topics-differ",
            field="deadLetterTopic.name",
            cel="self.topic.name != self.deadLetterTopic.name",
            message="deadLetterTopic.name must differ from topic.name, or dead letters would be read as events: "
            "write for example `sales_events_dlq`",
            holds=lambda spec: spec.topic.name != spec.dead_letter_topic.name,
        ),
        Rule(
            name="replication-within-brokers",
            field="topic.replicationFactor",
            cel="!has(self.broker.redpanda) || self.topic.replicationFactor <= self.broker.redpanda.replicas",
            message="topic.replicationFactor must not exceed broker.redpanda.replicas: "
            "lower the one or raise the other",
            holds=lambda spec: (
                spec.broker.redpanda is None or spec.topic.replication_factor <= spec.broker.redpanda.replicas
            ),
        ),
        Rule(
            name="replication-odd-on-redpanda",
            field="topic.replicationFactor",
            cel="!has(self.broker.redpanda) || self.topic.replicationFactor % 2 == 1",
            message="Redpanda takes odd replication factors only: write 1, 3 or 5 for topic.replicationFactor",
            holds=lambda spec: spec.broker.redpanda is None or spec.topic.replication_factor % 2 == 1,
        ),
    )
