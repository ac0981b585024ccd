"""Connections to brokers, kept for those who ask again."""

import threading
import time
from collections.abc import Callable

from winepipeline_operator.kafka import Cluster
from winepipeline_operator.login import Login


class Clusters:
    """Connections to keep: one for each login, closed when nobody has asked for so many seconds.

    One that was left without an answer is given up for a new one. librdkafka can hang on a broker whose pod was
    replaced: seen on a cluster, it asked the old pod's address for offsets for minutes, where a new client was answered
    within milliseconds.
    """

    def __init__(self, make: Callable[[Login], Cluster] = Cluster, idle_seconds: float = 300.0) -> None:
        self._make = make
        self._idle_seconds = idle_seconds
        self._kept: dict[Login, tuple[float, Cluster]] = {}
        self._lock = threading.Lock()

    def of(self, login: Login) -> Cluster:
        """The connection of a login, made when there is none.

        Raises:
            LoginUnusable: librdkafka does not take the settings.
        """
        now = time.monotonic()
        with self._lock:
            kept = self._kept.get(login)
            if kept and kept[1].unanswered:
                kept = None  # not closed: another thread may be asking it yet; it goes with its last user
            cluster = kept[1] if kept else self._make(login)
            self._kept[login] = now, cluster
            idle = [key for key, (asked, _) in self._kept.items() if now - asked > self._idle_seconds]
            closing = [self._kept.pop(key)[1] for key in idle]
        for each in closing:
            each.close()
        return cluster
