"""Starts a consumer again that holds partitions and does not commit, though it says that all is well: seldom."""

import time
from dataclasses import dataclass, field

from winepipeline_operator.cache import Cache, Key
from winepipeline_operator.conditions.reason import Reason
from winepipeline_operator.kinds import POD
from winepipeline_operator.kube import Kube
from winepipeline_operator.kube_errors import KubeError
from winepipeline_operator.spec import WinePipeline
from winepipeline_operator.stall import Stall
from winepipeline_operator.teller import Teller

RESTART_SECONDS = 600.0
"""From one consumer of a pipeline that is started again to the next."""


@dataclass(slots=True)
class Restarts:
    """For all pipelines; any thread may call, one at a time for each pipeline."""

    kube: Kube
    cache: Cache
    teller: Teller
    _last: dict[Key, float] = field(default_factory=dict)

    def turn(self, key: Key, pipeline: WinePipeline, stall: Stall | None) -> None:
        """Delete the pod of the first suspect, if there is one and the last one was long ago: it is made anew."""
        if stall is None or not stall.suspects or pipeline.spec.paused:
            return
        now = time.monotonic()
        last = self._last.get(key)
        pod = self.cache.find(POD, key[0], stall.suspects[0])
        if pod is None or (last is not None and now - last < RESTART_SECONDS):
            return
        self._last[key] = now
        try:
            self.kube.delete(POD, key[0], pod.name, pod.body()["metadata"]["uid"])
        except KubeError:  # it went by itself, or the next look tries again when it may
            return
        what = (
            f"started {pod.name} again: {stall.lag:,} events waited, and nobody had committed for {stall.seconds:.0f} s"
        )
        self.teller.tell(pipeline, Reason.CONSUMER_RESTARTED, what, warning=True)

    def forget(self, key: Key) -> None:
        """The pipeline is gone."""
        self._last.pop(key, None)
