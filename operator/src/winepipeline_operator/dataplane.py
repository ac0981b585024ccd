"""The data plane as its own processes and its broker tell of it. Pure: facts, and the arithmetic on them.

Nothing here is zero because somebody did not answer: what is not known is None, or absent.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from winepipeline_operator.broker_errors import BrokerError
from winepipeline_operator.identity import Manifest
from winepipeline_operator.probe import METRICS_PORT, Probe, Readiness, Target
from winepipeline_operator.scaling.observation import Busy
from winepipeline_operator.tally import Marks, Tally
from winepipeline_operator.topics import GroupFacts

CONSUMER, PRODUCER, BACKFILL = "consumer", "producer", "backfill"
COMPONENT_LABEL = "app.kubernetes.io/component"


@dataclass(frozen=True, slots=True)
class History:
    """How far a backfill is, in rows."""

    rows: int
    rows_done: int


@dataclass(frozen=True, slots=True)
class DataPlane:
    """What is known of the pipeline at work.

    Attributes:
        time_seconds: of the look, since the epoch.
        group: offsets and the group's state; None when the broker did not tell.
        broker_error: why it did not.
        rows_loaded: since the consumers began to count; at least so many.
        dead_letters: by reason; an empty reason where it is forgotten.
        rows_per_second: over the last minute.
        freshness_seconds: how old an event is when it can be queried: the median over the last minutes.
        events_produced: by this pipeline's own producers.
        committed: from each partition to the first offset that is not in the warehouse, as its consumer knows.
        since_commit_seconds: since the last commit of any consumer.
        busy: busy-seconds of each consumer that answered.
        retrying: the consumers that wait for the warehouse now.
        readiness: what each pod says of itself, by its name; a pod that did not answer is absent.
        silent: the pods that should have answered and did not.
        history: how far the backfill is; None while none loads.
    """

    time_seconds: float
    group: GroupFacts | None = None
    broker_error: BrokerError | None = None
    rows_loaded: int | None = None
    dead_letters: Mapping[str, int] | None = None
    rows_per_second: float | None = None
    freshness_seconds: float | None = None
    events_produced: int | None = None
    committed: Mapping[int, int] = field(default_factory=dict)
    since_commit_seconds: float | None = None
    busy: tuple[Busy, ...] = ()
    retrying: int | None = None
    readiness: Mapping[str, Readiness] = field(default_factory=dict)
    silent: tuple[str, ...] = ()
    history: History | None = None

    @property
    def lag(self) -> int | None:
        """Events that wait in the topic; None unless every partition is known."""
        return None if self.group is None else sum(each.lag for each in self.group.partitions)


def targets(pods: Iterable[Manifest]) -> tuple[Target, ...]:
    """The pods that can be asked: those of our services with an address whose containers run, by name."""
    found = []
    for pod in pods:
        metadata, status = pod["metadata"], pod.get("status") or {}
        component = (metadata.get("labels") or {}).get(COMPONENT_LABEL)
        running = [each for each in status.get("containerStatuses") or () if "running" in (each.get("state") or {})]
        if component in {CONSUMER, PRODUCER, BACKFILL} and status.get("podIP") and running:
            ready = any(each["type"] == "Ready" and each["status"] == "True" for each in status.get("conditions") or ())
            found.append(Target(metadata["name"], component, status["podIP"], METRICS_PORT, expected=ready))
    return tuple(sorted(found))


class Watch:
    """Looks one after another, and what they tell together. For one thread."""

    def __init__(self, tally: Tally | None = None) -> None:
        """`tally` is what an operator before this one knew."""
        self._tally = tally or Tally()
        self._marks = Marks()

    def look(
        self,
        time_seconds: float,
        probes: tuple[Probe, ...],
        group: GroupFacts | None,
        broker_error: BrokerError | None = None,
    ) -> DataPlane:
        """The facts after one more look."""
        said = {each.target.name: each.readiness for each in probes if each.readiness is not None}
        history = _history(probes)
        probes = tuple(each for each in probes if each.target.component != BACKFILL)  # it counts no events of the topic
        known = self._tally.pods
        silent = {
            each.target.name: each.target.component
            for each in probes
            if each.reading is None and (each.target.expected or each.target.name in known)
        }
        self._tally = self._tally.after(probes)
        total, begun = self._tally.total, self._tally.begun
        consumers = [each for each in probes if each.target.component == CONSUMER]
        if begun and CONSUMER not in silent.values():
            self._marks.add(time_seconds, total)
        answers = [each.reading for each in consumers if each.reading is not None]
        committed: dict[int, int] = {}
        for each in answers:
            for number, offset in each.committed.items():
                committed[number] = max(offset, committed.get(number, 0))
        since = [each.since_commit_seconds for each in answers if each.since_commit_seconds is not None]
        return DataPlane(
            time_seconds=time_seconds,
            group=group,
            broker_error=broker_error,
            rows_loaded=total.loaded if begun else self._tally.carried.loaded or None,
            dead_letters=total.rejected if begun else self._tally.carried.rejected or None,
            rows_per_second=self._marks.rows_per_second(time_seconds),
            freshness_seconds=self._marks.freshness(time_seconds).quantile(0.5),
            events_produced=total.produced if begun else None,
            committed=committed,
            since_commit_seconds=min(since, default=None),
            busy=_busy(consumers),
            retrying=sum(each.retrying for each in answers) if answers else None,
            readiness=said,
            silent=tuple(silent),
            history=history,
        )


def _history(probes: Iterable[Probe]) -> History | None:
    for each in probes:
        reading = each.reading if each.target.component == BACKFILL else None
        if reading is not None and reading.history_rows is not None:
            return History(reading.history_rows, reading.history_rows_done or 0)
    return None


def _busy(consumers: Iterable[Probe]) -> tuple[Busy, ...]:
    return tuple(
        Busy(each.target.name, each.reading.busy_seconds)
        for each in consumers
        if each.reading is not None and each.reading.busy_seconds is not None
    )
