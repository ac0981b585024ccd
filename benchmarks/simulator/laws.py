"""The laws that compete: ours, and KEDA's with what the HorizontalPodAutoscaler makes of it by default."""

import math
from dataclasses import dataclass, field
from typing import Protocol

from winepipeline_operator.scaling.decision import Decision
from winepipeline_operator.scaling.law import decide
from winepipeline_operator.scaling.observation import Failure, Observation
from winepipeline_operator.scaling.settings import ScalingSettings
from winepipeline_operator.scaling.state import State


class Law(Protocol):
    """Says how many replicas there are to be."""

    def replicas(self, seen: Observation | Failure) -> int:
        """From what is seen at one poll."""


@dataclass(slots=True)
class Builtin:
    """Ours."""

    settings: ScalingSettings
    state: State = field(default_factory=State)
    decisions: list[Decision] = field(default_factory=list)

    def replicas(self, seen: Observation | Failure) -> int:
        """As the operator does it, the state kept from one poll to the next."""
        decision, self.state = decide(self.settings, self.state, seen)
        if decision.changes:
            self.decisions.append(decision)
        return decision.replicas


@dataclass(slots=True)
class Keda:
    """KEDA's Kafka trigger (`pkg/scalers/kafka_scaler.go`, `pkg/scaling/executor`) and the HPA it makes.

    The HPA's defaults (`pkg/controller/podautoscaler`): a tolerance of 10 %; up at once, by 4 or to the double within
    15 s, whichever is more; down to the largest recommendation of 300 s. KEDA's: asleep after a cool-down of 300 s
    without lag, looked at every 30 s; no fallback, so that a failed look changes nothing.

    Attributes:
        threshold: lagThreshold, events a replica.
        partitions: of the topic; more lag than they times the threshold does not count.
        min_replicas: minReplicaCount.
        max_replicas: maxReplicaCount.
        even: ensureEvenDistributionOfPartitions.
    """

    threshold: int
    partitions: int
    min_replicas: int
    max_replicas: int
    even: bool = False
    _advice: list[tuple[float, int]] = field(default_factory=list)
    _growth: list[tuple[float, int]] = field(default_factory=list)
    _active: float = 0.0

    def replicas(self, seen: Observation | Failure) -> int:
        """As KEDA and the HPA do it together."""
        now, current = seen.time_seconds, seen.replicas_wanted
        if isinstance(seen, Failure):
            return current
        lag = sum(each.end_offset - (each.committed_offset or 0) for each in seen.partitions)
        if self.min_replicas == 0 and now % 30 == 0:
            if lag > 0:
                self._active = now
                current = max(1, current)
            elif now - self._active > 300:
                return 0
        if current == 0 or seen.replicas_wanted == 0:
            return current
        return self._bounded(now, current, self._stable(now, current, self.wanted(lag, current)))

    def wanted(self, lag: int, current: int) -> int:
        """What the metric asks for: the lag, capped, over the threshold, unless that is within the tolerance."""
        metric = lag
        if self.even:
            factors = [n for n in range(1, self.partitions + 1) if self.partitions % n == 0]
            metric = self.threshold * next((n for n in factors if n * self.threshold >= lag), self.partitions)
        if metric // self.threshold > self.partitions:
            metric = self.partitions * self.threshold
        ratio = metric / (self.threshold * current)
        return current if abs(1 - ratio) <= 0.1 else math.ceil(metric / self.threshold)

    def _stable(self, now: float, current: int, wanted: int) -> int:
        """Down only to the largest advice of five minutes; at its start the HPA counts what there is as advice."""
        if not self._advice:
            self._advice.append((now, current))
        self._advice = [*(each for each in self._advice if each[0] > now - 300), (now, wanted)]
        return wanted if wanted >= current else max(each for _, each in self._advice)

    def _bounded(self, now: float, current: int, wanted: int) -> int:
        self._growth = [each for each in self._growth if each[0] > now - 15]
        before = current - sum(grown for _, grown in self._growth)
        if wanted > current:
            wanted = min(wanted, max(current, before + 4, before * 2))
        wanted = min(max(wanted, self.min_replicas, 1), self.max_replicas)
        if wanted > current:
            self._growth.append((now, wanted - current))
        return wanted
