"""A pipeline's end, where owner references do not suffice.

Under `Delete` the topics of an external broker have to be deleted. Everything else goes with its owner: Kubernetes
collects the children, and the volumes where the policy says so; topics in a Redpanda of our own go with its volumes. A
policy that became `Retain` at the last moment has to be heard before the volumes are collected by what it was.
"""

import logging
from collections.abc import Mapping
from typing import Any

from winepipeline_operator.broker_errors import BrokerError, LoginUnusable
from winepipeline_operator.brokers import Brokers
from winepipeline_operator.cache import Cache, Key
from winepipeline_operator.identity import FINALIZER, Manifest
from winepipeline_operator.kinds import DEPLOYMENT, JOB, PIPELINE, POD, VOLUME_CLAIM
from winepipeline_operator.kube import Kube
from winepipeline_operator.kube_errors import Absent, Conflict
from winepipeline_operator.rollout import owned
from winepipeline_operator.spec import WinePipeline

_LOG = logging.getLogger(__name__)


def needs_finalizer(pipeline: WinePipeline) -> bool:
    """Whether something goes with the resource that a last change of its policy may still keep."""
    return pipeline.spec.deletion_policy == "Delete"


class Ending:
    """For all pipelines."""

    def __init__(self, kube: Kube, cache: Cache, brokers: Brokers) -> None:
        self._kube = kube
        self._cache = cache
        self._brokers = brokers

    def hold(self, key: Key, pipeline: WinePipeline, body: Mapping[str, Any]) -> None:
        """See to it that the resource has the finalizer as long as it needs it, and no longer.

        Raises:
            KubeError: it could not be changed.
        """
        held = FINALIZER in _finalizers(body)
        needed = needs_finalizer(pipeline) or (held and bool(self._own_volumes(key, body)))
        if needed != held:
            self._set(key, body, present=needed)

    def advance(self, key: Key, pipeline: WinePipeline, body: Mapping[str, Any]) -> str | None:
        """Do what is to be done before the resource may go; what that waits for, in words; None when it may go.

        Raises:
            KubeError: the API server would not.
        """
        if FINALIZER not in _finalizers(body):
            return None
        if not needs_finalizer(pipeline):
            self._keep_volumes(key, body)
        elif pipeline.spec.broker.external is not None:
            waits = self._stop_services(key) or self._delete_topics(key, pipeline)
            if waits:
                return waits
        self._set(key, body, present=False)
        return None

    def _stop_services(self, key: Key) -> str | None:
        """A producer that still runs would make the topic anew where the broker does that by itself."""
        seen = self._cache.of_pipeline(key)
        for each in seen:
            metadata = each.body()["metadata"] if each.kind in (DEPLOYMENT, JOB) else {}
            if metadata and not metadata.get("deletionTimestamp"):
                try:
                    self._kube.delete(each.kind, key[0], each.name, metadata["uid"])
                except (Absent, Conflict):
                    continue
        pods = sorted(each.name for each in seen if each.kind == POD)
        return f"{len(pods)} pods are stopping: {', '.join(pods[:5])}" if pods else None

    def _delete_topics(self, key: Key, pipeline: WinePipeline) -> str | None:
        try:
            self._brokers.delete_topics(pipeline)
        except BrokerError as error:
            if isinstance(error, LoginUnusable) and self._kube.is_terminating(key[0]):
                # The Secret went first; to wait for it would hold up the namespace for ever.
                _LOG.warning("the topics stay: %s, and the namespace %s is being deleted", error, key[0])
                return None
            return f"the topics could not be deleted: {error}"
        return None

    def _own_volumes(self, key: Key, body: Mapping[str, Any]) -> list[Manifest]:
        """The claims that Kubernetes deletes with the resource."""
        claims = [each.body() for each in self._cache.of_pipeline(key) if each.kind == VOLUME_CLAIM]
        return [each for each in claims if owned(each, body["metadata"]["uid"])]

    def _keep_volumes(self, key: Key, body: Mapping[str, Any]) -> None:
        """The policy says `Retain` by now: no volume belongs to the resource any more when it goes."""
        for claim in self._own_volumes(key, body):
            metadata = claim["metadata"]
            others = [each for each in metadata["ownerReferences"] if each["uid"] != body["metadata"]["uid"]]
            changes = {"metadata": {"ownerReferences": others, "resourceVersion": metadata["resourceVersion"]}}
            self._kube.merge(VOLUME_CLAIM, key[0], metadata["name"], changes)

    def _set(self, key: Key, body: Mapping[str, Any], *, present: bool) -> None:
        others = [each for each in _finalizers(body) if each != FINALIZER]
        wanted = [*others, FINALIZER] if present else others
        version = body["metadata"]["resourceVersion"]
        self._kube.merge(PIPELINE, *key, {"metadata": {"finalizers": wanted, "resourceVersion": version}})


def _finalizers(body: Mapping[str, Any]) -> list[str]:
    return list(body["metadata"].get("finalizers") or ())
