"""A round of one pipeline: look, make the children so, tell in the status."""

import logging
import time
from collections.abc import Callable
from dataclasses import replace

from pydantic import ValidationError

from winepipeline_operator.announcing import Announcer
from winepipeline_operator.cache import Cache, Key, Seen
from winepipeline_operator.children.desired import desired
from winepipeline_operator.conditions.reason import Reason, reason_of
from winepipeline_operator.ending import Ending
from winepipeline_operator.identity import PAUSE_ANNOTATION, Manifest
from winepipeline_operator.kinds import PIPELINE
from winepipeline_operator.kube_errors import Absent, Conflict, KubeError, Terminating, Unreachable
from winepipeline_operator.metrics import Metrics
from winepipeline_operator.observe import Observer, secret_names
from winepipeline_operator.observed import Observed
from winepipeline_operator.pipeline_status import refusal, status
from winepipeline_operator.platform import Platform
from winepipeline_operator.presence import Presence
from winepipeline_operator.rollout import Outcome, Rollout
from winepipeline_operator.sight import Sight
from winepipeline_operator.spec import WinePipeline
from winepipeline_operator.teller import Teller

_LOG = logging.getLogger(__name__)

_FIRST_DELAY_SECONDS = 1.0
_MOST_DELAY_SECONDS = 60.0
_ENDING_SECONDS = 5.0


class Reconciler:
    """Rounds of all pipelines; any thread may call, one at a time for each pipeline."""

    def __init__(  # noqa: PLR0913 - everything that a round works with
        self,
        *,
        cache: Cache,
        observer: Observer,
        rollout: Rollout,
        announcer: Announcer,
        teller: Teller,
        ending: Ending,
        metrics: Metrics,
        presence: Presence,
        gone: Callable[[Key, str], None],
        platform: Platform,
        kinds: Callable[[], frozenset[str]],
        sights: Callable[[Key], Sight | None],
        resync_seconds: float,
    ) -> None:
        """Put together what a round works with.

        `gone` is told the key and the uid of a pipeline that turns out to be gone, `kinds` tells the optional kinds
        that the cluster serves, `sights` the newest look at a data plane.
        """
        self._cache = cache
        self._observer = observer
        self._rollout = rollout
        self._announcer = announcer
        self._teller = teller
        self._ending = ending
        self._metrics = metrics
        self._presence = presence
        self._gone = gone
        self._platform = platform
        self._kinds = kinds
        self._sights = sights
        self._resync_seconds = resync_seconds
        self._failures: dict[Key, int] = {}
        self._secrets: dict[Key, tuple[str, ...]] = {}
        self._settled: dict[Key, object] = {}

    def round(self, key: Key) -> float:
        """Look at a pipeline and do what is to be done; returns after how many seconds to look again."""
        seen = self._cache.find(PIPELINE, *key)
        if seen is None:
            return self._resync_seconds
        begun = time.monotonic()
        error: Reason | str | None = None
        due_seconds = self._resync_seconds
        try:
            error, due_seconds = self._turn(key, seen)
        except (Absent, Conflict) as stale:  # it was changed or deleted meanwhile: look again
            _LOG.debug("%s", stale.message)
            due_seconds = _FIRST_DELAY_SECONDS
            self._ask_whether_gone(key, seen)
        except (Unreachable, Terminating) as failure:
            error = failure.reason
            _LOG.warning("%s", failure.message, extra={"fields": _fields(key, error)})
        except KubeError as failure:
            error = reason_of(failure.reason, Reason.API_ERROR)
            _LOG.warning("%s", failure.message, extra={"fields": _fields(key, error)})
            self._refuse(key, seen.body(), error, f"{failure.message}. {failure.hint}")
        except Exception as fault:  # noqa: BLE001 - whatever it is, the resource's status says so
            error = Reason.OPERATOR_FAULT
            _LOG.exception("a round failed by a fault of ours", extra={"fields": _fields(key, error)})
            self._refuse(key, seen.body(), error, f"{type(fault).__name__}: {fault}; what runs is left as it is")
        finally:
            self._metrics.finished(key, time.monotonic() - begun, error)
        return min(due_seconds, self._delay_after(key, error))

    def forget(self, key: Key) -> None:
        """The pipeline is gone."""
        self._rollout.forget(key)
        self._teller.forget(key)
        self._failures.pop(key, None)
        self._secrets.pop(key, None)
        self._settled.pop(key, None)
        self._metrics.end(key)

    def users_of(self, namespace: str, secret: str) -> list[Key]:
        """The pipelines that name a Secret."""
        return [key for key, names in list(self._secrets.items()) if key[0] == namespace and secret in names]

    def _turn(self, key: Key, seen: Seen) -> tuple[Reason | str | None, float]:
        """One round: why it failed, and when the next one is due."""
        body = seen.body()
        try:
            pipeline = WinePipeline.model_validate(body)
        except ValidationError as error:
            words = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
            self._ask_whether_gone(key, seen)
            self._refuse(key, body, Reason.INVALID_SPEC, f"{words}; what runs is left as it is")
            return Reason.INVALID_SPEC, self._resync_seconds
        if body["metadata"].get("deletionTimestamp"):
            self._ask_whether_gone(key, seen)
            return None, self._end(key, pipeline, body)
        self._ending.hold(key, pipeline, body)
        self._secrets[key] = secret_names(pipeline)
        observed = replace(self._observer.observe(pipeline, self._kinds()), sight=self._sights(key))
        outcome = Outcome()
        if pipeline.metadata.annotations.get(PAUSE_ANNOTATION) != "true":
            outcome = self._bring_about(key, pipeline, observed)
        if outcome.applied or outcome.pruned:
            # Told is what stands after the round, not what stood before it.
            observed = replace(self._observer.observe(pipeline, self._kinds()), sight=observed.sight)
        self._announcer.announce(key, pipeline, status(pipeline, replace(observed, failures=outcome.failures)))
        hindering = next((each.reason for each in outcome.failures if each.hinders), None)
        return hindering, self._resync_seconds

    def _bring_about(self, key: Key, pipeline: WinePipeline, observed: Observed) -> Outcome:
        """Make the children so; nothing is compared while all that this depends on is as it was when all was right."""
        metadata = pipeline.metadata
        state = (metadata.uid, metadata.generation, self._cache.state_of(key), observed.secrets, observed.kinds)
        if self._settled.get(key) == state:
            return Outcome()
        outcome = self._bring_about_anew(key, pipeline, observed)
        if outcome == Outcome():
            self._settled[key] = state
        return outcome

    def _bring_about_anew(self, key: Key, pipeline: WinePipeline, observed: Observed) -> Outcome:
        wanted = desired(pipeline, observed, self._platform)
        outcome = self._rollout.bring_about(key, pipeline.metadata.uid, wanted)
        for child in outcome.applied:
            self._metrics.applies.labels(child.kind).inc()
        for child in outcome.pruned:
            self._metrics.prunes.labels(child.kind).inc()
        if outcome.applied:
            names = ", ".join(f"{each.kind} {each.name}" for each in outcome.applied)
            self._teller.tell(pipeline, Reason.CHILDREN_APPLIED, f"created or changed {names}")
        if outcome.pruned:
            names = ", ".join(f"{each.kind} {each.name}" for each in outcome.pruned)
            self._teller.tell(pipeline, Reason.CHILDREN_PRUNED, f"deleted what is no longer wanted: {names}")
        for failure in outcome.failures:
            _LOG.warning("%s", failure.message, extra={"fields": _fields(key, failure.reason)})
        return outcome

    def _ask_whether_gone(self, key: Key, seen: Seen) -> None:
        """A watch that was cut while the resource was deleted never tells, nor does the list that follows."""
        uid = seen.body()["metadata"]["uid"]
        try:
            if not self._presence.is_there(key, uid):
                self._gone(key, uid)
        except KubeError as error:
            _LOG.debug("%s", error.message)

    def _end(self, key: Key, pipeline: WinePipeline, body: Manifest) -> float:
        """The resource is being deleted; when to look again."""
        waits = self._ending.advance(key, pipeline, body)
        if waits is None:
            return self._resync_seconds
        words = f"{waits}; deletionPolicy: Retain lets the resource go at once and leaves the data"
        self._refuse(key, body, Reason.CLEANUP_WAITS, words)
        return _ENDING_SECONDS

    def _refuse(self, key: Key, body: Manifest, reason: Reason, message: str) -> None:
        """Say in the status why nothing is done; all else in it stays."""
        try:
            self._announcer.announce_plainly(key, body, refusal(body, reason, message, time.time()))
        except KubeError as error:
            _LOG.warning("%s", error.message, extra={"fields": _fields(key, error.reason)})

    def _delay_after(self, key: Key, error: Reason | str | None) -> float:
        """When to try again: at once after the first failure, seldom after many."""
        if error is None:
            self._failures.pop(key, None)
            return self._resync_seconds
        failures = self._failures[key] = self._failures.get(key, 0) + 1
        return float(min(_MOST_DELAY_SECONDS, _FIRST_DELAY_SECONDS * 2 ** min(failures - 1, 10)))


def _fields(key: Key, reason: str = "") -> dict[str, str]:
    return {"namespace": key[0], "pipeline": key[1], **({"reason": str(reason)} if reason else {})}
