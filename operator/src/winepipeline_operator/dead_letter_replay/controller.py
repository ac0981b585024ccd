"""Works on the DeadLetterReplays: one thread that looks at all of them every few seconds. There are few, and no haste.

It looks rather than watches, so nothing of a replay stays in memory, and a round that fails is made again.
"""

import logging
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from winepipeline_operator import scrape
from winepipeline_operator.dead_letter_replay.job import (
    METRICS_PORT,
    REPLAY_LABEL,
    job_name,
    label_of,
    replay_manifests,
)
from winepipeline_operator.dead_letter_replay.replay_news import replay_news
from winepipeline_operator.dead_letter_replay.replay_status import ReplayView, is_done, replay_status
from winepipeline_operator.dead_letter_replay.resource import DeadLetterReplay
from winepipeline_operator.identity import Manifest
from winepipeline_operator.kinds import JOB, PIPELINE, POD, REPLAY, kind_of
from winepipeline_operator.kube import Kube
from winepipeline_operator.kube_errors import Absent, Conflict, Forbidden, KubeError, Unreachable
from winepipeline_operator.platform import Platform
from winepipeline_operator.spec import WinePipeline
from winepipeline_operator.teller import Teller

_LOG = logging.getLogger(__name__)

LOOK_SECONDS = 5.0
NOT_SERVED_SECONDS = 60.0
"""After how long to look again where the cluster does not know the kind."""


class Replays:
    """All replays of some namespaces, or of all."""

    def __init__(self, kube: Kube, teller: Teller, platform: Platform, namespaces: Sequence[str | None]) -> None:
        """`namespaces` is `(None,)` for all."""
        self._kube = kube
        self._teller = teller
        self._platform = platform
        self._namespaces = namespaces
        self._due: dict[str | None, float] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="replays", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """End after the round under way."""
        self._ended.set()

    @property
    def alive(self) -> bool:
        """Whether it does its work, or has not begun to."""
        return self._thread.ident is None or self._thread.is_alive()

    def look(self) -> float:
        """One round over all of them; after how many seconds the next one is due."""
        now = time.monotonic()
        for namespace in self._namespaces:
            if self._due.get(namespace, now) <= now:
                self._due[namespace] = now + self._look_in(namespace)
        return max(0.0, min(self._due.values()) - now)

    def _look_in(self, namespace: str | None) -> float:
        """One round over those of a namespace: whatever is wrong with it is no matter of the others."""
        where = namespace or "all namespaces"
        try:
            for page, _ in self._kube.pages(REPLAY, namespace):
                for body in page:
                    self._look_at(body)
        except Absent:
            return NOT_SERVED_SECONDS
        except Forbidden as error:
            _LOG.warning("the dead letter replays of %s may not be looked at: %s", where, error.message)
            return NOT_SERVED_SECONDS
        except KubeError as error:
            _LOG.warning("the dead letter replays of %s could not be looked at: %s", where, error.message)
        return LOOK_SECONDS

    def _run(self) -> None:
        due_seconds = 0.0
        while not self._ended.wait(due_seconds):
            try:
                due_seconds = self.look()
            except Exception:  # noqa: BLE001 - a thread that ends would leave every replay alone
                _LOG.exception("a look at the dead letter replays failed by a fault of ours")
                due_seconds = LOOK_SECONDS

    def _look_at(self, body: Mapping[str, Any]) -> None:
        """One replay: make its Job, and tell how it goes."""
        place = body["metadata"]["namespace"], body["metadata"]["name"]
        try:
            found = DeadLetterReplay.model_validate(body)
        except ValidationError as error:  # the API server let it through before the CRD was as it is now
            _LOG.warning("%s/%s is no usable DeadLetterReplay: %s", *place, error)
            return
        if is_done(found) or body["metadata"].get("deletionTimestamp"):
            return
        try:
            view = self._bring_about(found)
            status = replay_status(found, view, time.time())
            if status != body.get("status"):
                self._kube.apply_status(*place, found.metadata.uid, status, REPLAY)
                for each in replay_news(found, view, status):
                    self._teller.tell(found, each.reason, each.message, warning=each.warning)
        except (Absent, Conflict) as gone:
            _LOG.debug("%s", gone.message)
        except KubeError as error:
            _LOG.warning("%s", error.message, extra={"fields": {"namespace": place[0], "replay": place[1]}})

    def _bring_about(self, found: DeadLetterReplay) -> ReplayView:
        namespace = found.metadata.namespace
        job = self._job(found)
        if job is None:
            try:
                body = self._kube.get(PIPELINE, namespace, found.spec.pipeline_ref.name)
                pipeline = WinePipeline.model_validate(body)
                for manifest in replay_manifests(found, pipeline, self._platform):
                    self._kube.apply(kind_of(manifest), namespace, manifest)
            except Absent:
                return ReplayView(pipeline_found=False)
            except ValidationError:
                return ReplayView(trouble=f"the WinePipeline {found.spec.pipeline_ref.name} is not usable")
            except Unreachable:
                raise
            except KubeError as error:
                return ReplayView(trouble=f"the Job could not be made: {error.message}")
            job = self._job(found)
        pods = self._pods(found)
        return ReplayView(job=job, pods=pods, progress=_progress(pods))

    def _job(self, found: DeadLetterReplay) -> Manifest | None:
        try:
            return self._kube.get(JOB, found.metadata.namespace, job_name(found))
        except Absent:
            return None

    def _pods(self, found: DeadLetterReplay) -> list[Manifest]:
        """The pods of the Job of the present mode."""
        kind = replace(POD, selector=f"{REPLAY_LABEL}={label_of(found)},job-name={job_name(found)}")
        return [each for page, _ in self._kube.pages(kind, found.metadata.namespace) for each in page]


def _progress(pods: Sequence[Manifest]) -> str | None:
    for pod in pods:
        status = pod.get("status") or {}
        if status.get("phase") == "Running" and status.get("podIP"):
            return scrape.page(METRICS_PORT, status["podIP"])
    return None
