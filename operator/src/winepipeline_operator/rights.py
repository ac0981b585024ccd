"""The rights that the operator's role needs, from what it does to each kind: no more than these. Pure.

`python -m winepipeline_operator.rights` prints them; the chart's roles are held to them by a test.
"""

from collections.abc import Mapping
from typing import Any

import yaml

from winepipeline_operator.kinds import CHILD_KINDS, EVENT, LEASE, OPTIONAL_KINDS, PIPELINE, POD, REPLAY, SECRET, Kind

_WATCH = ("get", "list", "watch")
_OWN = (*_WATCH, "create", "patch", "delete")  # an apply of something new counts as create and patch


def rules() -> tuple[Mapping[str, Any], ...]:
    """The `rules` of a Role, or a ClusterRole where all namespaces are watched."""
    return (
        _rule((PIPELINE,), (*_WATCH, "patch")),
        _rule((REPLAY,), _WATCH),
        {"apiGroups": [PIPELINE.group], "resources": _parts_of("status"), "verbs": ["patch"]},
        # Owner references that block the owner's deletion need this where the cluster enforces it (OpenShift does).
        {"apiGroups": [PIPELINE.group], "resources": _parts_of("finalizers"), "verbs": ["update"]},
        *(_rule(tuple(kinds), _OWN) for kinds in _by_group((*CHILD_KINDS, *OPTIONAL_KINDS))),
        _rule((POD,), (*_WATCH, "delete")),  # a consumer that is stuck is started again
        _rule((SECRET,), _WATCH),
        _rule((EVENT,), ("create",)),
    )


def lease_rules(name: str) -> tuple[Mapping[str, Any], ...]:
    """The `rules` of a Role in the operator's own namespace, for its Lease; Kubernetes binds no `create` to a name."""
    return (_rule((LEASE,), ("create",)), {**_rule((LEASE,), ("get", "patch")), "resourceNames": [name]})


def _parts_of(subresource: str) -> list[str]:
    return [f"{kind.plural}/{subresource}" for kind in (PIPELINE, REPLAY)]


def _by_group(kinds: tuple[Kind, ...]) -> list[list[Kind]]:
    groups: dict[str, list[Kind]] = {}
    for each in kinds:
        groups.setdefault(each.group, []).append(each)
    return list(groups.values())


def _rule(kinds: tuple[Kind, ...], verbs: tuple[str, ...]) -> Mapping[str, Any]:
    return {"apiGroups": [kinds[0].group], "resources": [each.plural for each in kinds], "verbs": list(verbs)}


if __name__ == "__main__":
    print(yaml.safe_dump(list(rules()), sort_keys=False))  # noqa: T201
