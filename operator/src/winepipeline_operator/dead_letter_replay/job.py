"""The Job that does a replay: `winepipeline dlq replay` in the consumers' image. Pure.

It does not carry the pipeline's label: what carries that one and is not one of the pipeline's own parts is pruned.
"""

import dataclasses
import hashlib
from typing import Any, Final

from winepipeline_operator.children.addresses import EMULATOR, KAFKA, endpoints
from winepipeline_operator.children.network import from_watchers, to_broker, to_dns, to_warehouse
from winepipeline_operator.children.own_program import own_program
from winepipeline_operator.children.pod import Share, pod_template
from winepipeline_operator.dead_letter_replay.resource import KIND, DeadLetterReplay
from winepipeline_operator.environment import consumer_environment, kafka_secrets, warehouse_secrets
from winepipeline_operator.identity import FIELD_MANAGER, Manifest
from winepipeline_operator.platform import Platform
from winepipeline_operator.spec import API_VERSION, GROUP, WinePipeline

REPLAY_LABEL: Final = f"{GROUP}/dead-letter-replay"
"""On everything that belongs to a replay: its name, as far as a label holds it."""

METRICS_PORT = 8000
REPORT = "/dev/termination-log"
"""The kubelet shows what stands there when the container ends, in the pod's status (at most 4,096 bytes)."""

STOP_SECONDS = 60
_TRIES = 6
"""Begun again after so many failures; nothing is sent twice by it."""

_KEPT_SECONDS = 7 * 24 * 3600
"""A Job that is done is deleted after a week; the replay's status stays."""

_LONGEST_LABEL = 63
_SHARE = Share(cpu=("50m", "1"), memory=("192Mi", "640Mi"))


def replay_manifests(replay: DeadLetterReplay, pipeline: WinePipeline, platform: Platform) -> tuple[Manifest, ...]:
    """The Job, and what its pod may reach."""
    return _policy(replay, pipeline, platform), _job(replay, pipeline, platform)


def job_name(replay: DeadLetterReplay) -> str:
    """The dry run and the real one are two Jobs; a replay of the same name made anew has others."""
    mark = hashlib.sha256(replay.metadata.uid.encode()).hexdigest()[:6]
    mode = "count" if replay.spec.dry_run else "send"
    return f"{replay.metadata.name[: _LONGEST_LABEL - len(mark) - len(mode) - 2].rstrip('-.')}-{mark}-{mode}"


def labels(replay: DeadLetterReplay) -> dict[str, str]:
    """The labels of a replay's objects."""
    return {
        "app.kubernetes.io/name": "winepipeline",
        "app.kubernetes.io/component": "dead-letter-replay",
        "app.kubernetes.io/managed-by": FIELD_MANAGER,
        "app.kubernetes.io/part-of": "winepipeline",
        REPLAY_LABEL: label_of(replay),
    }


def label_of(replay: DeadLetterReplay) -> str:
    """The replay's name as a label's value."""
    return replay.metadata.name[:_LONGEST_LABEL].rstrip("-._")


def arguments(replay: DeadLetterReplay) -> tuple[str, ...]:
    """The command line of the replay."""
    spec = replay.spec
    chosen = spec.filter
    flags: list[str] = ["dlq", "replay", "--name", f"{replay.metadata.name}/{replay.metadata.uid}"]
    for reason in chosen.reasons:
        flags += ["--reason", reason]
    for name, value in (("--type", chosen.event_type), ("--since", chosen.since), ("--until", chosen.until)):
        flags += [name, value] if value is not None else []
    if chosen.partition is not None:
        flags += ["--partition", str(chosen.partition)]
    if chosen.from_offset is not None or chosen.to_offset is not None:
        first, last = (("" if each is None else str(each)) for each in (chosen.from_offset, chosen.to_offset))
        flags.append(f"--offsets={first}-{last}")
    for repair in spec.repairs:
        flags += ["--repair", repair]
    flags += ["--events-per-second", str(spec.events_per_second)]
    flags += ["--report", REPORT, "--metrics-port", str(METRICS_PORT), "--output", "json"]
    return (*flags, *(() if spec.dry_run else ("--yes",)))


def _job(replay: DeadLetterReplay, pipeline: WinePipeline, platform: Platform) -> Manifest:
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": _metadata(replay, job_name(replay)),
        "spec": {
            "backoffLimit": _TRIES,
            "ttlSecondsAfterFinished": _KEPT_SECONDS,
            "template": _template(replay, pipeline, platform),
        },
    }


def _template(replay: DeadLetterReplay, pipeline: WinePipeline, platform: Platform) -> dict[str, Any]:
    program = own_program(
        image=platform.images.consumer,
        share=_SHARE,
        stop_seconds=STOP_SECONDS,
        environment=consumer_environment(pipeline, endpoints(pipeline, platform)),
        secrets=(*kafka_secrets(pipeline), *warehouse_secrets(pipeline)),
    )
    program = dataclasses.replace(program, probes={}, command=("winepipeline",), arguments=arguments(replay))
    template = pod_template(pipeline, "consumer", program, platform, {})
    opened = {f"{GROUP}/reach-{part}": pipeline.metadata.name for part in ("redpanda", "emulator")}
    spec = {key: value for key, value in template["spec"].items() if key != "topologySpreadConstraints"}
    containers = [{**each, "name": "replay"} for each in spec["containers"]]
    return {
        "metadata": {"labels": {**labels(replay), **opened}},
        "spec": {**spec, "containers": containers, "restartPolicy": "Never"},
    }


def _policy(replay: DeadLetterReplay, pipeline: WinePipeline, platform: Platform) -> Manifest:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": _metadata(replay, job_name(replay)),
        "spec": {
            "podSelector": {"matchLabels": {REPLAY_LABEL: label_of(replay)}},
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [from_watchers(platform)],
            "egress": [to_dns(), to_broker(pipeline, (KAFKA,)), to_warehouse(pipeline, EMULATOR)],
        },
    }


def _metadata(replay: DeadLetterReplay, name: str) -> dict[str, Any]:
    owner = {
        "apiVersion": API_VERSION,
        "kind": KIND,
        "name": replay.metadata.name,
        "uid": replay.metadata.uid,
        "controller": True,
        "blockOwnerDeletion": True,
    }
    return {
        "name": name,
        "namespace": replay.metadata.namespace,
        "labels": labels(replay),
        "ownerReferences": [owner],
    }
