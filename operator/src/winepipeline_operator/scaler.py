"""Carries out what the scaling decides, in the cluster: one field of one Deployment, and Events."""

import logging
import time
from dataclasses import replace

from winepipeline_operator.cache import Cache, Seen
from winepipeline_operator.dataplane import DataPlane
from winepipeline_operator.event import event
from winepipeline_operator.identity import SCALER_FIELD_MANAGER, Manifest, child_name
from winepipeline_operator.kinds import DEPLOYMENT
from winepipeline_operator.kube import Kube
from winepipeline_operator.kube_errors import KubeError
from winepipeline_operator.ownership import without_replicas
from winepipeline_operator.scaling.ledger import Ledger
from winepipeline_operator.scaling.turn import News, settings_of, turn
from winepipeline_operator.sight import fleet, observation
from winepipeline_operator.spec import WinePipeline

_LOG = logging.getLogger(__name__)


class Scaler:
    """The one writer of the consumers' number in `Builtin`, and nobody in the other modes."""

    def __init__(
        self, kube: Kube, cache: Cache, down_after_seconds: float = 300.0, sleep_after_seconds: float = 300.0
    ) -> None:
        """The two are the law's patience: before fewer consumers, and before none."""
        self._kube = kube
        self._cache = cache
        self._down_after_seconds = down_after_seconds
        self._sleep_after_seconds = sleep_after_seconds

    def turn(self, pipeline: WinePipeline, ledger: Ledger, plane: DataPlane) -> Ledger:
        """Decide and do; the ledger after it, or the one before where the API server did not let it be done."""
        namespace = pipeline.metadata.namespace
        seen = self._cache.find(DEPLOYMENT, namespace, child_name(pipeline, "consumer"))
        if seen is None:
            return ledger
        deployment = seen.body()
        consumers = fleet(deployment)
        settings = settings_of(pipeline, None if plane.group is None else plane.group.count)
        settings = replace(
            settings,
            scale_down_after_seconds=self._down_after_seconds,
            sleep_after_seconds=self._sleep_after_seconds,
        )
        done = turn(pipeline, ledger, observation(plane, consumers), settings, owned=consumers.owned)
        try:
            if done.replicas is not None:
                self._ask_for(namespace, deployment, done.replicas)
            elif done.release:
                self._release(namespace, deployment["metadata"]["name"])
        except KubeError as failure:
            _LOG.warning("the consumers' number stays: %s", failure.message, extra={"fields": _fields(pipeline)})
            return ledger
        self._tell(pipeline, done.news)
        return done.ledger

    def _ask_for(self, namespace: str, deployment: Manifest, replicas: int) -> None:
        metadata = deployment["metadata"]
        wanted = {
            "apiVersion": DEPLOYMENT.api_version,
            "kind": DEPLOYMENT.name,
            "metadata": {"name": metadata["name"], "uid": metadata["uid"]},  # of this one, or it would be made anew
            "spec": {"replicas": replicas},
        }
        self._cache.wrote(Seen.of(DEPLOYMENT, self._kube.apply(DEPLOYMENT, namespace, wanted, SCALER_FIELD_MANAGER)))

    def _release(self, namespace: str, name: str) -> None:
        """Give up the field and leave the number; the version makes sure that nobody's entry is lost meanwhile."""
        metadata = self._kube.get(DEPLOYMENT, namespace, name)["metadata"]
        entries = without_replicas(metadata.get("managedFields") or (), SCALER_FIELD_MANAGER)
        change = {"metadata": {"resourceVersion": metadata["resourceVersion"], "managedFields": entries}}
        self._cache.wrote(Seen.of(DEPLOYMENT, self._kube.merge(DEPLOYMENT, namespace, name, change)))

    def _tell(self, pipeline: WinePipeline, news: tuple[News, ...]) -> None:
        for each in news:
            level = logging.WARNING if each.warning else logging.INFO
            _LOG.log(level, "%s", each.message, extra={"fields": {**_fields(pipeline), "reason": each.reason}})
            told = event(pipeline, each.reason, each.message, time.time(), warning=each.warning)
            try:
                self._kube.post_event(pipeline.metadata.namespace, told)
            except KubeError as failure:  # an Event is a courtesy; the ledger in the status has it too
                _LOG.debug("%s", failure.message)


def _fields(pipeline: WinePipeline) -> dict[str, str]:
    return {"namespace": pipeline.metadata.namespace, "pipeline": pipeline.metadata.name}
