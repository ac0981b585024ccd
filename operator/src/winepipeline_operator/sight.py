"""What one look at a pipeline's data plane brought, for those who decide and for the status. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from winepipeline_operator.broker_errors import BrokerError
from winepipeline_operator.dataplane import DataPlane
from winepipeline_operator.identity import SCALER_FIELD_MANAGER, Manifest
from winepipeline_operator.ownership import owners_of_replicas
from winepipeline_operator.scaling.ledger import Ledger
from winepipeline_operator.scaling.observation import Failure, Observation, Partition
from winepipeline_operator.stall import Stall
from winepipeline_operator.topics import Difference, OwnTopic, told_topics
from winepipeline_operator.trend import Trend


@dataclass(frozen=True, slots=True)
class Sight:
    """The newest look.

    Attributes:
        data_plane: what is known of the pipeline at work.
        ledger: of the scaler's decisions.
        topics: how the topics are not as wanted, after what may be mended was mended; None: not known.
        refused: what the broker did not let us mend.
        trend: the flow over the last minutes.
        stall: what stands.
        own: the topics that the pipeline made, or has set on a broker of its own.
    """

    data_plane: DataPlane
    ledger: Ledger = field(default_factory=Ledger)
    topics: tuple[Difference, ...] | None = None
    refused: BrokerError | None = None
    trend: Trend = field(default_factory=Trend)
    stall: Stall | None = None
    own: tuple[OwnTopic, ...] = ()

    @property
    def broker_error(self) -> BrokerError | None:
        """What goes wrong with the broker, the gravest first."""
        return self.data_plane.broker_error if self.topics is None else self.refused or self.data_plane.broker_error

    def differs_notably(self, other: "Sight | None") -> bool:
        """Whether somebody who saw `other` wants to see this now, and not only at the next regular round."""
        return other is None or self.ledger.worth_writing or _outline(self) != _outline(other)


def _outline(sight: Sight) -> tuple[Any, ...]:
    plane = sight.data_plane
    reasons = sorted((name, each.reason) for name, each in plane.readiness.items())
    error = None if plane.broker_error is None else plane.broker_error.reason
    lag = None if plane.lag is None else plane.lag.bit_length()
    topics = None if sight.topics is None else [each.reason for each in sight.topics]
    refused = None if sight.refused is None else sight.refused.reason
    flow = (bool(plane.rows_per_second), bool(plane.retrying), sight.stall is not None)
    tenths = None if plane.history is None else plane.history.rows_done * 10 // max(1, plane.history.rows)
    return (sight.ledger.mode, error, refused, topics, sight.own, lag, reasons, plane.silent, flow, tenths)


@dataclass(frozen=True, slots=True)
class Fleet:
    """The consumers' Deployment, as far as the scaler cares.

    Attributes:
        replicas_wanted: in its spec.
        replicas_ready: in its status.
        owned: whether the scaler is an owner of the number wanted.
    """

    replicas_wanted: int
    replicas_ready: int
    owned: bool


def fleet(deployment: Manifest) -> Fleet:
    """From the Deployment, as the API server tells it."""
    status = deployment.get("status") or {}
    return Fleet(
        replicas_wanted=int(deployment["spec"].get("replicas", 1)),
        replicas_ready=int(status.get("readyReplicas", 0)),
        owned=SCALER_FIELD_MANAGER in {each["manager"] for each in owners_of_replicas(deployment["metadata"])},
    )


def observation(plane: DataPlane, consumers: Fleet) -> Observation | Failure:
    """What the scaling law decides from."""
    wanted = consumers.replicas_wanted
    if plane.group is None:
        why = "the broker was not asked" if plane.broker_error is None else plane.broker_error.message
        return Failure(plane.time_seconds, why, wanted)
    return Observation(
        time_seconds=plane.time_seconds,
        partitions=plane.group.partitions,
        group_state=plane.group.state,
        replicas_wanted=wanted,
        replicas_ready=consumers.replicas_ready,
        busy=plane.busy,
    )


def status_fields(sight: Sight | None, before: Mapping[str, Any]) -> dict[str, Any]:
    """What the status says of the data plane, by the names of the API.

    Args:
        sight: the newest look; None before the first: then what was said before stands, the scaler's memory included.
        before: the status until now.
    """
    if sight is None:
        told = {name: before[name] for name in _TOLD if name in before}
        return {name: tuple(value) if isinstance(value, list) else value for name, value in told.items()}
    plane = sight.data_plane
    group = () if plane.group is None else plane.group.partitions
    ends = {each.number: each for each in group}
    known = {
        "lag": plane.lag,
        "rowsPerSecond": None if plane.rows_per_second is None else round(plane.rows_per_second, 1),
        "rowsLoaded": plane.rows_loaded,
        "deadLetters": None if plane.dead_letters is None else sum(plane.dead_letters.values()),
        "freshnessSeconds": None if plane.freshness_seconds is None else round(plane.freshness_seconds, 3),
        "partitions": tuple(_partition(each, plane, ends.get(each)) for each in sorted({*ends, *plane.committed})),
        "topics": told_topics(sight.own),
        "scaling": sight.ledger.to_status(),
    }
    return {name: value for name, value in known.items() if value is not None and value != ()}


_TOLD = ("lag", "rowsPerSecond", "rowsLoaded", "deadLetters", "freshnessSeconds", "partitions", "topics", "scaling")


def _partition(number: int, plane: DataPlane, seen: Partition | None) -> dict[str, int]:
    """How far a partition is loaded: as its consumer knows, and the broker where no consumer tells."""
    committed = plane.committed.get(number, None if seen is None else seen.committed_offset)
    told = {"partition": number}
    if committed is not None:
        told["committedOffset"] = committed
    if seen is not None:
        told |= {"endOffset": seen.end_offset, "lag": seen.lag}
    return told
