"""The consumer's settings, from the environment."""

from collections.abc import Iterator

from pydantic import Field

from winepipeline_process.kafka_settings import KafkaSettings
from winepipeline_process.settings import ProcessSettings
from winepipeline_warehouse.settings import WarehouseSettings


class ConsumerSettings(KafkaSettings, ProcessSettings, WarehouseSettings):
    """Everything that the consumer reads from its environment."""

    topic: str = Field(
        "sales_events",
        alias="KAFKA_TOPIC",
        description="The topic of the events.",
        examples=["sales_events"],
        min_length=1,
    )
    dead_letter_topic: str = Field(
        "sales_events_dlq",
        alias="KAFKA_DEAD_LETTER_TOPIC",
        description="The topic for events that are turned away.",
        examples=["sales_events_dlq"],
        min_length=1,
    )
    group_id: str = Field(
        "snowflake-ingestion-group",
        alias="CONSUMER_GROUP_ID",
        description="The consumer group.",
        examples=["snowflake-ingestion-group"],
        min_length=1,
    )
    group_instance_id: str | None = Field(
        None,
        alias="GROUP_INSTANCE_ID",
        description="A name that outlives a restart (the pod's), so that a restart moves no partitions.",
        examples=["albert-consumer-0"],
    )
    batch_size: int = Field(
        100,
        alias="BATCH_SIZE",
        description="Events that are worth a load of their own.",
        examples=[100],
        ge=1,
        le=1_000_000,
    )
    max_batch_size: int = Field(
        50_000,
        alias="MAX_BATCH_SIZE",
        description="The most events in one load; a backlog is loaded in batches of this size.",
        examples=[50_000],
        ge=1,
        le=1_000_000,
    )
    max_batch_bytes: int = Field(
        16 * 1024 * 1024,
        alias="MAX_BATCH_BYTES",
        description="The most bytes of events in one load.",
        examples=[16_777_216],
        ge=1024,
        le=256 * 1024 * 1024,
    )
    timeout_ms: int = Field(
        1000,
        alias="CONSUMER_TIMEOUT_MS",
        description="Milliseconds after which fewer than BATCH_SIZE events are loaded too.",
        examples=[1000],
        ge=10,
        le=60_000,
    )
    max_event_bytes: int = Field(
        1_048_576,
        alias="MAX_EVENT_BYTES",
        description="The largest event; larger ones are dead letters.",
        examples=[1_048_576],
        ge=1024,
        le=16_000_000,
    )
    max_event_depth: int = Field(
        32,
        alias="MAX_EVENT_DEPTH",
        description="The deepest nesting of an event; deeper ones are dead letters.",
        examples=[32],
        ge=4,
        le=200,
    )
    queue_kilobytes: int = Field(
        16_384,
        alias="FETCH_QUEUE_KILOBYTES",
        description="How much librdkafka fetches ahead.",
        examples=[16_384],
        ge=1024,
        le=1_048_576,
    )
    session_timeout_ms: int = Field(
        30_000,
        alias="CONSUMER_SESSION_TIMEOUT_MS",
        description="Milliseconds without a heartbeat after which the group gives our partitions to others.",
        examples=[30_000],
        ge=6000,
        le=300_000,
    )
    accepted_topic_id: str | None = Field(
        None,
        alias="ACCEPTED_TOPIC_ID",
        description="The id of a topic made again under the old name, once a person has decided to load it.",
        examples=["lJKPyQDIT3iqUqwJSsVJYQ"],
    )
    stop_seconds: float = Field(
        20,
        alias="STOP_SECONDS",
        description="Seconds that a stop may take to finish the loads in hand before it drops them.",
        examples=[20],
        ge=0,
        le=600,
    )
    max_refused_rows: int = Field(
        100,
        alias="MAX_REFUSED_ROWS",
        description="How many rows one after another the warehouse may refuse for their data before the consumer waits "
        "for somebody to look at the table, instead of making dead letters of all that comes; 0: it never waits.",
        examples=[100],
        ge=0,
        le=1_000_000,
    )
    audit_interval_seconds: float = Field(
        900,
        alias="AUDIT_INTERVAL_SECONDS",
        description="Seconds between two audits of what this consumer has loaded; 0 makes none.",
        examples=[900],
        ge=0,
        le=86_400,
    )

    def contradictions(self) -> Iterator[str]:
        """Sizes that do not agree, and letters that would come back."""
        if self.batch_size > self.max_batch_size:
            yield f"BATCH_SIZE is {self.batch_size}, allowed: at most MAX_BATCH_SIZE ({self.max_batch_size})"
        if self.topic == self.dead_letter_topic:
            yield f"KAFKA_TOPIC and KAFKA_DEAD_LETTER_TOPIC are both {self.topic}: a letter would come back"
