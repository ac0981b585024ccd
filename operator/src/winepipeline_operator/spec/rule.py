"""Rules over several fields, as data: one statement serves the API server (CEL), `winepipeline lint` and the operator.

CEL is what the API server understands (https://kubernetes.io/docs/reference/using-api/cel/): `self` is the part that
the rule belongs to, `oldSelf` the same part before a change. The Python predicate must say the same.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

PartT = TypeVar("PartT")


@dataclass(frozen=True, slots=True)
class Rule(Generic[PartT]):
    """What must hold between the fields of one part.

    Attributes:
        name: Stable and unique in the whole resource, in kebab-case; a finding carries it.
        field: The field that a finding points to, from the part and as written in YAML: `topic.replicationFactor`.
        cel: True when the rule holds.
        message: What is allowed and what to write instead, for the person whose resource was refused.
        holds: The same as `cel`, on the part.
    """

    name: str
    field: str
    cel: str
    message: str
    holds: Callable[[PartT], bool]


@dataclass(frozen=True, slots=True)
class Transition(Generic[PartT]):
    """What must hold between one part before a change of the resource and after it.

    It is asked only when the part stands in the resource both before and after, as the API server does.

    Attributes:
        name: As in `Rule`.
        field: As in `Rule`.
        cel: True when the change is allowed; compares `self` with `oldSelf`.
        message: Why the change is refused and what to do instead.
        holds: The same as `cel`, on the part before and the part after.
    """

    name: str
    field: str
    cel: str
    message: str
    holds: Callable[[PartT, PartT], bool]
