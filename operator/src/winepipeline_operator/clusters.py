"""Connections to brokers, kept for those who ask again."""

import threading
import time
from collections.abc import Callable

from winepipeline_operator.kafka import Cluster
from winepipeline_operator.login import Login

MOST = 100
"""Connections that are kept. Each costs some 1.2 MB and eight threads: of hundreds of pipelines, those whose turn was
longest ago connect anew, which takes milliseconds."""


PARTING_SECONDS = 60.0
"""Whoever asks is done after so long, and nobody notices that the connection is closed."""


class Clusters:
    """Connections to keep: one for each login, closed when nobody has asked for so many seconds.

    One that was left without an answer is given up for a new one. librdkafka can hang on a broker whose pod was
    replaced: seen on a cluster, it asked the old pod's address for offsets for minutes, where a new client was answered
    within milliseconds.
    """

    def __init__(
        self, make: Callable[[Login], Cluster] = Cluster, idle_seconds: float = 300.0, most: int = MOST
    ) -> None:
        self._make = make
        self._idle_seconds = idle_seconds
        self._most = most
        self._kept: dict[Login, tuple[float, Cluster]] = {}
        """In the order of their last turn."""
        self._leaving: list[tuple[float, Cluster]] = []
        """Given up, but another thread may be asking them yet; since when."""
        self._lock = threading.Lock()

    def of(self, login: Login) -> Cluster:
        """The connection of a login, made when there is none.

        Raises:
            LoginUnusable: librdkafka does not take the settings.
        """
        now = time.monotonic()
        with self._lock:
            kept = self._kept.pop(login, None)
            if kept and kept[1].unanswered:
                self._leaving.append((now, kept[1]))
                kept = None
            cluster = kept[1] if kept else self._make(login)
            self._kept[login] = now, cluster
            self._part(now)
            closing = [each for since, each in self._leaving if now - since > PARTING_SECONDS]
            self._leaving = [each for each in self._leaving if now - each[0] <= PARTING_SECONDS]
        for each in closing:
            each.close()
        return cluster

    def _part(self, now: float) -> None:
        """Give up those that nobody asks any more, and of too many those whose turn was longest ago."""
        for login, (asked, cluster) in list(self._kept.items()):
            if len(self._kept) <= self._most and now - asked <= self._idle_seconds:
                break
            del self._kept[login]
            self._leaving.append((asked, cluster))
