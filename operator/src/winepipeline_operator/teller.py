"""Posts Events: what a person would want to see in `kubectl describe`, and never a flood of it."""

import logging
import threading
import time
from dataclasses import dataclass

from winepipeline_operator.cache import Key
from winepipeline_operator.conditions.reason import Reason
from winepipeline_operator.event import Subject, event
from winepipeline_operator.kube import Kube
from winepipeline_operator.kube_errors import KubeError
from winepipeline_operator.spec import KIND

_LOG = logging.getLogger(__name__)

BURST = 25
REFILL_SECONDS = 60.0
"""A resource may have so many Events at once, and one more in each such time: as Kubernetes' own recorders hold it."""


@dataclass(slots=True)
class _Bucket:
    left: float
    seconds: float


class Teller:
    """For all pipelines and replays; any thread may call."""

    def __init__(self, kube: Kube) -> None:
        self._kube = kube
        self._lock = threading.Lock()
        self._buckets: dict[tuple[str, str, str], _Bucket] = {}

    def tell(self, subject: Subject, reason: Reason, message: str, *, warning: bool = False) -> None:
        """Post an Event; one that cannot be posted is only logged."""
        namespace, name = subject.metadata.namespace, subject.metadata.name
        what = "pipeline" if subject.kind == KIND else "replay"
        fields = {"fields": {"namespace": namespace, what: name, "reason": str(reason)}}
        _LOG.log(logging.WARNING if warning else logging.INFO, "%s", message, extra=fields)
        if not self._may((subject.kind, namespace, name)):
            return
        try:
            self._kube.post_event(namespace, event(subject, reason, message, time.time(), warning=warning))
        except KubeError as error:
            _LOG.debug("%s", error.message)

    def forget(self, key: Key) -> None:
        """The pipeline is gone."""
        with self._lock:
            self._buckets.pop((KIND, *key), None)

    def _may(self, key: tuple[str, str, str]) -> bool:
        now = time.monotonic()
        with self._lock:
            bucket = self._buckets.setdefault(key, _Bucket(BURST, now))
            bucket.left = min(BURST, bucket.left + (now - bucket.seconds) / REFILL_SECONDS)
            bucket.seconds = now
            if bucket.left < 1:
                return False
            bucket.left -= 1
            return True
