"""Whom the operator asks for /metrics and /readyz, and what it learns. Pure; `scrape` does the asking."""

from dataclasses import dataclass

from winepipeline_operator.reading import Reading

METRICS_PORT = 8000


@dataclass(frozen=True, slots=True, order=True)
class Target:
    """Whom to ask.

    Attributes:
        name: the pod's, or the process's.
        component: consumer or producer.
        host: address or name.
        port: of its metrics.
        expected: whether its silence means that something is unknown; a pod that starts has nothing to tell yet.
    """

    name: str
    component: str
    host: str
    port: int = METRICS_PORT
    expected: bool = True


@dataclass(frozen=True, slots=True)
class Readiness:
    """What a service says at /readyz.

    Attributes:
        ready: whether it works.
        reason: one CamelCase word.
        detail: for a person.
    """

    ready: bool
    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Probe:
    """What was learnt of one target.

    Attributes:
        target: who was asked.
        reading: what it has counted; None: it did not say.
        readiness: None: it did not say.
    """

    target: Target
    reading: Reading | None = None
    readiness: Readiness | None = None
