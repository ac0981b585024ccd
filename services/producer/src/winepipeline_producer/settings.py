"""The producer's settings, from the environment."""

from pydantic import Field

from winepipeline_process.id_range import IDS_ALLOWED, LAST_ID, IdRange
from winepipeline_process.kafka_settings import KafkaSettings
from winepipeline_process.settings import ProcessSettings
from winepipeline_producer.waves import Waves


class ProducerSettings(KafkaSettings, ProcessSettings):
    """Everything that the producer reads from its environment."""

    topic: str = Field(
        "sales_events",
        alias="KAFKA_TOPIC",
        description="The topic that the events go to.",
        examples=["sales_events"],
        min_length=1,
        max_length=249,
    )
    event_generation_delay_seconds: float = Field(
        1,
        alias="EVENT_GENERATION_DELAY",
        description="Seconds from one event to the next; 0 makes them as fast as the broker takes them.",
        examples=[0.5],
        ge=0,
        le=3600,
    )
    events_per_second: float | None = Field(
        None,
        alias="EVENTS_PER_SECOND",
        description="The events in a second; stands in place of EVENT_GENERATION_DELAY.",
        examples=[500],
        gt=0,
        le=1_000_000,
    )
    calm_events_per_second: float | None = Field(
        None,
        alias="EVENTS_CALM_PER_SECOND",
        description="The most events in a second between two rushes: with it the load comes in waves, and the pace "
        "above is a rush's.",
        examples=[50],
        gt=0,
        le=1_000_000,
    )
    rush_seconds: float = Field(
        30,
        alias="EVENTS_RUSH_SECONDS",
        description="Seconds of a rush, where EVENTS_CALM_PER_SECOND is given.",
        examples=[30],
        gt=0,
        le=86_400,
    )
    calm_seconds: float = Field(
        90,
        alias="EVENTS_CALM_SECONDS",
        description="Seconds from the end of a rush to the next, where EVENTS_CALM_PER_SECOND is given.",
        examples=[90],
        gt=0,
        le=86_400,
    )
    order_created_probability: float = Field(
        0.7,
        alias="ORDER_CREATED_PROBABILITY",
        description="The share of orders among the events; the others are stock movements.",
        examples=[0.7],
        ge=0,
        le=1,
    )
    product_id_range: IdRange = Field(
        (1000, 1049),
        alias="PRODUCT_ID_RANGE",
        description="The first and the last product id.",
        examples=["1000-1049"],
        json_schema_extra={"allowed": IDS_ALLOWED},
    )
    customer_id_range: IdRange = Field(
        (1, 150),
        alias="CUSTOMER_ID_RANGE",
        description="The first and the last customer id.",
        examples=["1-150"],
        json_schema_extra={"allowed": IDS_ALLOWED},
    )
    invalid_event_probability: float = Field(
        0,
        alias="INVALID_EVENT_PROBABILITY",
        description="The share of events that are malformed on purpose, to see the dead letters at work.",
        examples=[0.02],
        ge=0,
        le=1,
    )
    seed: int | None = Field(
        None,
        alias="SEED",
        description="Makes the events reproducible: the same seed, at the same times, makes the same bytes.",
        examples=[42],
        ge=0,
        le=LAST_ID,
    )
    event_count: int | None = Field(
        None, alias="EVENT_COUNT", description="Stops after so many events.", examples=[10_000], ge=1
    )
    stop_seconds: float = Field(
        10,
        alias="STOP_SECONDS",
        description="Seconds that a stop may take to deliver what is queued.",
        examples=[10],
        ge=0,
        le=600,
    )

    @property
    def rate(self) -> float | None:
        """Events in a second, in a rush where the load comes in waves; None for as many as the broker takes."""
        if self.events_per_second is not None:
            return self.events_per_second
        return 1 / self.event_generation_delay_seconds if self.event_generation_delay_seconds else None

    @property
    def waves(self) -> Waves:
        """All rates, and how long each lasts."""
        return Waves(self.rate, self.rush_seconds, self.calm_events_per_second, self.calm_seconds)
