"""The producer: sales and stock movements, made up at the rate the resource asks for."""

from typing import ClassVar

from pydantic import Field

from winepipeline_operator.spec.form import IdRange
from winepipeline_operator.spec.part import Part
from winepipeline_operator.spec.rule import Rule


class Calm(Part):
    """What lies between two rushes, for a load that comes in waves."""

    events_per_second: float = Field(
        gt=0,
        le=1_000_000,
        description="How many events each producer makes in a second between two rushes, at most.",
        examples=[50],
    )
    after_seconds: float = Field(
        default=30,
        gt=0,
        le=86_400,
        description="How long a rush is: the pace of the producer itself. A load begins with one.",
        examples=[30],
    )
    for_seconds: float = Field(
        default=90, gt=0, le=86_400, description="How long it is from a rush's end to the next.", examples=[90]
    )


class Producer(Part):
    """The services that make the events."""

    enabled: bool = Field(default=True, description="Whether events are made at all.", examples=[False])
    replicas: int = Field(default=1, ge=1, le=100, description="How many producers run.", examples=[1])
    event_generation_delay_seconds: float | None = Field(
        default=None,
        gt=0,
        le=3600,
        description="Seconds from one event to the next, of each producer. "
        "1 when neither this nor eventsPerSecond is given. Not together with eventsPerSecond.",
        examples=[1],
    )
    events_per_second: float | None = Field(
        default=None,
        gt=0,
        le=1_000_000,
        description="How many events each producer makes in a second. Not together with eventGenerationDelaySeconds.",
        examples=[50],
    )
    calm: Calm | None = Field(
        default=None,
        description="The load comes in waves: for a while at the pace above, then for a while at this one, and again. "
        "Without it the pace never changes.",
        examples=[{"eventsPerSecond": 50, "afterSeconds": 30, "forSeconds": 90}],
    )
    order_created_probability: float = Field(
        default=0.7,
        ge=0,
        le=1,
        description="How many of the events are orders; the others are stock movements.",
        examples=[0.7],
    )
    product_id_range: IdRange = Field(
        default=(1000, 1049),
        description="The first and the last product id. All that is said of a product follows from its id.",
        examples=[[1000, 1049]],
    )
    customer_id_range: IdRange = Field(
        default=(1, 150), description="The first and the last customer id.", examples=[[1, 150]]
    )
    invalid_event_probability: float = Field(
        default=0,
        ge=0,
        le=1,
        description="How many of the events are malformed on purpose, to see the dead-letter path at work.",
        examples=[0.02],
    )
    seed: int | None = Field(
        default=None,
        ge=0,
        le=9_007_199_254_740_991,
        description="Makes the stream of events reproducible: the same seed makes the same events.",
        examples=[42],
    )

    cross_field_rules: ClassVar[tuple[Rule["Producer"], ...]] = (
        Rule(
            name="rate-or-delay",
            field="eventsPerSecond",
            cel="!(has(self.eventsPerSecond) && has(self.eventGenerationDelaySeconds))",
            message="eventsPerSecond and eventGenerationDelaySeconds both set the pace: remove one of the two",
            holds=lambda producer: (
                producer.events_per_second is None or producer.event_generation_delay_seconds is None
            ),
        ),
        Rule(
            name="product-ids-ordered",
            field="productIdRange",
            cel="self.productIdRange[0] <= self.productIdRange[1]",
            message="productIdRange is [first, last]: write the smaller id first",
            holds=lambda producer: producer.product_id_range[0] <= producer.product_id_range[1],
        ),
        Rule(
            name="customer-ids-ordered",
            field="customerIdRange",
            cel="self.customerIdRange[0] <= self.customerIdRange[1]",
            message="customerIdRange is [first, last]: write the smaller id first",
            holds=lambda producer: producer.customer_id_range[0] <= producer.customer_id_range[1],
        ),
    )
