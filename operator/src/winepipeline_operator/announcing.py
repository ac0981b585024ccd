"""Writes a pipeline's status where it says something new, and Events about what changed in it."""

from collections.abc import Mapping
from typing import Any

from winepipeline_operator.cache import Cache, Key, Seen
from winepipeline_operator.conditions.reason import PASSING, Reason
from winepipeline_operator.identity import Manifest
from winepipeline_operator.kinds import PIPELINE
from winepipeline_operator.kube import Kube
from winepipeline_operator.metrics import Metrics
from winepipeline_operator.pipeline_status import changes
from winepipeline_operator.spec import WinePipeline
from winepipeline_operator.spec.status import Condition, Status
from winepipeline_operator.teller import Teller


class Announcer:
    """For all pipelines; any thread may call."""

    def __init__(self, kube: Kube, cache: Cache, metrics: Metrics, teller: Teller) -> None:
        self._kube = kube
        self._cache = cache
        self._metrics = metrics
        self._teller = teller

    def announce(self, key: Key, pipeline: WinePipeline, status: Status) -> None:
        """Make the status known.

        Raises:
            KubeError: it could not be written.
        """
        told = status.model_dump(mode="json", by_alias=True, exclude_none=True)
        self._metrics.told(key, told)
        if told == pipeline.status:
            return
        answer = self._kube.apply_status(*key, pipeline.metadata.uid, told)
        self._cache.wrote(Seen.of(PIPELINE, answer))
        before = {each["type"]: each["status"] for each in pipeline.status.get("conditions") or ()}
        for each in changes(pipeline.status, status):
            if _is_news(before.get(each.type), each):
                message = f"{each.type} is {each.status}: {each.message}"
                self._teller.tell(pipeline, Reason(each.reason), message, warning=_is_bad(each))

    def announce_plainly(self, key: Key, body: Manifest, told: Mapping[str, Any]) -> None:
        """Make a status known that was made without the resource's model.

        Raises:
            KubeError: it could not be written.
        """
        self._metrics.told(key, told)
        if told != body.get("status"):
            answer = self._kube.apply_status(*key, body["metadata"]["uid"], told)
            self._cache.wrote(Seen.of(PIPELINE, answer))


def _is_news(before: str | None, condition: Condition) -> bool:
    """What is wrong, and what is right again; not what was never wrong."""
    if condition.reason in PASSING:
        return False
    return _is_bad(condition) or before == _bad_word(condition) or condition.type == "Ready"


def _is_bad(condition: Condition) -> bool:
    return condition.status == _bad_word(condition)


def _bad_word(condition: Condition) -> str:
    return "True" if condition.type == "Stalled" else "False"
