"""What can go wrong with the API server, sorted by what to do about it.

    KubeError
    ├── Unreachable   no answer, or one that says "later": try again, for ever
    ├── Absent        404: there is no such object, or no such kind in this cluster
    ├── Conflict      409: somebody else was faster, or it exists already: look again
    ├── Expired       410: the list that a watch goes on from is too old: list again
    ├── Terminating   the namespace is being deleted: nothing can be created in it any more
    ├── Forbidden     401, or 403 in the words of RBAC: the operator's role lacks a right
    └── Refused       400, 422, any other 403 and the like: the object will not do, and will not later

Each carries `reason` (one word for conditions, metrics and logs), `message` and `hint`.
"""

import json
import re
from collections.abc import Mapping
from typing import Any


class KubeError(Exception):
    """The API server did not do what it was asked.

    Attributes:
        reason: one CamelCase word, of bounded cardinality.
        message: what happened, with the object and the server's words.
        hint: what to do next; empty when there is nothing for a person to do.
    """

    reason = "ApiError"
    hint = ""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Unreachable(KubeError):
    """No answer in time, none at all, or one that asks to come again."""

    reason = "ApiUnreachable"
    hint = "the operator tries again by itself; look at the API server if it lasts"


class Absent(KubeError):
    """There is no such object."""

    reason = "NotFound"


class Conflict(KubeError):
    """The object is another one by now, or there is one already."""

    reason = "Conflict"


class Expired(KubeError):
    """The server no longer knows what happened since then."""

    reason = "Expired"


class Terminating(KubeError):
    """The namespace is being deleted."""

    reason = "NamespaceTerminating"


class Forbidden(KubeError):
    """The operator may not."""

    reason = "OperatorForbidden"
    hint = "give the operator's role this right: upgrade the chart, or compare its ClusterRole with the chart's"


class Refused(KubeError):
    """The server will not take the object."""

    reason = "ChildRefused"
    hint = (
        "change what the message names: a field of the resource, a quota, a policy or a webhook of the cluster; "
        "if it names none of these, it is a fault of the operator"
    )

    @property
    def immutable(self) -> bool:
        """Whether what was refused is a change of something that cannot change, so that a new object would do."""
        return "immutable" in self.message or "updates to statefulset spec for fields other than" in self.message


_LACKS_A_RIGHT = re.compile(r'User "[^"]*" cannot ')
"""How RBAC says it, in every 403 of its own; quotas, admission plugins and webhooks answer 403 in words of theirs."""

_TERMINATING_CAUSE = "NamespaceTerminating"
_FORBIDDEN = 403
_LATER = frozenset({408, 429, 500, 502, 503, 504})
_BY_STATUS: Mapping[int, type[KubeError]] = {
    401: Forbidden,
    404: Absent,
    409: Conflict,
    410: Expired,
}


def error_of(status: int, body: bytes, what: str) -> KubeError:
    """The error that an answer stands for.

    Args:
        status: the HTTP status, 400 or above.
        body: the answer: a `Status` object, or whatever a proxy says.
        what: the request in words, such as `apply Deployment wine/albert-consumer`.
    """
    told = _status_object(body)
    message = f"{what}: {told.get('message') or body[:300].decode(errors='replace').strip() or f'HTTP {status}'}"
    causes = (told.get("details") or {}).get("causes") or ()
    if any(each.get("reason") == _TERMINATING_CAUSE for each in causes):
        return Terminating(message)
    if status in _LATER:
        return Unreachable(message)
    if status == _FORBIDDEN and _LACKS_A_RIGHT.search(message):
        return Forbidden(message)
    return _BY_STATUS.get(status, Refused)(message)


def _status_object(body: bytes) -> Mapping[str, Any]:
    try:
        told = json.loads(body)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
