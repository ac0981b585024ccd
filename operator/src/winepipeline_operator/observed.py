"""What the operator saw before it decided: the children as they are, Secrets, the broker, the consumers' own metrics.

The shell (`observe.py`) gathers it; everything that decides reads it. A part that could not be read is absent or says
so, and is never taken for zero: a failed look tears nothing down.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from winepipeline_operator.identity import Manifest
from winepipeline_operator.sight import Sight


@dataclass(frozen=True, slots=True, order=True)
class ChildId:
    """Which object of the pipeline's namespace."""

    api_version: str
    kind: str
    name: str

    @classmethod
    def of(cls, manifest: Manifest) -> "ChildId":
        """The id of an object."""
        return cls(manifest["apiVersion"], manifest["kind"], manifest["metadata"]["name"])


@dataclass(frozen=True, slots=True)
class SecretFacts:
    """A Secret, without what is in it.

    Attributes:
        checksums: from each key to the SHA-256 of its value, in hexadecimal.
    """

    checksums: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Failure:
    """A child that could not be made as it is wanted.

    Attributes:
        child: which.
        reason: one CamelCase word.
        message: what happened, in the API server's words.
        hint: what to do next; empty when there is nothing for a person to do.
        hinders: whether the pipeline is not what it should be for it; else it is a remark.
    """

    child: ChildId
    reason: str
    message: str
    hint: str = ""
    hinders: bool = True


@dataclass(frozen=True, slots=True)
class Observed:
    """The pipeline's world at one moment.

    Attributes:
        now_seconds: since the epoch.
        children: every object that carries the pipeline's label, as the API server returned it.
        pods: the pods of all components, as the API server returned them.
        secrets: the Secrets that the resource names; one that does not exist is absent.
        kinds: of the optional APIs (ServiceMonitor, PrometheusRule, GrafanaDashboard, ScaledObject) those that are
            installed in this cluster.
        failures: the children that could not be made as they are wanted in this round.
        sight: the newest look at the data plane, with the scaler's ledger; None before the first.
    """

    now_seconds: float
    children: Mapping[ChildId, Manifest] = field(default_factory=dict)
    pods: tuple[Manifest, ...] = ()
    secrets: Mapping[str, SecretFacts] = field(default_factory=dict)
    kinds: frozenset[str] = frozenset()
    failures: tuple[Failure, ...] = ()
    sight: Sight | None = None
