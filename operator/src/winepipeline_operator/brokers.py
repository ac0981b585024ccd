"""Asks pipelines' brokers: how their topics are, mended where they may be; how far their groups have come."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from winepipeline_operator.broker_errors import BrokerError, LoginUnusable
from winepipeline_operator.cache import Cache, Key
from winepipeline_operator.children.addresses import endpoints
from winepipeline_operator.clusters import Clusters
from winepipeline_operator.conditions.pods import of_component, ready
from winepipeline_operator.identity import Manifest
from winepipeline_operator.kafka import Cluster
from winepipeline_operator.kinds import SECRET
from winepipeline_operator.kube_errors import KubeError
from winepipeline_operator.login import Login, login
from winepipeline_operator.mending import Tell, delete_own, mend
from winepipeline_operator.observe import Observer, broker_secret_names
from winepipeline_operator.platform import Platform
from winepipeline_operator.spec import WinePipeline
from winepipeline_operator.topics import Difference, GroupFacts, OwnTopic, own_topics

BROKER_SECONDS = 4.0
"""How long a broker may take for one question."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a broker told.

    Attributes:
        topics: how the topics are not as wanted, after what may be mended was mended; None: not told.
        group: how far the topic reaches and the group has come; None: not told.
        refused: what it did not let us mend.
        error: why it did not tell.
        asked: whether it was asked at all: nobody asks a broker of our own of which no pod is ready.
        own: the topics that the pipeline made, or has set on a broker of its own.
    """

    topics: tuple[Difference, ...] | None = None
    group: GroupFacts | None = None
    refused: BrokerError | None = None
    error: BrokerError | None = None
    asked: bool = True
    own: tuple[OwnTopic, ...] = ()


@dataclass(slots=True)
class _Known:
    """A login, and the generation of the resource and the versions of the Secrets that it was made from."""

    versions: tuple[int, ...]
    login: Login


@dataclass(slots=True)
class Brokers:
    """For all pipelines; any thread may call.

    Attributes:
        cache: of the API server's objects.
        observer: reads Secrets.
        platform: where the brokers' Services are.
        tell: posts an Event about what was done to a topic.
        clusters: connections to brokers.
    """

    cache: Cache
    observer: Observer
    platform: Platform
    tell: Tell
    clusters: Clusters = field(default_factory=lambda: Clusters(lambda known: Cluster(known, BROKER_SECONDS)))
    _logins: dict[Key, _Known] = field(default_factory=dict)
    _own: dict[Key, tuple[str, tuple[OwnTopic, ...]]] = field(default_factory=dict)

    def ask(self, pipeline: WinePipeline, pods: Iterable[Manifest]) -> Answer:
        """Ask a pipeline's broker, and mend its topics; what goes wrong is in the answer."""
        external = pipeline.spec.broker.external is not None
        if not external and not any(ready(pod) for pod in of_component(pods, "redpanda")):
            return Answer(asked=False, own=self._own_topics(pipeline))
        try:
            cluster = self._cluster(pipeline)
            mended = mend(pipeline, cluster, self._own_topics(pipeline), self.tell)
        except BrokerError as error:
            return Answer(error=error, own=self._own_topics(pipeline))
        self._own[_key(pipeline)] = pipeline.metadata.uid, mended.own
        try:
            group = cluster.group(pipeline.spec.topic.name, pipeline.spec.consumer.group_id)
        except BrokerError as error:
            return Answer(mended.left, None, mended.refused, error, own=mended.own)
        return Answer(mended.left, group, mended.refused, own=mended.own)

    def delete_topics(self, pipeline: WinePipeline) -> None:
        """Delete the topics that the pipeline made, with all their events; one that stood before it stays.

        Raises:
            BrokerError: the broker will not, or cannot be reached, or a Secret is not there.
        """
        delete_own(pipeline, self._cluster(pipeline), self._own_topics(pipeline), self.tell)

    def forget(self, key: Key) -> None:
        """The pipeline is gone."""
        self._logins.pop(key, None)
        self._own.pop(key, None)

    def _own_topics(self, pipeline: WinePipeline) -> tuple[OwnTopic, ...]:
        """The topics that are the pipeline's own: as they were last seen; at first, as the status says."""
        uid, own = self._own.get(_key(pipeline), ("", ()))
        return own if uid == pipeline.metadata.uid else own_topics(pipeline.status)

    def _cluster(self, pipeline: WinePipeline) -> Cluster:
        try:
            return self.clusters.of(self._login(pipeline))
        except LookupError as missing:  # a Secret or a key of it
            hint = "make it, or change broker.external to name one that exists"
            raise LoginUnusable(str(missing.args[0]), hint) from missing
        except UnicodeDecodeError as error:
            raise LoginUnusable("a Secret of broker.external holds what is no text") from error
        except KubeError as failure:
            raise LoginUnusable(failure.message, failure.hint or "the operator tries again") from failure

    def _login(self, pipeline: WinePipeline) -> Login:
        """How the broker is reached; the Secrets are read again only when one of them has changed."""
        namespace = pipeline.metadata.namespace
        key = _key(pipeline)
        names = broker_secret_names(pipeline)
        found = [self.cache.find(SECRET, namespace, name) for name in names]
        versions = (pipeline.metadata.generation, *(0 if each is None else each.version for each in found))
        known = self._logins.get(key)
        if known is None or known.versions != versions:
            there = [each.name for each in found if each is not None]
            values = {name: self.observer.values(namespace, name) for name in there}
            texts = {name: {each: value.decode() for each, value in data.items()} for name, data in values.items()}
            servers = endpoints(pipeline, self.platform).bootstrap_servers
            known = self._logins[key] = _Known(versions, login(pipeline, servers, texts))
        return known.login


def _key(pipeline: WinePipeline) -> Key:
    return pipeline.metadata.namespace, pipeline.metadata.name
