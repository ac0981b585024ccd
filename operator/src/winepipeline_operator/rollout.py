"""Makes the children so: applies what differs, then deletes what is no longer wanted. It never stops at a failure."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

from winepipeline_operator.cache import Cache, Key, Seen
from winepipeline_operator.conditions.reason import Reason
from winepipeline_operator.contests import Contests
from winepipeline_operator.difference import fingerprint, marked, stands
from winepipeline_operator.identity import Manifest
from winepipeline_operator.kinds import JOB, POD, STATEFUL_SET, VOLUME_CLAIM, Kind, kind_of
from winepipeline_operator.kube import Kube
from winepipeline_operator.kube_errors import Absent, Conflict, KubeError, Refused, Terminating, Unreachable
from winepipeline_operator.observed import ChildId, Failure
from winepipeline_operator.presence import Presence
from winepipeline_operator.quantity import bytes_of

_NEVER_PRUNED = frozenset({POD, VOLUME_CLAIM})
"""Pods belong to their Deployments, and volumes hold data: `deletionPolicy` decides about those, nothing else."""

_HOW_IT_GROWS = (
    "let its StorageClass grow volumes (`kubectl patch storageclass NAME --patch '{\"allowVolumeExpansion\": true}'`), "
    "if its driver can, and the operator grows it then; the brokers work on with what there is"
)

_WORKLOADS = frozenset({"Deployment", "StatefulSet", "Job"})

_THREADS = 16
"""For all pipelines together: the API server does a few applies at a time, and makes more of them wait."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a rollout came to.

    Attributes:
        applied: children that were created or changed.
        pruned: children that were deleted.
        failures: children that could not be made so.
    """

    applied: tuple[ChildId, ...] = ()
    pruned: tuple[ChildId, ...] = ()
    failures: tuple[Failure, ...] = ()


_Known = dict[ChildId, tuple[str, int]]
"""What needs no second look: from a child to the fingerprint and the version in which it was right."""


class Rollout:
    """For all pipelines; one thread at a time for each of them."""

    def __init__(self, kube: Kube, cache: Cache, presence: Presence) -> None:
        self._kube = kube
        self._cache = cache
        self._presence = presence
        self._known: dict[Key, _Known] = {}
        self._contests = Contests()
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="apply")

    def forget(self, key: Key) -> None:
        """The pipeline is gone."""
        self._known.pop(key, None)

    def bring_about(self, key: Key, uid: str, wanted: Sequence[Manifest]) -> Outcome:
        """Make the children so.

        Args:
            key: the pipeline.
            uid: the pipeline's: only what it owns is deleted.
            wanted: the manifests, in the order in which to apply them.

        Raises:
            Absent: the pipeline is gone, so nothing was made.
            Unreachable: the API server does not answer; the rest is for the next round.
            Terminating: nothing can be created in the namespace any more.
        """
        known = self._known.setdefault(key, {})
        due = [each for each in wanted if not self._is_right(key[0], each, known)]
        if due:
            self._presence.demand(key, uid)
        applied: list[ChildId] = []
        failures: list[Failure] = []
        # Workloads come last: what their pods need, and who may reach them, is there before them.
        for wave in (
            [each for each in due if each["kind"] not in _WORKLOADS],
            [each for each in due if each["kind"] in _WORKLOADS],
        ):
            for child, done in self._threads.map(partial(self._try, key[0], known), wave):
                if isinstance(done, Failure):
                    failures.append(done)
                elif done:
                    applied.append(child)
        # What took the place of a child may not stand yet: the child stays until all that is wanted is there.
        hindered = any(each.hinders for each in failures)
        pruned = [] if hindered else self._prune(key, uid, {ChildId.of(each) for each in wanted}, known)
        return Outcome(tuple(applied), tuple(pruned), tuple(failures))

    def stop(self) -> None:
        """Let go of the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _is_right(self, namespace: str, manifest: Manifest, known: _Known) -> bool:
        """Whether an object is there as it is wanted, or on its way out: its end wakes us."""
        child = ChildId.of(manifest)
        try:
            seen = self._cache.find(kind_of(manifest), namespace, child.name)
        except LookupError:
            return False  # the apply tells it
        if seen is None:
            return False
        mark = fingerprint(manifest)
        if known.get(child) == (mark, seen.version):
            return True
        live = seen.body()
        if live["metadata"].get("deletionTimestamp"):
            return True
        right = stands(marked(manifest), live)
        if right:
            known[child] = (mark, seen.version)
        return right

    def _try(self, namespace: str, known: _Known, manifest: Manifest) -> tuple[ChildId, bool | Failure]:
        """Apply a manifest; whether that changed anything, or what kept it from being applied."""
        child = ChildId.of(manifest)
        try:
            return child, self._apply(namespace, child, manifest, known)
        except (Unreachable, Terminating):
            raise
        except Refused as error:
            return child, self._not_grown(namespace, child, manifest, error) or _failure(child, error)
        except (KubeError, LookupError) as error:
            return child, _failure(child, error)

    def _not_grown(self, namespace: str, child: ChildId, manifest: Manifest, error: Refused) -> Failure | None:
        """A volume that may not grow becomes as it is wanted but for its size; None where it is not for its size."""
        seen = self._cache.find(VOLUME_CLAIM, namespace, child.name) if child.kind == VOLUME_CLAIM.name else None
        has = None if seen is None else seen.body()["spec"]["resources"]
        if has is None or bytes_of(_size(has)) >= bytes_of(_size(manifest["spec"]["resources"])):
            return None
        wish = {**manifest, "spec": {**manifest["spec"], "resources": {"requests": {"storage": _size(has)}}}}
        try:
            self._cache.wrote(Seen.of(VOLUME_CLAIM, self._kube.apply(VOLUME_CLAIM, namespace, marked(wish))))
        except (Unreachable, Terminating):
            raise
        except KubeError as also:
            return _failure(child, also)
        what = f"the volume {child.name} stays at {_size(has)}: {error.message}"
        return Failure(child, Reason.VOLUME_NOT_GROWN, what, _HOW_IT_GROWS, hinders=False)

    def _apply(self, namespace: str, child: ChildId, manifest: Manifest, known: _Known) -> bool:
        kind = kind_of(manifest)
        seen = self._cache.find(kind, namespace, child.name)
        if seen is not None:
            self._contests.note(namespace, child, fingerprint(manifest))
        answer = self._apply_or_delete(kind, namespace, marked(manifest), seen)
        if answer is None:
            return True
        after = Seen.of(kind, answer)
        known[child] = (fingerprint(manifest), after.version)
        self._cache.wrote(after)
        return seen is None or after.version != seen.version

    def _apply_or_delete(self, kind: Kind, namespace: str, wish: Manifest, seen: Seen | None) -> dict[str, Any] | None:
        """Apply; where that is a change of what cannot change, delete instead (None): the end wakes us to make it anew.

        Pods and volumes of a StatefulSet stay meanwhile, and are adopted by the one that follows.
        """
        try:
            return self._kube.apply(kind, namespace, wish)
        except Refused as error:
            if not error.immutable or seen is None or kind not in (STATEFUL_SET, JOB):
                raise
        uid = seen.body()["metadata"]["uid"]
        self._kube.delete(kind, namespace, seen.name, uid, "Orphan" if kind == STATEFUL_SET else "Background")
        return None

    def _prune(self, key: Key, uid: str, wanted: set[ChildId], known: _Known) -> list[ChildId]:
        pruned: list[ChildId] = []
        for seen in self._cache.of_pipeline(key):
            child = ChildId(seen.kind.api_version, seen.kind.name, seen.name)
            if child in wanted or seen.kind in _NEVER_PRUNED or seen.kind.metadata_only:
                continue
            live = seen.body()
            if live["metadata"].get("deletionTimestamp") or not owned(live, uid):
                continue
            try:
                self._kube.delete(seen.kind, key[0], seen.name, live["metadata"]["uid"])
            except (Absent, Conflict):
                continue
            known.pop(child, None)
            pruned.append(child)
        return pruned


def owned(live: Manifest, uid: str) -> bool:
    """Whether the pipeline with this uid is among an object's owners."""
    return any(each.get("uid") == uid for each in live["metadata"].get("ownerReferences") or ())


def _size(resources: Mapping[str, Any]) -> str:
    return str(resources["requests"]["storage"])


def _failure(child: ChildId, error: KubeError | LookupError) -> Failure:
    if isinstance(error, KubeError):
        return Failure(child, error.reason, error.message, error.hint)
    return Failure(child, "UnknownKind", str(error), "this is a fault of the operator: report it")
