"""The backfill: history, made once and loaded beside the stream."""

from pydantic import Field

from winepipeline_operator.spec.part import Part


class Backfill(Part):
    """A Job that makes the past and loads it, once."""

    days: int = Field(
        default=365, ge=1, le=3650, description="How many days of history, up to yesterday.", examples=[365]
    )
    orders_per_day: int = Field(
        default=200, ge=1, le=1_000_000, description="How many orders a day, on average.", examples=[200]
    )
    seed: int | None = Field(
        default=None,
        ge=0,
        le=9_007_199_254_740_991,
        description="The same seed makes the same history; without one it is 1.",
        examples=[42],
    )
