"""One condition before it is written down."""

from dataclasses import dataclass
from typing import Literal

from winepipeline_operator.conditions.reason import Reason

Aspect = Literal[
    "Ready",
    "BrokerReady",
    "TopicsReady",
    "WarehouseReady",
    "ConsumersReady",
    "ProducerReady",
    "MonitoringReady",
    "ScalingActive",
    "KeepsUp",
    "EventsLoadable",
    "Stalled",
    "HistoryLoaded",
]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said of one aspect of a pipeline.

    Attributes:
        aspect: the condition's type.
        holds: None: unknown.
        reason: why, in one word.
        message: why, and what to do.
    """

    aspect: Aspect
    holds: bool | None
    reason: Reason
    message: str

    @classmethod
    def yes(cls, aspect: Aspect, reason: Reason, message: str) -> "Verdict":
        """It holds."""
        return cls(aspect, holds=True, reason=reason, message=message)

    @classmethod
    def no(cls, aspect: Aspect, reason: Reason, message: str) -> "Verdict":
        """It does not."""
        return cls(aspect, holds=False, reason=reason, message=message)

    @classmethod
    def unknown(cls, aspect: Aspect, reason: Reason, message: str) -> "Verdict":
        """It cannot be said."""
        return cls(aspect, holds=None, reason=reason, message=message)


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong with a part.

    Attributes:
        reason: in one word.
        message: what happened and what to do.
        passing: whether it may well be over in a moment: pods start, new ones take the place of old ones.
    """

    reason: Reason
    message: str
    passing: bool = False
