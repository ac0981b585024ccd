"""Looks at each pipeline's data plane every 15 seconds: broker, consumers, producers; then the scaler has its turn.

Apart from the rounds that apply and tell, since a look waits for brokers and pods, which may be slow or gone: it costs
at most some seconds of one of its own threads. What it brought is there for the rounds (`of`).
"""

import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from pydantic import ValidationError

from winepipeline_operator.broker_errors import BrokerError, LoginUnusable
from winepipeline_operator.cache import Cache, Key
from winepipeline_operator.children.addresses import endpoints
from winepipeline_operator.clusters import Clusters
from winepipeline_operator.dataplane import DataPlane, Watch, targets
from winepipeline_operator.identity import PAUSE_ANNOTATION
from winepipeline_operator.kafka import Cluster
from winepipeline_operator.kinds import PIPELINE, POD, SECRET
from winepipeline_operator.kube_errors import KubeError
from winepipeline_operator.login import Login, login
from winepipeline_operator.observe import Observer, secret_names
from winepipeline_operator.platform import Platform
from winepipeline_operator.scaler import Scaler
from winepipeline_operator.scaling.ledger import Ledger
from winepipeline_operator.scrape import probe_all
from winepipeline_operator.sight import Sight
from winepipeline_operator.spec import WinePipeline
from winepipeline_operator.tally import carried
from winepipeline_operator.topics import GroupFacts

_LOG = logging.getLogger(__name__)

EVERY_SECONDS = 15.0
BROKER_SECONDS = 4.0
"""How long a broker may take for a look."""

LONGEST_SECONDS = 60.0
"""So often a broker is asked at least that did not answer several times."""

PROBE_THREADS = 32


@dataclass(slots=True)
class Memory:
    """What is remembered of one pipeline from look to look.

    Attributes:
        uid: of the resource; one of the same name that was made anew begins anew.
        watch: over its pods.
        ledger: of the scaler.
        sight: the last look.
        versions: of the Secrets that the login was made from.
        login: how its broker is reached.
        failures: looks in a row that the broker did not answer.
    """

    uid: str
    watch: Watch
    ledger: Ledger
    sight: Sight | None = None
    versions: tuple[int, ...] = ()
    login: Login | None = None
    failures: int = 0


@dataclass(frozen=True, slots=True)
class Means:
    """What looks are taken with.

    Attributes:
        cache: of the API server's objects.
        observer: reads Secrets.
        scaler: has its turn after each look.
        platform: where the brokers' Services are.
        news: called with the key of a pipeline that looks notably different from before.
        clusters: connections to brokers.
    """

    cache: Cache
    observer: Observer
    scaler: Scaler
    platform: Platform
    news: Callable[[Key], None]
    clusters: Clusters = field(default_factory=lambda: Clusters(lambda known: Cluster(known, BROKER_SECONDS)))


class Looks:
    """All pipelines' looks; any thread may call, one at a time for each pipeline."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._memories: dict[Key, Memory] = {}
        self._pool = ThreadPoolExecutor(PROBE_THREADS, thread_name_prefix="probe")

    def of(self, key: Key) -> Sight | None:
        """The newest look; None before the first."""
        memory = self._memories.get(key)
        return None if memory is None else memory.sight

    def forget(self, key: Key) -> None:
        """The pipeline is gone."""
        self._memories.pop(key, None)

    def stop(self) -> None:
        """Let go of the threads."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def look(self, key: Key) -> float:
        """Look once, and let the scaler have its turn; returns after how many seconds to look again."""
        seen = self._means.cache.find(PIPELINE, *key)
        if seen is None:
            return EVERY_SECONDS
        body = seen.body()
        try:
            pipeline = WinePipeline.model_validate(body)
        except ValidationError:  # the rounds say so
            return EVERY_SECONDS
        if body["metadata"].get("deletionTimestamp"):
            return EVERY_SECONDS
        memory = self._memory(key, pipeline)
        plane = self._see(key, pipeline, memory)
        ledger = memory.ledger
        if pipeline.metadata.annotations.get(PAUSE_ANNOTATION) != "true":
            ledger = self._means.scaler.turn(pipeline, ledger, plane)
        sight = Sight(plane, ledger)
        notable = sight.differs_notably(memory.sight)
        memory.ledger, memory.sight = ledger.noted() if notable else ledger, sight
        if notable:
            self._means.news(key)
        memory.failures = 0 if plane.broker_error is None else memory.failures + 1
        return min(LONGEST_SECONDS, EVERY_SECONDS * 2.0 ** max(0, min(memory.failures, 10) - 2))

    def _memory(self, key: Key, pipeline: WinePipeline) -> Memory:
        """What is remembered; at first, what the status says, so that a new operator goes on from there."""
        memory = self._memories.get(key)
        if memory is None or memory.uid != pipeline.metadata.uid:
            status = pipeline.status
            watch = Watch(carried(status.get("rowsLoaded"), status.get("deadLetters")))
            memory = Memory(pipeline.metadata.uid, watch, Ledger.from_status(status.get("scaling")))
            self._memories[key] = memory
        return memory

    def _see(self, key: Key, pipeline: WinePipeline, memory: Memory) -> DataPlane:
        pods = [each.body() for each in self._means.cache.of_pipeline(key) if each.kind == POD]
        probes = probe_all(targets(pods), self._pool)
        group: GroupFacts | None = None
        error: BrokerError | None = None
        try:
            spec = pipeline.spec
            cluster = self._means.clusters.of(self._login(pipeline, memory))
            group = cluster.group(spec.topic.name, spec.consumer.group_id)
        except BrokerError as failure:
            error = failure
        except LookupError as missing:  # a Secret or a key of it
            error = LoginUnusable(str(missing.args[0]), "make it, or change broker.external to name one that exists")
        except UnicodeDecodeError:
            error = LoginUnusable("a Secret of broker.external holds what is no text")
        except KubeError as failure:
            error = LoginUnusable(failure.message, failure.hint or "the operator tries again")
        return memory.watch.look(time.time(), probes, group, error)

    def _login(self, pipeline: WinePipeline, memory: Memory) -> Login:
        """How the broker is reached; the Secrets are read again only when one of them has changed."""
        namespace = pipeline.metadata.namespace
        names = secret_names(pipeline)
        found = [self._means.cache.find(SECRET, namespace, name) for name in names]
        versions = (pipeline.metadata.generation, *(0 if each is None else each.version for each in found))
        if memory.login is None or versions != memory.versions:
            there = {name for name, each in zip(names, found, strict=True) if each is not None}
            values = {name: self._means.observer.values(namespace, name) for name in names if name in there}
            texts = {name: {key: value.decode() for key, value in each.items()} for name, each in values.items()}
            memory.login = login(pipeline, endpoints(pipeline, self._means.platform).bootstrap_servers, texts)
            memory.versions = versions
        return memory.login
