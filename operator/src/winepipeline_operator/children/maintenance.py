"""How a broker among several takes its leave: it hands the partitions that it leads over to others first.

Redpanda's maintenance mode (https://docs.redpanda.com/current/manage/node-management/): `PUT
/v1/brokers/{id}/maintenance` begins it, `maintenance_status.finished` says when all is handed over, `DELETE` ends it. A
lone broker has nobody to hand over to.
"""

import shlex
from typing import Any

from winepipeline_operator.children.addresses import ADMIN

_API = f"http://localhost:{ADMIN.number}/v1"
_ID = f"""id=$(curl -sf {_API}/node_config | grep -o '"node_id": *[0-9]*' | grep -o '[0-9]*$')"""

_LEAVE = f"""
{_ID} || exit 0
curl -sf -X PUT {_API}/brokers/$id/maintenance || exit 0
until curl -sf {_API}/brokers/$id | grep -q '"finished": *true'; do sleep 1; done
"""
_RETURN = f"""
until {_ID} && curl -sf -X DELETE {_API}/brokers/$id/maintenance; do sleep 1; done
"""

_LEAVE_SECONDS = 60
"""Well within the time that the pod has to stop: an unfinished hand-over must not end in a SIGKILL."""

_RETURN_SECONDS = 60


def hooks() -> dict[str, Any]:
    """The container's hooks. Neither fails: a broker that cannot hand over stops all the same."""
    return {"preStop": _run(_LEAVE, _LEAVE_SECONDS), "postStart": _run(_RETURN, _RETURN_SECONDS)}


def _run(script: str, seconds: int) -> dict[str, Any]:
    bounded = f"timeout {seconds} bash -c {shlex.quote(script.strip())} || true"
    return {"exec": {"command": ["bash", "-c", bounded]}}
