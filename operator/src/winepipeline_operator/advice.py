"""Advice on resources that are allowed but may not do what was meant. Each piece is data, like the rules."""

from collections.abc import Callable
from dataclasses import dataclass

from winepipeline_operator.spec import Spec
from winepipeline_operator.spec.tree import Path


@dataclass(frozen=True, slots=True)
class Advice:
    """One piece of advice.

    Attributes:
        name: Stable, in kebab-case.
        path: The field that it speaks of.
        applies: Whether the spec deserves it.
        message: What will happen.
        hint: What to write for what was likely meant.
    """

    name: str
    path: Path
    applies: Callable[[Spec], bool]
    message: Callable[[Spec], str]
    hint: str


def _more_consumers_than_partitions(spec: Spec) -> bool:
    asked = spec.consumer.replicas if spec.consumer.scaling.mode == "Off" else spec.consumer.scaling.max_replicas
    return asked > spec.topic.partitions


ADVICE: tuple[Advice, ...] = (
    Advice(
        name="idle-consumers",
        path=("spec", "consumer", "scaling", "maxReplicas"),
        applies=_more_consumers_than_partitions,
        message=lambda spec: (
            f"the topic has {spec.topic.partitions} partitions and a partition has one consumer: "
            "the extra consumers would idle"
        ),
        hint="allow at most as many consumers as topic.partitions, or add partitions",
    ),
    Advice(
        name="replicas-not-used",
        path=("spec", "consumer", "replicas"),
        applies=lambda spec: (
            "replicas" in spec.consumer.model_fields_set and spec.consumer.scaling.mode in ("Builtin", "Keda")
        ),
        message=lambda spec: f"consumer.replicas is not looked at while scaling.mode is {spec.consumer.scaling.mode}",
        hint='use scaling.minReplicas and scaling.maxReplicas, or write `mode: "Off"`',
    ),
    Advice(
        name="same-events-from-each",
        path=("spec", "producer", "seed"),
        applies=lambda spec: spec.producer.seed is not None and spec.producer.replicas > 1,
        message=lambda spec: f"all {spec.producer.replicas} producers have the same seed and make the same events",
        hint="write `replicas: 1`, or remove the seed",
    ),
    Advice(
        name="malformed-on-purpose",
        path=("spec", "producer", "invalidEventProbability"),
        applies=lambda spec: spec.producer.invalid_event_probability > 0 and spec.warehouse.snowflake is not None,
        message=lambda spec: (
            f"a share of {spec.producer.invalid_event_probability:g} of the events is malformed on purpose, "
            "beside a real account"
        ),
        hint="remove invalidEventProbability when the trial is over",
    ),
    Advice(
        name="made-up-sales",
        path=("spec", "producer"),
        applies=lambda spec: (
            spec.producer.enabled
            and "enabled" not in spec.producer.model_fields_set
            and spec.broker.external is not None
        ),
        message=lambda _: "made-up sales will be written to a topic of your own broker",
        hint="write `producer: {enabled: false}`, or `enabled: true` where they are wanted",
    ),
    Advice(
        name="password-in-clear",
        path=("spec", "broker", "external", "securityProtocol"),
        applies=lambda spec: (
            spec.broker.external is not None and spec.broker.external.security_protocol == "SASL_PLAINTEXT"
        ),
        message=lambda _: "SASL_PLAINTEXT sends events, and with PLAIN the password too, unencrypted",
        hint="write `securityProtocol: SASL_SSL` where the broker can",
    ),
    Advice(
        name="one-copy-of-each-event",
        path=("spec", "topic", "replicationFactor"),
        applies=lambda spec: (
            spec.broker.redpanda is not None
            and spec.broker.redpanda.replicas > 1
            and spec.topic.replication_factor == 1
        ),
        message=lambda _: "several brokers run, but each event is kept on one of them alone",
        hint="write `replicationFactor: 3`",
    ),
    Advice(
        name="short-retention",
        path=("spec", "topic", "retentionHours"),
        applies=lambda spec: spec.topic.retention_hours < 24 and spec.warehouse.snowflake is not None,  # noqa: PLR2004
        message=lambda spec: (
            f"events are kept for {spec.topic.retention_hours} hours: "
            "a longer stoppage of the warehouse would lose those not yet loaded"
        ),
        hint="write at least `retentionHours: 72`, to get over a weekend",
    ),
)
