"""Keeps the cache in step with the API server: a thread for each kind that lists, then watches."""

import logging
import random
import threading
from collections.abc import Callable

from winepipeline_operator.cache import Cache, Seen
from winepipeline_operator.kinds import OPTIONAL_KINDS, Kind
from winepipeline_operator.kube import Kube
from winepipeline_operator.kube_errors import Absent, Expired, Forbidden, KubeError, Unreachable

_LOG = logging.getLogger(__name__)

_WATCH_SECONDS = (240, 360)
"""How long one watch lasts; spread, so that not all of them end at once."""

_ABSENT_SECONDS = 60.0
"""After how long to look again for a kind that the cluster does not serve."""

_TRIES_BEFORE_LEFT_ALONE = 6
"""An API server that has just started knows neither its custom kinds nor anybody's rights for some seconds."""

_FIRST_DELAY_SECONDS = 0.25
_MOST_DELAY_SECONDS = 10.0
_MOST_REFUSED_DELAY_SECONDS = 60.0
"""After an answer, such as "forbidden", that only a person can change."""

Heard = Callable[[Seen], None]
"""Told of each object that is new, changed or gone; called from the informer's thread."""

Appeared = Callable[[], None]
"""Told when the cluster has come to serve the kind; called from the informer's thread."""


class Informer:
    """Watches one kind in one namespace, or in all.

    Attributes:
        kind: what it watches.
        namespace: where; None: in all of them.
        served: whether the cluster serves the kind and lets us see it; None while that is not known yet.
        complete: set while the cache holds what there is, as far as a watch can know. Of a kind that every cluster
            serves it is not set before that has been listed: what cannot be seen is not what is not there.
        refusal: why it cannot be listed, in the API server's words; empty when it can be, or was not tried.
    """

    def __init__(
        self, kube: Kube, kind: Kind, namespace: str | None, cache: Cache, heard: Heard, appeared: Appeared
    ) -> None:
        self.kind = kind
        self.namespace = namespace
        self.refusal = ""
        self.served: bool | None = None
        self.complete = threading.Event()
        self._kube = kube
        self._cache = cache
        self._heard = heard
        self._appeared = appeared
        self._stopping = threading.Event()
        self._since = ""
        self._rng = random.Random()  # noqa: S311 - spreads retries, guards nothing
        self._thread = threading.Thread(target=self._run, name=f"watch-{kind.plural}", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """End with the next word of the server, or with the process."""
        self._stopping.set()

    @property
    def ended(self) -> bool:
        """Whether it was started and does its work no more."""
        return self._thread.ident is not None and not self._thread.is_alive()

    def _run(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            try:
                if self._since:
                    self._watch()
                else:
                    self._list()
                failures = 0
            except Expired:
                self._since = ""
            except (Absent, Forbidden) as error:
                self._since = ""
                failures += 1
                if self.kind not in OPTIONAL_KINDS:
                    self.refusal = error.message
                    self._wait_after(error, failures, _MOST_REFUSED_DELAY_SECONDS)
                elif self.served and failures <= _TRIES_BEFORE_LEFT_ALONE:
                    self._wait_after(error, failures)
                else:
                    self._not_served(error)
            except Exception as error:  # noqa: BLE001 - a watch that ends for good would leave us blind
                failures += 1
                if not isinstance(error, Unreachable):
                    self._since = ""
                self._wait_after(error, failures)

    def _list(self) -> None:
        listed: list[Seen] = []
        version = ""
        for page, version in self._kube.pages(self.kind, self.namespace):  # noqa: B007 - the last one counts
            listed += [Seen.of(self.kind, self._whole(item)) for item in page]
        changed = self._cache.replace(self.kind, self.namespace, listed, int(version))
        late, self.served = self.served is False, True
        self.refusal = ""
        self.complete.set()
        self._since = version
        for each in changed:
            self._heard(each)
        if late:
            self._appeared()

    def _watch(self) -> None:
        seconds = self._rng.randint(*_WATCH_SECONDS)
        for what, body in self._kube.watch(self.kind, self.namespace, self._since, seconds):
            # What we wrote ourselves comes back as an event.
            if what == "DELETED" or (what != "BOOKMARK" and not self._cache.has(self.kind, body)):
                self._hear(what, Seen.of(self.kind, self._whole(body)))
            self._since = body["metadata"]["resourceVersion"]
            if self._stopping.is_set():
                return

    def _hear(self, what: str, seen: Seen) -> None:
        if what == "DELETED":
            self._cache.hear_gone(seen)
            self._heard(seen)
        elif self._cache.hear(seen):
            self._heard(seen)

    def _whole(self, item: dict[str, object]) -> dict[str, object]:
        """The items of a list do not say what they are."""
        return {"apiVersion": self.kind.api_version, "kind": self.kind.name, **item}

    def _not_served(self, error: KubeError) -> None:
        if self.served is not False:
            _LOG.info("%s are left alone: %s", self.kind.plural, error.message)
        self.served = False
        self.complete.set()
        self._stopping.wait(_ABSENT_SECONDS)

    def _wait_after(self, error: Exception, failures: int, most_seconds: float = _MOST_DELAY_SECONDS) -> None:
        delay = min(most_seconds, _FIRST_DELAY_SECONDS * 2 ** min(failures, 10)) * self._rng.uniform(0.5, 1)
        if isinstance(error, KubeError):
            _LOG.warning("%s; next try in %.1f s", error.message, delay)
        else:
            _LOG.exception("watching %s failed; next try in %.1f s", self.kind.plural, delay)
        self._stopping.wait(delay)
