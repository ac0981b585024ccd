"""An Event about a pipeline or a replay, as `kubectl describe` shows it. Pure."""

import datetime as dt
import uuid
from typing import Any, TypeAlias

from winepipeline_operator.dead_letter_replay.resource import DeadLetterReplay
from winepipeline_operator.identity import FIELD_MANAGER
from winepipeline_operator.spec import WinePipeline

Subject: TypeAlias = WinePipeline | DeadLetterReplay
"""What an Event can be about."""

LONGEST_MESSAGE = 1024
"""The API server refuses an Event with more."""


def event(subject: Subject, reason: str, message: str, now_seconds: float, *, warning: bool = False) -> dict[str, Any]:
    """The object to post; a name of its own each time, so that none is lost for another."""
    moment = dt.datetime.fromtimestamp(now_seconds, dt.UTC)
    stamp = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    metadata = subject.metadata
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": f"{metadata.name}.{uuid.uuid4().hex[:16]}", "namespace": metadata.namespace},
        "involvedObject": {
            "apiVersion": subject.api_version,
            "kind": subject.kind,
            "name": metadata.name,
            "namespace": metadata.namespace,
            "uid": metadata.uid,
        },
        "type": "Warning" if warning else "Normal",
        "reason": reason,
        "message": message if len(message) <= LONGEST_MESSAGE else message[: LONGEST_MESSAGE - 1] + "…",
        "source": {"component": FIELD_MANAGER},
        "reportingComponent": FIELD_MANAGER,
        "reportingInstance": FIELD_MANAGER,
        "firstTimestamp": stamp,
        "lastTimestamp": stamp,
        "count": 1,
    }
