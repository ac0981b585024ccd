"""The operator put together: watches, the cache, the rounds, the endpoints. It knows nothing of kopf."""

import asyncio
import logging
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from winepipeline_operator.announcing import Announcer
from winepipeline_operator.brokers import Brokers
from winepipeline_operator.cache import Cache, Key, Seen
from winepipeline_operator.dead_letter_replay.controller import Replays
from winepipeline_operator.ending import Ending
from winepipeline_operator.informer import Informer
from winepipeline_operator.kinds import CHILD_KINDS, OPTIONAL_KINDS, PIPELINE, POD, SECRET
from winepipeline_operator.kube import Kube
from winepipeline_operator.kube_errors import KubeError
from winepipeline_operator.leadership import Leadership
from winepipeline_operator.listing import Listing
from winepipeline_operator.looks import Looks, Means
from winepipeline_operator.metrics import Metrics
from winepipeline_operator.observe import Observer
from winepipeline_operator.presence import Presence
from winepipeline_operator.reconcile import Reconciler
from winepipeline_operator.restarts import Restarts
from winepipeline_operator.rollout import Rollout
from winepipeline_operator.rounds import Act, Rounds
from winepipeline_operator.scaler import Scaler
from winepipeline_operator.settings import OperatorSettings
from winepipeline_operator.teller import Teller
from winepipeline_process.http import Endpoints, Health

_LOG = logging.getLogger(__name__)

HANGS_SECONDS = 300.0
"""No round of any pipeline has ended for so long though each is due within RESYNC_SECONDS: the operator hangs."""

_DEFINITION_SECONDS = 5.0
_LISTED_SECONDS = 0.05

_UNSEEN_SECONDS = 1.0

_LOOKERS = 24
"""Threads for looks at data planes: most of a look is waiting for brokers and pods."""

_LOOK_REST_SECONDS = 3.0
"""From one look to the next at least: pods that come up wake it again and again."""

_STEADY = ("uid", "generation", "deletionTimestamp", "annotations", "labels", "finalizers")
"""What of a resource's metadata a round depends on; a change of the status alone wakes nobody."""


class CannotListen(Exception):
    """Nobody can reach the probes and the metrics."""


class Operation:
    """Everything that runs, from `start` to `stop`; to be used inside the event loop."""

    def __init__(self, settings: OperatorSettings, kube: Kube, leadership: Leadership) -> None:
        self._settings, self._leadership, self._kube = settings, leadership, kube
        self._metrics = Metrics()
        self._cache = Cache(by_namespace=bool(settings.watch_namespaces))
        self._scopes: tuple[str | None, ...] = settings.watch_namespaces or (None,)
        self._listing = Listing(
            Informer(kube, kind, scope, self._cache, self._heard, self._kind_appeared)
            for kind in (*CHILD_KINDS, *OPTIONAL_KINDS, POD, SECRET)
            for scope in self._scopes
        )
        platform, observer, teller = settings.platform(), Observer(kube, self._cache), Teller(kube)
        self._replays = Replays(kube, teller, platform, self._scopes)
        brokers = Brokers(self._cache, observer, platform, teller.tell)
        self._looks = Looks(
            Means(
                cache=self._cache,
                brokers=brokers,
                scaler=Scaler(kube, self._cache, settings.scale_down_after_seconds, settings.sleep_after_seconds),
                restarts=Restarts(kube, self._cache, teller),
                news=self._seen_anew,
                stall_seconds=settings.stall_seconds,
                look_seconds=settings.look_seconds,
                judged_seconds=settings.judged_seconds,
            )
        )
        presence = Presence(kube)
        self._rollout = Rollout(kube, self._cache, presence)
        self._reconciler = Reconciler(
            cache=self._cache,
            observer=observer,
            rollout=self._rollout,
            announcer=Announcer(kube, self._cache, self._metrics, teller),
            teller=teller,
            ending=Ending(kube, self._cache, brokers),
            metrics=self._metrics,
            presence=presence,
            gone=self._found_gone,
            platform=platform,
            kinds=lambda: self._listing.kinds,
            sights=self._looks.of,
            resync_seconds=settings.resync_seconds,
        )
        self._threads = ThreadPoolExecutor(settings.workers, thread_name_prefix="round")
        self._lookers = ThreadPoolExecutor(_LOOKERS, thread_name_prefix="look")
        self._rounds: Rounds | None = None
        self._looking: Rounds | None = None
        self._steady: dict[Key, Any] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._endpoints: Endpoints | None = None

    def listen(self) -> None:
        """Answer probes and scrapes from now on.

        Raises:
            CannotListen: the port is taken, or the host is none of ours.
        """
        host, port = self._settings.metrics_host, self._settings.metrics_port
        try:
            self._endpoints = Endpoints(host, port, self._metrics.registry, self._health, self._readiness)
        except OSError as error:
            raise CannotListen(f"METRICS_PORT={port} at {host} cannot be listened on: {error.strerror}") from error
        _LOG.info("🍷 /metrics on port %d", self._endpoints.port)

    async def start(self) -> None:
        """Begin; returns when nobody else acts, and all that there is in a namespace has been seen once."""
        self._loop = asyncio.get_running_loop()
        self._rounds = Rounds(self._where_it_may(self._reconciler.round), self._threads)
        self._looking = Rounds(self._where_it_may(self._looks.look), self._lookers, _LOOK_REST_SECONDS)
        self._leadership.start()
        self._listing.start()
        # Not in threads that wait: these would hold up a stop while the API server is away.
        while not (self._leadership.held and self._listing.begun):  # noqa: ASYNC110
            await asyncio.sleep(_LISTED_SECONDS)
        await self._wait_for_definition()
        self._replays.start()
        _LOG.info("%d objects of pipelines are there", self._cache.count())

    async def _wait_for_definition(self) -> None:
        """Wait until the cluster knows what a WinePipeline is; kopf would look once, and never again."""
        while True:
            for scope in self._scopes:
                try:
                    await asyncio.to_thread(self._kube.pages(PIPELINE, scope).__next__)
                except KubeError as error:
                    _LOG.warning("%s; is the CRD installed? Next look in %.0f s", error.message, _DEFINITION_SECONDS)
                else:
                    return
            await asyncio.sleep(_DEFINITION_SECONDS)

    def _where_it_may(self, act: Act) -> Act:
        """A round that leaves a pipeline alone while another operator may act, or not all objects of it were seen."""

        def turn(key: Key) -> float:
            if self._leadership.held and self._listing.is_whole(key[0]):
                return act(key)
            self._metrics.came_by()
            return _UNSEEN_SECONDS

        return turn

    async def stop(self) -> None:
        """End; rounds under way come to their end."""
        self._replays.stop()
        self._listing.stop()
        for rounds in (self._looking, self._rounds):
            if rounds is not None:
                await rounds.stop()
        for threads in (self._lookers, self._threads):
            await asyncio.to_thread(threads.shutdown, cancel_futures=True)
        self._looks.stop()
        self._rollout.stop()
        if self._endpoints is not None:
            self._endpoints.close()
        _LOG.info("👋 stopped")

    def pipeline_is(self, body: Mapping[str, Any]) -> None:
        """A pipeline is there, or has changed."""
        seen = Seen.of(PIPELINE, body)
        key = (seen.namespace, seen.name)
        self._cache.hear(seen)
        steady = {name: body["metadata"].get(name) for name in _STEADY}
        before, self._steady[key] = self._steady.get(key), steady
        if self._rounds is None or self._looking is None or before == steady:
            return
        self._metrics.begin(key)
        for rounds in (self._rounds, self._looking):
            if before is None:
                rounds.begin(key)
            else:
                rounds.wake(key)

    def pipeline_gone(self, body: Mapping[str, Any]) -> None:
        """A pipeline is no more; one of the same name that was made since then stays."""
        metadata = body["metadata"]
        key = (metadata["namespace"], metadata["name"])
        known = self._steady.get(key)
        if known is None or known["uid"] != metadata["uid"]:
            return
        self._cache.hear_gone(Seen.of(PIPELINE, body))
        self._steady.pop(key)
        for rounds in (self._rounds, self._looking):
            if rounds is not None:
                rounds.end(key)
        self._reconciler.forget(key)
        self._looks.forget(key)
        _LOG.info("the pipeline is gone", extra={"fields": {"namespace": key[0], "pipeline": key[1]}})

    def _found_gone(self, key: Key, uid: str) -> None:
        """From a round's thread: a pipeline is no more, and no watch has told of it."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._gone_unheard, key, uid)

    def _gone_unheard(self, key: Key, uid: str) -> None:
        seen = self._cache.find(PIPELINE, *key)
        if seen is not None and (body := seen.body())["metadata"]["uid"] == uid:
            fields = {"namespace": key[0], "pipeline": key[1]}
            _LOG.info("no watch told of the pipeline's end; asking for it did", extra={"fields": fields})
            self.pipeline_gone(body)

    def _heard(self, seen: Seen) -> None:
        """From an informer's thread: something happened to an object."""
        if self._rounds is None or self._looking is None:
            return
        if seen.pipeline:
            self._rounds.wake((seen.namespace, seen.pipeline))
            if seen.kind == POD:
                self._looking.wake((seen.namespace, seen.pipeline))
        if seen.kind == SECRET:
            for key in self._reconciler.users_of(seen.namespace, seen.name):
                self._rounds.wake(key)
                self._looking.wake(key)

    def _kind_appeared(self) -> None:
        """From an informer's thread: what was left out for want of the kind is to be made at once."""
        if self._rounds is not None:
            for key in list(self._steady):
                self._rounds.wake(key)

    def _seen_anew(self, key: Key) -> None:
        """From a look's thread: a data plane looks different."""
        if self._rounds is not None:
            self._rounds.wake(key)

    def _health(self) -> Health:
        """Alive: pipelines are looked at, however slowly, and nothing has stopped listening."""
        silent = self._listing.ended + ([] if self._replays.alive else ["deadletterreplays"])
        silent += ["leases"] if self._leadership.ended else []
        if silent:
            return Health(ok=False, reason="WatchEnded", detail=f"nobody watches {', '.join(silent)}")
        silent_seconds = self._metrics.silent_seconds()
        if silent_seconds > HANGS_SECONDS + self._settings.resync_seconds:
            detail = f"no round of any pipeline has ended for {silent_seconds:.0f} s"
            return Health(ok=False, reason="RoundsHang", detail=detail)
        return Health(ok=True, reason="Alive")

    def _readiness(self) -> Health:
        """Ready: all that there is has been seen, and it is this operator's turn."""
        seen = self._listing.readiness()
        if seen.ok and not self._leadership.held:
            return Health(ok=False, reason="NotHolding", detail=f"another operator may act: {self._leadership.words}")
        return seen
