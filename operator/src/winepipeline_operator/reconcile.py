"""A round of one pipeline: look, make the children so, tell in the status."""

import logging
import random
import time
from collections.abc import Callable
from dataclasses import replace

from pydantic import ValidationError

from winepipeline_operator.cache import Cache, Key, Seen
from winepipeline_operator.children.desired import desired
from winepipeline_operator.identity import PAUSE_ANNOTATION
from winepipeline_operator.kinds import PIPELINE
from winepipeline_operator.kube import Kube
from winepipeline_operator.kube_errors import Absent, Conflict, KubeError
from winepipeline_operator.metrics import Metrics
from winepipeline_operator.observe import Observer, secret_names
from winepipeline_operator.observed import Observed
from winepipeline_operator.pipeline_status import status
from winepipeline_operator.platform import Platform
from winepipeline_operator.rollout import Outcome, Rollout
from winepipeline_operator.sight import Sight
from winepipeline_operator.spec import WinePipeline

_LOG = logging.getLogger(__name__)

_FIRST_DELAY_SECONDS = 1.0
_MOST_DELAY_SECONDS = 60.0


class Reconciler:
    """Rounds of all pipelines; any thread may call, one at a time for each pipeline."""

    def __init__(
        self,
        kube: Kube,
        cache: Cache,
        platform: Platform,
        metrics: Metrics,
        kinds: Callable[[], frozenset[str]],
        sights: Callable[[Key], Sight | None],
        resync_seconds: float,
    ) -> None:
        """`kinds` tells the optional kinds that the cluster serves, `sights` the newest look at a data plane."""
        self._kube = kube
        self._cache = cache
        self._platform = platform
        self._metrics = metrics
        self._kinds = kinds
        self._sights = sights
        self._resync_seconds = resync_seconds
        self._observer = Observer(kube, cache)
        self._rollout = Rollout(kube, cache)
        self._failures: dict[Key, int] = {}
        self._secrets: dict[Key, tuple[str, ...]] = {}
        self._rng = random.Random()  # noqa: S311 - spreads retries, guards nothing

    def round(self, key: Key) -> float:
        """Look at a pipeline and do what is to be done; returns after how many seconds to look again."""
        seen = self._cache.find(PIPELINE, *key)
        if seen is None:
            return self._resync_seconds
        begun = time.monotonic()
        error: str | None = None
        try:
            complete = self._turn(key, seen)
            error = None if complete else "ChildFailed"
        except (Absent, Conflict) as gone:  # it was changed or deleted meanwhile: its event is on the way
            _LOG.debug("%s", gone.message)
        except KubeError as failure:
            error = failure.reason
            _LOG.warning("%s", failure.message, extra={"fields": _fields(key, error)})
        finally:
            self._metrics.finished(key, time.monotonic() - begun, error)
        return self._next_seconds(key, error)

    def forget(self, key: Key) -> None:
        """The pipeline is gone."""
        self._rollout.forget(key)
        self._failures.pop(key, None)
        self._secrets.pop(key, None)
        self._metrics.end(key)

    def users_of(self, namespace: str, secret: str) -> list[Key]:
        """The pipelines that name a Secret."""
        return [key for key, names in list(self._secrets.items()) if key[0] == namespace and secret in names]

    def _turn(self, key: Key, seen: Seen) -> bool:
        """One round; whether everything is as it is wanted, as far as that is ours to do."""
        body = seen.body()
        try:
            pipeline = WinePipeline.model_validate(body)
        except ValidationError as error:
            _LOG.error("the resource will not do: %s", error, extra={"fields": _fields(key, "InvalidSpec")})
            return False
        if body["metadata"].get("deletionTimestamp"):
            return True
        self._secrets[key] = secret_names(pipeline)
        observed = replace(self._observer.observe(pipeline, self._kinds()), sight=self._sights(key))
        outcome = Outcome()
        if pipeline.metadata.annotations.get(PAUSE_ANNOTATION) != "true":
            wanted = desired(pipeline, observed, self._platform)
            outcome = self._rollout.bring_about(key, pipeline.metadata.uid, wanted)
            self._tell_changes(key, outcome)
        self._write_status(key, pipeline, replace(observed, failures=outcome.failures))
        return not outcome.failures

    def _tell_changes(self, key: Key, outcome: Outcome) -> None:
        for child in outcome.applied:
            self._metrics.applies.labels(child.kind).inc()
        for child in outcome.pruned:
            self._metrics.prunes.labels(child.kind).inc()
        if outcome.applied or outcome.pruned:
            changed = [f"{each.kind}/{each.name}" for each in outcome.applied]
            gone = [f"{each.kind}/{each.name}" for each in outcome.pruned]
            _LOG.info("applied %s, pruned %s", changed, gone, extra={"fields": _fields(key)})
        for failure in outcome.failures:
            _LOG.warning("%s", failure.message, extra={"fields": _fields(key, failure.reason)})

    def _write_status(self, key: Key, pipeline: WinePipeline, observed: Observed) -> None:
        told = status(pipeline, observed).model_dump(mode="json", by_alias=True, exclude_none=True)
        self._metrics.told(key, told)
        if told == pipeline.status:
            return
        answer = self._kube.apply_status(*key, pipeline.metadata.uid, told)
        self._cache.wrote(Seen.of(PIPELINE, answer))

    def _next_seconds(self, key: Key, error: str | None) -> float:
        if error is None:
            self._failures.pop(key, None)
            return self._resync_seconds
        failures = self._failures[key] = self._failures.get(key, 0) + 1
        return float(min(_MOST_DELAY_SECONDS, _FIRST_DELAY_SECONDS * 2 ** min(failures - 1, 10)))


def _fields(key: Key, reason: str = "") -> dict[str, str]:
    return {"namespace": key[0], "pipeline": key[1], **({"reason": reason} if reason else {})}
