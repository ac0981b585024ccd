"""What two observations tell together: how fast events came, how fast they were taken, how busy the consumers were."""

from dataclasses import dataclass

from winepipeline_operator.scaling.observation import Observation, Partition


@dataclass(frozen=True, slots=True)
class Rates:
    """Between two observations.

    Attributes:
        seconds: between them.
        arrival: events/s that came to each partition, by its number.
        consumption: events/s that were taken from each.
        busy_seconds: of all consumers together; None unless each one that is ready was measured twice.
    """

    seconds: float
    arrival: tuple[float, ...]
    consumption: tuple[float, ...]
    busy_seconds: float | None

    @property
    def arrived(self) -> float:
        """Events/s that came to the topic."""
        return sum(self.arrival)

    @property
    def consumed(self) -> float:
        """Events/s that the group took."""
        return sum(self.consumption)


def rates(first: Observation, last: Observation) -> Rates:
    """The rates between two observations of the same partitions, the later one second."""
    seconds = last.time_seconds - first.time_seconds
    pairs = list(zip(first.by_number(), last.by_number(), strict=True))
    return Rates(
        seconds=seconds,
        arrival=tuple((after.end_offset - before.end_offset) / seconds for before, after in pairs),
        consumption=tuple(_taken(before, after) / seconds for before, after in pairs),
        busy_seconds=_busy(first, last),
    )


def _taken(before: Partition, after: Partition) -> int:
    """Events taken between two looks; a position that retention has pushed forward took nothing."""
    return max(0, after.position - max(before.position, after.log_start_offset))


def _busy(first: Observation, last: Observation) -> float | None:
    earlier = {each.consumer: each.seconds for each in first.busy}
    spent = [each.seconds - earlier[each.consumer] for each in last.busy if each.consumer in earlier]
    if len(spent) < last.replicas_ready or not spent or min(spent) < 0:
        return None
    return sum(spent)
