"""The broker: a Redpanda that the operator runs, or a Kafka that stands already."""

from typing import ClassVar

from pydantic import Field

from winepipeline_operator.spec.external import External
from winepipeline_operator.spec.part import Part
from winepipeline_operator.spec.redpanda import Redpanda
from winepipeline_operator.spec.rule import Rule, Transition


class Broker(Part):
    """Where the topics live: exactly one of the two."""

    redpanda: Redpanda | None = Field(
        default=None,
        description="Run Redpanda for this pipeline. `{}` takes every default. "
        "On a laptop `winepipeline up` starts an embedded Apache Kafka in its place.",
        examples=[{"replicas": 3}],
    )
    external: External | None = Field(
        default=None,
        description="Use a Kafka-compatible broker that stands already.",
        examples=[{"bootstrapServers": "kafka:9092"}],
    )

    cross_field_rules: ClassVar[tuple[Rule["Broker"], ...]] = (
        Rule(
            name="one-broker",
            field="redpanda",
            cel="has(self.redpanda) != has(self.external)",
            message="give exactly one of redpanda and external: "
            '`redpanda: {}` runs a broker, `external: {bootstrapServers: "kafka:9092"}` uses yours',
            holds=lambda broker: (broker.redpanda is None) != (broker.external is None),
        ),
    )
    transition_rules: ClassVar[tuple[Transition["Broker"], ...]] = (
        Transition(
            name="broker-kind-immutable",
            field="redpanda",
            cel="has(self.redpanda) == has(oldSelf.redpanda)",
            message="a pipeline cannot move between redpanda and external: events not yet loaded would stay behind; "
            "create a second WinePipeline and delete this one when it is drained",
            holds=lambda old, new: (new.redpanda is None) == (old.redpanda is None),
        ),
    )
