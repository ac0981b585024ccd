"""The topics: where the events are, and where those go that cannot be loaded."""

from typing import ClassVar

from pydantic import Field

from winepipeline_operator.spec.form import TopicName
from winepipeline_operator.spec.part import Part
from winepipeline_operator.spec.rule import Transition


class Topic(Part):
    """The topic of the sales events."""

    name: TopicName = Field(
        default="sales_events",
        description="The topic's name. It cannot be changed later: the ledger in the warehouse counts by it.",
        examples=["sales_events"],
    )
    partitions: int = Field(
        default=6,
        ge=1,
        le=1000,
        description="How many partitions the topic has: no more consumers than this can share the work. "
        "It may grow, never shrink.",
        examples=[6],
    )
    replication_factor: int = Field(
        default=1,
        ge=1,
        le=9,
        description="On how many brokers each event is kept, in this topic and in the dead-letter topic. "
        "3 survives the loss of a broker. It may grow, never shrink.",
        examples=[3],
    )
    retention_hours: int = Field(
        default=168,
        ge=1,
        le=87_600,
        description="For how many hours the broker keeps an event, loaded or not: "
        "the longest stoppage of the warehouse that loses nothing.",
        examples=[168],
    )

    transition_rules: ClassVar[tuple[Transition["Topic"], ...]] = (
        Transition(
            name="topic-name-immutable",
            field="name",
            cel="self.name == oldSelf.name",
            message="the topic's name cannot be changed: the ledger counts by it; create a second WinePipeline instead",
            holds=lambda old, new: new.name == old.name,
        ),
        Transition(
            name="topic-partitions-never-shrink",
            field="partitions",
            cel="self.partitions >= oldSelf.partitions",
            message="partitions cannot be taken away from a topic: write at least the number that was there",
            holds=lambda old, new: new.partitions >= old.partitions,
        ),
        Transition(
            name="replication-factor-never-shrinks",
            field="replicationFactor",
            cel="self.replicationFactor >= oldSelf.replicationFactor",
            message="the replication factor cannot shrink: write at least the number that was there",
            holds=lambda old, new: new.replication_factor >= old.replication_factor,
        ),
    )


class DeadLetterTopic(Part):
    """The topic of the events that cannot be loaded, each with the reason in its headers."""

    name: TopicName = Field(
        default="sales_events_dlq",
        description="The topic's name. It must differ from the events' own topic.",
        examples=["sales_events_dlq"],
    )
    partitions: int = Field(
        default=1,
        ge=1,
        le=1000,
        description="How many partitions the topic has. It may grow, never shrink.",
        examples=[1],
    )

    transition_rules: ClassVar[tuple[Transition["DeadLetterTopic"], ...]] = (
        Transition(
            name="dead-letter-partitions-never-shrink",
            field="partitions",
            cel="self.name != oldSelf.name || self.partitions >= oldSelf.partitions",
            message="partitions cannot be taken away from a topic: write at least the number that was there",
            holds=lambda old, new: new.name != old.name or new.partitions >= old.partitions,
        ),
    )
