"""What an answer of the API server stands for: try again, look again, list again, or tell a person."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from winepipeline_operator.kube_errors import (
    Absent,
    Conflict,
    Expired,
    Forbidden,
    KubeError,
    Refused,
    Terminating,
    Unreachable,
    error_of,
)


def told(message: str, cause: str | None = None) -> bytes:
    """A Status as the API server sends it."""
    details = {"causes": [{"reason": cause}]} if cause else {}
    return json.dumps({"kind": "Status", "message": message, "details": details}).encode()


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, Forbidden),
        (404, Absent),
        (409, Conflict),
        (410, Expired),
        (422, Refused),
        (400, Refused),
        (429, Unreachable),
        (500, Unreachable),
        (503, Unreachable),
        (504, Unreachable),
    ],
)
def test_each_answer_has_its_sort(status: int, kind: type[KubeError]) -> None:
    """An overloaded server is asked again, a refused object is told of, a stale list is read anew."""
    assert type(error_of(status, told("so it is"), "apply Deployment wine/a")) is kind


RBAC = (
    'deployments.apps "a" is forbidden: User "system:serviceaccount:wine:operator" cannot patch resource "deployments" '
    'in API group "apps" in the namespace "wine"'
)
QUOTA = 'persistentvolumeclaims "a" is forbidden: exceeded quota: no-claims, requested: persistentvolumeclaims=1'
WEBHOOK = 'admission webhook "policy.example.com" denied the request: images come from our registry'
RESIZE = (
    'persistentvolumeclaims "data-a-redpanda-0" is forbidden: only dynamically provisioned pvc can be resized and the '
    "storageclass that provisions the pvc must support resize"
)


@pytest.mark.parametrize(
    ("words", "kind"), [(RBAC, Forbidden), (QUOTA, Refused), (WEBHOOK, Refused), (RESIZE, Refused)]
)
def test_a_lack_of_rights_is_told_from_a_refusal(words: str, kind: type[KubeError]) -> None:
    """A quota, a webhook or a StorageClass that says no sends nobody to compare roles: all of them answer 403."""
    error = error_of(403, told(words), "apply")
    assert type(error) is kind
    assert words in error.message
    assert ("role" in error.hint) is (kind is Forbidden)


def test_a_namespace_that_goes_is_no_lack_of_rights() -> None:
    """The API server answers 403 for both; only the cause tells them apart."""
    assert type(error_of(403, told("forbidden", "NamespaceTerminating"), "apply")) is Terminating


def test_the_servers_words_stand_in_the_message() -> None:
    """A person reads which object it was and what the server said of it."""
    error = error_of(422, told("spec.x: Invalid value"), "apply Deployment wine/a")
    assert error.message == "apply Deployment wine/a: spec.x: Invalid value"
    assert error.hint


@given(status=st.integers(400, 599), body=st.binary(max_size=400))
def test_whatever_a_proxy_says_is_an_error_with_words(status: int, body: bytes) -> None:
    """An answer that is no Status, as a proxy gives it, is told as it is."""
    error = error_of(status, body, "list pods")
    assert isinstance(error, KubeError)
    assert error.message.startswith("list pods: ")


def test_what_cannot_change_is_told_apart() -> None:
    """An object that has to be made anew for a change is known by the server's words."""
    words = "updates to statefulset spec for fields other than 'replicas' are forbidden"
    for text in ("spec.template: field is immutable", words):
        error = error_of(422, told(text), "apply")
        assert isinstance(error, Refused)
        assert error.immutable
    other = error_of(422, told("spec.replicas: must be non-negative"), "apply")
    assert isinstance(other, Refused)
    assert not other.immutable
