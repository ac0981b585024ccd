"""The API server: the one importer of the `kubernetes` client, used for its login, its TLS and its connections.

Objects go in and out as the JSON they are. The client's generated classes would cost a copy of each, and know nothing
of our own kind. Every call is bounded in time and may be made from any thread.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal
from urllib.parse import urlencode

import msgspec
from kubernetes import client, config
from urllib3 import BaseHTTPResponse, Timeout
from urllib3.exceptions import HTTPError

from winepipeline_operator.identity import FIELD_MANAGER, Manifest
from winepipeline_operator.kinds import EVENT, PIPELINE, Kind
from winepipeline_operator.kube_errors import Absent, Terminating, Unreachable, error_of

_LOG = logging.getLogger(__name__)

CONNECT_SECONDS = 5.0
READ_SECONDS = 20.0
"""How long an answer may take; the server itself gives up after 60 s, when nobody needs the answer any more."""

SILENCE_SECONDS = 90.0
"""A watch that says nothing for so long is dead: the server sends a bookmark each minute."""

_PAGE_OBJECTS = 250
"""Objects in one page of a list: more of them would stand in memory at once."""

_CONNECTIONS = 64

_METADATA_ONLY = "application/json;as=PartialObjectMetadata{};g=meta.k8s.io;v=v1"

Patch = Literal["apply-patch+yaml", "merge-patch+json"]


class NoCluster(Exception):
    """Nobody says where the API server is."""


class Kube:
    """A connection to the API server; its methods raise `KubeError`."""

    def __init__(self, read_seconds: float = READ_SECONDS) -> None:
        """Log in as the pod's service account, and outside of a pod as KUBECONFIG says.

        Args:
            read_seconds: how long an answer may take.

        Raises:
            NoCluster: there is neither.
        """
        settings = client.Configuration()
        try:
            config.load_incluster_config(client_configuration=settings)  # type: ignore[no-untyped-call]
        except config.ConfigException:
            try:
                config.load_kube_config(client_configuration=settings)  # type: ignore[no-untyped-call]
            except config.ConfigException as error:
                raise NoCluster(
                    f"there is no API server to work with: this is no pod with a service account, and KUBECONFIG says: "
                    f"{error}. Set KUBECONFIG to the path of a kubeconfig, such as ~/.kube/config"
                ) from error
        settings.connection_pool_maxsize = _CONNECTIONS
        settings.retries = False  # who calls decides when to try again
        settings.keep_alive = True
        self._read_seconds = read_seconds
        self._fence: Callable[[], None] = lambda: None
        self._client = client.ApiClient(settings)
        self._host = str(settings.host).rstrip("/")

    def set_fence(self, fence: Callable[[], None]) -> None:
        """Ask before each change whether it may be; `fence` raises a `KubeError` where it may not."""
        self._fence = fence

    def get(self, kind: Kind, namespace: str, name: str) -> Manifest:
        """One object."""
        return self._call("GET", kind.path(namespace, name), f"read {kind.name} {namespace}/{name}")

    def pages(self, kind: Kind, namespace: str | None) -> Iterator[tuple[list[dict[str, Any]], str]]:
        """All objects that the kind's selector takes: page by page, each with the list's resourceVersion."""
        query = {"limit": str(_PAGE_OBJECTS), "labelSelector": kind.selector}
        while True:
            answer = self._call("GET", kind.path(namespace), f"list {kind.plural}", query, accept=_accept(kind, "List"))
            yield answer.get("items") or [], answer["metadata"]["resourceVersion"]
            following = answer["metadata"].get("continue")
            if not following:
                return
            query["continue"] = following

    def watch(
        self, kind: Kind, namespace: str | None, since: str, seconds: int
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """What happens from a resourceVersion on: ADDED, MODIFIED, DELETED or BOOKMARK, with the object.

        Ends after `seconds`; raises `Expired` when the version is too old, and `Unreachable` when nothing is heard any
        more.
        """
        query = {
            "watch": "true",
            "allowWatchBookmarks": "true",
            "labelSelector": kind.selector,
            "resourceVersion": since,
            "timeoutSeconds": str(seconds),
        }
        what = f"watch {kind.plural}"
        url = f"{self._host}{kind.path(namespace)}?{urlencode(query)}"
        response = self._send("GET", url, what, None, {"Accept": _accept(kind, "")}, SILENCE_SECONDS)
        try:
            if response.status >= 400:  # noqa: PLR2004 - HTTP's own
                raise error_of(response.status, response.read(), what)
            for line in _lines(response.stream(65_536)):
                event = msgspec.json.decode(line)
                if event["type"] == "ERROR":
                    status = event["object"]
                    raise error_of(int(status.get("code") or 500), msgspec.json.encode(status), what)
                yield event["type"], event["object"]
        except (HTTPError, OSError) as error:
            raise Unreachable(f"{what}: {_words(error)}") from error
        finally:
            response.close()

    def create(self, kind: Kind, namespace: str, manifest: Manifest) -> None:
        """Make an object that is not there yet; `Conflict` when it is."""
        what = f"create {kind.name} {namespace}/{manifest['metadata']['name']}"
        self._call("POST", kind.path(namespace), what, {"fieldManager": FIELD_MANAGER}, manifest)

    def apply(self, kind: Kind, namespace: str, manifest: Manifest, manager: str = FIELD_MANAGER) -> dict[str, Any]:
        """Make an object so, by Server-Side Apply: what others own and we do not name is left alone."""
        name = manifest["metadata"]["name"]
        query = {"fieldManager": manager, "force": "true"}
        what = f"apply {kind.name} {namespace}/{name}"
        return self._call("PATCH", kind.path(namespace, name), what, query, manifest, patch="apply-patch+yaml")

    def apply_status(
        self, namespace: str, name: str, uid: str, status: Mapping[str, Any], kind: Kind = PIPELINE
    ) -> dict[str, Any]:
        """Write a resource's status; `Conflict` when the name belongs to another one by now."""
        body = {
            "apiVersion": kind.api_version,
            "kind": kind.name,
            "metadata": {"name": name, "uid": uid},
            "status": status,
        }
        query = {"fieldManager": FIELD_MANAGER, "force": "true"}
        what = f"write the status of {kind.name} {namespace}/{name}"
        return self._call("PATCH", kind.path(namespace, name, "status"), what, query, body, patch="apply-patch+yaml")

    def merge(self, kind: Kind, namespace: str, name: str, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Change single fields (JSON Merge Patch); `Conflict` when a resourceVersion among them is not current."""
        what = f"change {kind.name} {namespace}/{name}"
        query = {"fieldManager": FIELD_MANAGER}
        return self._call("PATCH", kind.path(namespace, name), what, query, changes, patch="merge-patch+json")

    def delete(
        self,
        kind: Kind,
        namespace: str,
        name: str,
        uid: str,
        propagation: Literal["Background", "Orphan"] = "Background",
    ) -> None:
        """Delete this very object; `Conflict` when the name belongs to another one by now."""
        options = {"propagationPolicy": propagation, "preconditions": {"uid": uid}}
        self._call("DELETE", kind.path(namespace, name), f"delete {kind.name} {namespace}/{name}", None, options)

    def post_event(self, namespace: str, event: Mapping[str, Any]) -> None:
        """Tell an Event."""
        self._call("POST", EVENT.path(namespace), f"post an Event in {namespace}", None, event)

    def is_terminating(self, namespace: str) -> bool:
        """Whether nothing can be created in a namespace any more, since it is being deleted; asked without creating."""
        nothing = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"generateName": "nothing-"}}
        path = f"/api/v1/namespaces/{namespace}/configmaps"
        try:
            self._call("POST", path, f"ask about the namespace {namespace}", {"dryRun": "All"}, nothing)
        except (Terminating, Absent):
            return True
        return False

    def _call(
        self,
        method: str,
        path: str,
        what: str,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        *,
        accept: str = "application/json",
        patch: Patch | None = None,
    ) -> dict[str, Any]:
        if method != "GET":
            self._fence()
        headers = {"Accept": accept}
        data = None
        if body is not None:
            data = msgspec.json.encode(body)
            headers["Content-Type"] = f"application/{patch or 'json'}"
        url = f"{self._host}{path}?{urlencode(query or {})}"
        response = self._send(method, url, what, data, headers, self._read_seconds)
        try:
            answer = response.read()
        except (HTTPError, OSError) as error:
            raise Unreachable(f"{what}: {_words(error)}") from error
        if response.status >= 400:  # noqa: PLR2004 - HTTP's own
            raise error_of(response.status, answer, what)
        found: dict[str, Any] = msgspec.json.decode(answer)
        return found

    def _send(
        self, method: str, url: str, what: str, data: bytes | None, headers: dict[str, str], read_seconds: float
    ) -> BaseHTTPResponse:
        self._client.update_params_for_auth(headers, [], ["BearerToken"], url, method, data)
        timeout = Timeout(connect=CONNECT_SECONDS, read=read_seconds)
        try:
            return self._client.rest_client.pool_manager.request(
                method, url, body=data, headers=headers, timeout=timeout, preload_content=False
            )
        except (HTTPError, OSError) as error:
            raise Unreachable(f"{what}: {_words(error)}") from error


def _accept(kind: Kind, suffix: Literal["", "List"]) -> str:
    return _METADATA_ONLY.format(suffix) if kind.metadata_only else "application/json"


def _lines(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The lines of a stream, each as soon as it is complete."""
    rest = b""
    for piece in pieces:
        *complete, rest = (rest + piece).split(b"\n")
        yield from (each for each in complete if each)


def _words(error: Exception) -> str:
    """What went wrong, without the address of the connection object that urllib3 puts in front."""
    text = str(error).rpartition(">: ")[2] or type(error).__name__
    return text[:300]
