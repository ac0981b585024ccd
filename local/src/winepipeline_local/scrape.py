"""Fetches a service's /metrics over HTTP."""

import http.client

from winepipeline_local.reading import Reading, read

HOST = "127.0.0.1"
TIMEOUT_SECONDS = 1.0


def scrape(port: int) -> Reading | None:
    """What the service at this port has counted; None when it does not answer."""
    answer = _get(port, "/metrics")
    try:
        return None if answer is None else read(answer)
    except ValueError:
        return None


def ready(port: int) -> bool:
    """Whether the service says that it is ready to work."""
    return _get(port, "/readyz") is not None


def _get(port: int, path: str) -> str | None:
    connection = http.client.HTTPConnection(HOST, port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.read().decode() if response.status == http.client.OK else None
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
