"""Gathers what is decided upon: the pipeline's objects from the cache, its Secrets' checksums from the API server."""

import base64
import hashlib
import threading
import time
from collections.abc import Iterable, Iterator, Mapping

from winepipeline_operator.cache import Cache, Key, Seen
from winepipeline_operator.environment import kafka_secrets, warehouse_secrets
from winepipeline_operator.identity import Manifest
from winepipeline_operator.kinds import POD, SECRET
from winepipeline_operator.kube import Kube
from winepipeline_operator.kube_errors import Absent
from winepipeline_operator.observed import ChildId, Observed, SecretFacts
from winepipeline_operator.spec import WinePipeline


class Children(Mapping[ChildId, Manifest]):
    """The children, each unpacked when it is first asked for."""

    def __init__(self, seen: Iterable[Seen]) -> None:
        self._seen = {ChildId(each.kind.api_version, each.kind.name, each.name): each for each in seen}
        self._bodies: dict[ChildId, Manifest] = {}

    def __getitem__(self, child: ChildId) -> Manifest:
        if child not in self._bodies:
            self._bodies[child] = self._seen[child].body()
        return self._bodies[child]

    def __iter__(self) -> Iterator[ChildId]:
        return iter(self._seen)

    def __len__(self) -> int:
        return len(self._seen)


class Observer:
    """Looks; any thread may call."""

    def __init__(self, kube: Kube, cache: Cache) -> None:
        self._kube = kube
        self._cache = cache
        self._lock = threading.Lock()
        self._checksums: dict[Key, tuple[int, SecretFacts]] = {}

    def observe(self, pipeline: WinePipeline, kinds: frozenset[str]) -> Observed:
        """The pipeline's world.

        Args:
            pipeline: the resource.
            kinds: the optional kinds that the cluster serves.

        Raises:
            KubeError: a Secret could not be read.
        """
        key = (pipeline.metadata.namespace, pipeline.metadata.name)
        seen = self._cache.of_pipeline(key)
        return Observed(
            now_seconds=time.time(),
            children=Children(each for each in seen if each.kind not in (POD, SECRET)),
            pods=tuple(each.body() for each in sorted(seen, key=lambda each: each.name) if each.kind == POD),
            secrets=self._secrets(key[0], secret_names(pipeline)),
            kinds=kinds,
        )

    def values(self, namespace: str, name: str) -> dict[str, bytes]:
        """What is in a Secret, for a login; it is not kept."""
        data = self._kube.get(SECRET, namespace, name).get("data") or {}
        return {key: base64.b64decode(value) for key, value in data.items()}

    def _secrets(self, namespace: str, names: Iterable[str]) -> dict[str, SecretFacts]:
        found = {}
        for name in names:
            seen = self._cache.find(SECRET, namespace, name)
            facts = self._facts(seen) if seen else None
            if facts is not None:
                found[name] = facts
        return found

    def _facts(self, seen: Seen) -> SecretFacts | None:
        """The checksums of a Secret in this version; the API server is asked once for each."""
        key = (seen.namespace, seen.name)
        with self._lock:
            version, facts = self._checksums.get(key, (0, SecretFacts({})))
        if version == seen.version:
            return facts
        try:
            values = self.values(*key)
        except Absent:
            return None
        facts = SecretFacts({name: hashlib.sha256(value).hexdigest() for name, value in values.items()})
        with self._lock:
            self._checksums[key] = (seen.version, facts)
        return facts


def broker_secret_names(pipeline: WinePipeline) -> tuple[str, ...]:
    """The Secrets for the way to an external broker."""
    return tuple(sorted({each.secret for each in kafka_secrets(pipeline)}))


def secret_names(pipeline: WinePipeline) -> tuple[str, ...]:
    """All Secrets that the resource names."""
    return tuple(sorted({each.secret for each in (*kafka_secrets(pipeline), *warehouse_secrets(pipeline))}))
