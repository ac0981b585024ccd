"""The backfill: a Job that makes history and loads it, once.

A Job's template cannot be changed, so that the Job is named by what it is to do: a changed `spec.backfill` makes a new
Job, and the old one, no longer wanted, is pruned. What only says how (the image, the operator's own version) is not in
the name: a Job that stands keeps the template that it has. It is never cleaned up by time, or it would be made, and
run, once more.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from winepipeline_operator.children.addresses import EMULATOR, endpoints
from winepipeline_operator.children.network import from_watchers, policy, to_dns, to_warehouse
from winepipeline_operator.children.objects import metadata, service_account
from winepipeline_operator.children.own_program import own_program
from winepipeline_operator.children.pod import Share, Volume, pod_template
from winepipeline_operator.environment import backfill_environment, warehouse_secrets
from winepipeline_operator.identity import Manifest, child_name
from winepipeline_operator.observed import ChildId, Observed
from winepipeline_operator.platform import Platform
from winepipeline_operator.spec import WinePipeline

FOLDER = "/history"
STOP_SECONDS = 60
_DATABASE = f"{FOLDER}/history.sqlite"
_TRIES = 30
"""Some hours, with Kubernetes' ever longer pauses. A warehouse that is away costs none: the pod itself waits for it."""

_REFUSED = (1, 2)
"""Exit statuses of what another try would not change: both sides differ; another history; settings that will not do."""

_HEX_DIGITS = 10
_SHARE = Share(cpu=("100m", "2"), memory=("128Mi", "512Mi"))


def backfill(pipeline: WinePipeline, observed: Observed, platform: Platform) -> tuple[Manifest, ...]:
    """All that the backfill consists of; nothing where none is wanted."""
    if pipeline.spec.backfill is None:
        return ()
    environment = backfill_environment(pipeline, endpoints(pipeline, platform), _DATABASE)
    name = f"{child_name(pipeline, 'backfill')}-{_digest(environment)}"
    standing = observed.children.get(ChildId("batch/v1", "Job", name))
    fixed = {"template": _template(pipeline, environment, platform), "podFailurePolicy": _policy_of_failures()}
    if standing:  # these two cannot be changed
        fixed = {key: standing["spec"][key] for key in fixed if key in standing["spec"]}
    egress = (to_dns(), to_warehouse(pipeline, EMULATOR))
    return (
        service_account(pipeline, "backfill"),
        policy(pipeline, "backfill", (from_watchers(platform),), egress),
        {
            "apiVersion": "batch/v1",
            "kind": "Job",
            "metadata": metadata(pipeline, "backfill", name),
            "spec": {"suspend": pipeline.spec.paused, "backoffLimit": _TRIES, **fixed},
        },
    )


def _template(pipeline: WinePipeline, environment: Mapping[str, str], platform: Platform) -> dict[str, Any]:
    program = own_program(
        image=platform.images.backfill,
        share=_SHARE,
        stop_seconds=STOP_SECONDS,
        environment=environment,
        secrets=warehouse_secrets(pipeline),
        # The warehouse knows how far the history is loaded, so that a new pod may begin with an empty folder.
        volumes=(Volume("history", FOLDER, {"emptyDir": {}}),),
    )
    template = pod_template(pipeline, "backfill", program, platform, {})
    return {**template, "spec": {**template["spec"], "restartPolicy": "Never"}}


def _policy_of_failures() -> dict[str, Any]:
    """A pod that was drained counts as no try; one that was refused is the last."""
    drained = [{"type": "DisruptionTarget", "status": "True"}]
    return {
        "rules": [
            {"action": "Ignore", "onPodConditions": drained},
            {"action": "FailJob", "onExitCodes": {"operator": "In", "values": list(_REFUSED)}},
        ]
    }


def _digest(environment: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(environment, sort_keys=True).encode()).hexdigest()[:_HEX_DIGITS]
