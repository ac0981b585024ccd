"""The API server, asked over one connection: a kubectl for each of many questions would take a processor."""

import http.client
import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from kubernetes import client, config

ANSWER_SECONDS = 30.0


class Refused(Exception):
    """A command ended with another status than 0, or the API server would not; its words are what it said."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Where the objects of a kind are.

    Attributes:
        root: `/api/v1`, `/apis/apps/v1`.
        plural: in the path.
        name: in the manifest.
    """

    root: str
    plural: str
    name: str

    def path(self, namespace: str, name: str = "") -> str:
        """Of one object, or of all in a namespace."""
        return f"{self.root}/namespaces/{namespace}/{self.plural}" + (f"/{name}" if name else "")


class Api:
    """Reads objects by the names of their kinds that kubectl takes."""

    def __init__(self, file: str | None) -> None:
        """`file` says where the API server is; None: the one that kubectl would take."""
        self._file = file
        self._kinds: dict[str, Kind] = {}

    def get(self, path: str, **query: str) -> Any:
        """What is at a path.

        Raises:
            Refused: nothing, or it may not be seen.
        """
        headers = {"Accept": "application/json"}
        url = f"{self._client.configuration.host}{path}?{urlencode(query)}"
        self._client.update_params_for_auth(headers, [], ["BearerToken"], url, "GET", None)
        found = self._client.rest_client.pool_manager.request("GET", url, headers=headers, timeout=ANSWER_SECONDS)
        if found.status != http.client.OK:
            raise Refused(f"{path}: {found.status} {found.data.decode()}")
        return json.loads(found.data)

    def kind(self, called: str) -> Kind:
        """The kind that is called so: `deploy`, `deployment`, `deployments`; asks anew for one that is not known."""
        if called not in self._kinds:
            self._kinds = self._served()
        if called not in self._kinds:
            raise Refused(f"the server has no kind {called}")
        return self._kinds[called]

    @cached_property
    def _client(self) -> client.ApiClient:
        settings = client.Configuration()
        config.load_kube_config(self._file, client_configuration=settings)  # type: ignore[no-untyped-call]
        return client.ApiClient(settings)

    def _served(self) -> dict[str, Kind]:
        roots = ["/api/v1"]
        roots += [f"/apis/{each['preferredVersion']['groupVersion']}" for each in self.get("/apis")["groups"]]
        found: dict[str, Kind] = {}
        for root in roots:
            for each in self.get(root)["resources"]:
                if "/" in each["name"]:
                    continue
                kind = Kind(root, each["name"], each["kind"])
                for called in (each["name"], each["singularName"], *each.get("shortNames", ())):
                    found.setdefault(called, kind)
        return found
