"""What the watches have seen: every object that concerns us, packed, since thousands of them are kept.

A Kubernetes object as Python dictionaries takes some 30 KB, packed about 1 KB; few of them are looked at in a round.
"""

import threading
import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from winepipeline_operator.identity import PIPELINE_LABEL, Manifest
from winepipeline_operator.kinds import Kind
from winepipeline_operator.ownership import owners_of_replicas

_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder()

Key = tuple[str, str]
"""A pipeline's namespace and name."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One object.

    Attributes:
        kind: its kind.
        namespace: where it is.
        name: its name.
        version: its resourceVersion, as a number.
        packed: the object; empty where only its metadata concern us.
        pipeline: the pipeline that its label names; empty without one.
    """

    kind: Kind
    namespace: str
    name: str
    version: int
    packed: bytes
    pipeline: str

    @classmethod
    def of(cls, kind: Kind, body: Mapping[str, Any]) -> "Seen":
        """Pack an object."""
        metadata = body["metadata"]
        slim = {**body, "metadata": {**metadata, "managedFields": owners_of_replicas(metadata)}}
        return cls(
            kind=kind,
            namespace=metadata["namespace"],
            name=metadata["name"],
            version=version_of(body),
            packed=b"" if kind.metadata_only else zlib.compress(_ENCODER.encode(slim), 1),
            pipeline=(metadata.get("labels") or {}).get(PIPELINE_LABEL, ""),
        )

    def body(self) -> Manifest:
        """The object; of its `managedFields` only who asked for `spec.replicas`."""
        found: Manifest = _DECODER.decode(zlib.decompress(self.packed))
        return found


def version_of(body: Mapping[str, Any]) -> int:
    """The resourceVersion as a number: since Kubernetes 1.35 two of them may be compared; before, they could be."""
    return int(body["metadata"]["resourceVersion"])


class Cache:
    """All that is seen, found by kind, namespace and name, and by pipeline. Any thread may call."""

    def __init__(self, *, by_namespace: bool) -> None:
        """`by_namespace`: each namespace has watches of its own; else one watch of a kind sees all namespaces."""
        self._by_namespace = by_namespace
        self._lock = threading.Lock()
        self._objects: dict[Kind, dict[Key, Seen]] = defaultdict(dict)
        self._of_pipeline: dict[Key, set[tuple[Kind, str]]] = defaultdict(set)
        self._heard: dict[tuple[Kind, str | None], int] = {}

    def hear(self, seen: Seen) -> bool:
        """A watch tells of an object; whether that is news."""
        with self._lock:
            self._advance(seen)
            return self._put(seen)

    def has(self, kind: Kind, body: Mapping[str, Any]) -> bool:
        """Whether an object is there in this version already, or in a later one, so that it need not be packed."""
        metadata = body["metadata"]
        seen = self.find(kind, metadata["namespace"], metadata["name"])
        return seen is not None and seen.version >= version_of(body)

    def hear_gone(self, seen: Seen) -> None:
        """A watch tells that an object is gone; `seen` as it was last, with the version of its end."""
        with self._lock:
            self._advance(seen)
            self._drop(seen.kind, (seen.namespace, seen.name))

    def replace(self, kind: Kind, namespace: str | None, listed: Iterable[Seen], version: int) -> list[Seen]:
        """A list tells of all objects of a kind, in one namespace or in all; those that are new, changed or gone."""
        now = {(each.namespace, each.name): each for each in listed}
        with self._lock:
            self._heard[kind, namespace] = version
            before = {name: each for name, each in self._objects[kind].items() if namespace in (None, name[0])}
            gone = [each for name, each in before.items() if name not in now and each.version <= version]
            for each in gone:
                self._drop(kind, (each.namespace, each.name))
            return gone + [each for each in now.values() if self._put(each)]

    def wrote(self, seen: Seen) -> None:
        """What the server answered to a change of ours; dropped when the watch has got further than that already."""
        with self._lock:
            if seen.version > self._heard.get(self._watch_of(seen), 0):
                self._put(seen)

    def find(self, kind: Kind, namespace: str, name: str) -> Seen | None:
        """One object."""
        with self._lock:
            return self._objects[kind].get((namespace, name))

    def of_pipeline(self, key: Key) -> list[Seen]:
        """All objects whose label names the pipeline."""
        with self._lock:
            names = self._of_pipeline.get(key, ())
            return [self._objects[kind][key[0], name] for kind, name in names]

    def state_of(self, key: Key) -> frozenset[tuple[str, str, int]]:
        """Which objects a pipeline has, in which versions: while it is the same, nothing has happened to them."""
        return frozenset((each.kind.plural, each.name, each.version) for each in self.of_pipeline(key))

    def count(self) -> int:
        """How many objects there are."""
        with self._lock:
            return sum(len(each) for each in self._objects.values())

    def _watch_of(self, seen: Seen) -> tuple[Kind, str | None]:
        return seen.kind, seen.namespace if self._by_namespace else None

    def _advance(self, seen: Seen) -> None:
        watch = self._watch_of(seen)
        self._heard[watch] = max(seen.version, self._heard.get(watch, 0))

    def _put(self, seen: Seen) -> bool:
        name = (seen.namespace, seen.name)
        before = self._objects[seen.kind].get(name)
        if before is not None and before.version >= seen.version:
            return False
        self._drop(seen.kind, name)
        self._objects[seen.kind][name] = seen
        if seen.pipeline:
            self._of_pipeline[seen.namespace, seen.pipeline].add((seen.kind, seen.name))
        return True

    def _drop(self, kind: Kind, name: Key) -> None:
        before = self._objects[kind].pop(name, None)
        if before is None or not before.pipeline:
            return
        names = self._of_pipeline[before.namespace, before.pipeline]
        names.discard((kind, before.name))
        if not names:
            del self._of_pipeline[before.namespace, before.pipeline]
