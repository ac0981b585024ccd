"""Notices when somebody else changes a child back each time that it is put right: two that will not give in."""

import threading
import time
from collections import deque

from winepipeline_operator.kube_errors import KubeError
from winepipeline_operator.observed import ChildId

WINDOW_SECONDS = 60.0
MOST = 6
"""So often a child is put right within the window; after that it rests until the window has passed."""


class Contested(KubeError):
    """Somebody else wants it otherwise."""

    reason = "Contested"
    hint = "find out who: kubectl get … -o yaml --show-managed-fields; or pause the reconciliation by the annotation"


class Contests:
    """When each child was put right; any thread may call."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._times: dict[tuple[str, ChildId, str], deque[float]] = {}

    def note(self, namespace: str, child: ChildId, mark: str) -> None:
        """A child is about to be put right, by a manifest with this fingerprint.

        Raises:
            Contested: that was done too often lately.
        """
        now = time.monotonic()
        with self._lock:
            self._forget(now)
            times = self._times.setdefault((namespace, child, mark), deque())
            if len(times) >= MOST:
                what = f"{child.kind} {namespace}/{child.name} was changed back {MOST} times in {WINDOW_SECONDS:.0f} s"
                raise Contested(f"{what}; the operator lets it rest for a while")
            times.append(now)

    def _forget(self, now: float) -> None:
        for key, times in list(self._times.items()):
            while times and now - times[0] > WINDOW_SECONDS:
                times.popleft()
            if not times:
                del self._times[key]
