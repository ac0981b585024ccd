"""The pods of all components: restricted, without a token, with a root file system that nobody writes to.

They pass the `restricted` Pod Security Standard
(https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted). Every container has requests and
limits, so that a namespace with a quota takes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from winepipeline_operator.children import secret_use
from winepipeline_operator.children.objects import METRICS, Port
from winepipeline_operator.environment import SecretVariable
from winepipeline_operator.identity import Component, child_name, labels, selector
from winepipeline_operator.platform import Platform
from winepipeline_operator.spec import WinePipeline

OUR_USER = 65532
"""Who our own images run as; given here too, so that the volumes belong to that group."""

_NODE: Final = "kubernetes.io/hostname"
_SCRATCH = "tmp"
_SCRATCH_LIMIT = "256Mi"
UNPRIVILEGED: Final[Mapping[str, Any]] = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "readOnlyRootFilesystem": True,
}


@dataclass(frozen=True, slots=True)
class Share:
    """What a container is promised of a node, and what it may take at most.

    Attributes:
        cpu: request and limit.
        memory: request and limit.
    """

    cpu: tuple[str, str]
    memory: tuple[str, str]

    def manifest(self) -> dict[str, Any]:
        """As Kubernetes writes it."""
        return {
            "requests": {"cpu": self.cpu[0], "memory": self.memory[0]},
            "limits": {"cpu": self.cpu[1], "memory": self.memory[1]},
        }


@dataclass(frozen=True, slots=True)
class Volume:
    """A volume, and where the container sees it.

    Attributes:
        name: in the pod.
        path: in the container; None where only an init container mounts it.
        source: what it is, as Kubernetes writes it: `{"emptyDir": {}}`; empty where a StatefulSet claims it.
    """

    name: str
    path: str | None
    source: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What a pod runs: one container, and how it is treated.

    Attributes:
        image: with tag or digest.
        share: of the node.
        stop_seconds: from SIGTERM to SIGKILL.
        probes: `startupProbe`, `livenessProbe`, `readinessProbe`.
        environment: variables that hold no secret.
        secrets: variables that do.
        ports: that it listens on.
        command: in place of the image's own.
        arguments: in place of the image's own.
        user: and group, that it runs as.
        volumes: beside /tmp and the Secrets' files.
        prelude: init containers, as Kubernetes writes them, but for what every container has.
        lifecycle: hooks.
    """

    image: str
    share: Share
    stop_seconds: int
    probes: Mapping[str, Any] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[SecretVariable, ...] = ()
    ports: tuple[Port, ...] = (METRICS,)
    command: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    user: int = OUR_USER
    volumes: tuple[Volume, ...] = ()
    prelude: tuple[Mapping[str, Any], ...] = ()
    lifecycle: Mapping[str, Any] = field(default_factory=dict)


def pod_template(
    pipeline: WinePipeline,
    component: Component,
    program: Program,
    platform: Platform,
    annotations: Mapping[str, str],
) -> dict[str, Any]:
    """The template of a component's pods."""
    secrets = [{"name": name} for name in platform.image_pull_secrets]
    prelude = [_prelude(each, program, platform) for each in program.prelude]
    return {
        "metadata": {"labels": labels(pipeline, component), "annotations": dict(annotations)},
        "spec": {
            "serviceAccountName": child_name(pipeline, component),
            "automountServiceAccountToken": False,
            # A Service called `emulator` would otherwise put EMULATOR_PORT=tcp://… into every pod of the namespace.
            "enableServiceLinks": False,
            "terminationGracePeriodSeconds": program.stop_seconds,
            "securityContext": _pod_security(program.user),
            "topologySpreadConstraints": _spread(pipeline, component),
            **({"imagePullSecrets": secrets} if secrets else {}),
            **({"initContainers": prelude} if prelude else {}),
            "containers": [_container(component, program, platform)],
            "volumes": _volumes(program),
        },
    }


def our_probes(port: Port) -> dict[str, Any]:
    """How the kubelet sees that one of our services starts, lives and is ready."""
    return {
        "startupProbe": _http("/healthz", port, period_seconds=2, failures=60),
        "livenessProbe": _http("/healthz", port, period_seconds=10, failures=3),
        "readinessProbe": _http("/readyz", port, period_seconds=5, failures=2),
    }


def probes(path: str, port: Port, *, start_seconds: int) -> dict[str, Any]:
    """The probes of somebody else's program that answers one path when it is well.

    It is not restarted for a bad answer, only when its port is closed: a broker that waits for its peers is no cure for
    them if it dies.
    """
    alive = {"tcpSocket": {"port": port.name}, "periodSeconds": 10, "timeoutSeconds": 5, "failureThreshold": 6}
    return {
        "startupProbe": _http(path, port, period_seconds=5, failures=start_seconds // 5),
        "livenessProbe": alive,
        "readinessProbe": _http(path, port, period_seconds=5, failures=2),
    }


def _http(path: str, port: Port, *, period_seconds: int, failures: int) -> dict[str, Any]:
    return {
        "httpGet": {"path": path, "port": port.name},
        "periodSeconds": period_seconds,
        "timeoutSeconds": 5,
        "failureThreshold": failures,
    }


def _container(component: Component, program: Program, platform: Platform) -> dict[str, Any]:
    mounted = [{"name": each.name, "mountPath": each.path} for each in program.volumes if each.path is not None]
    optional = {
        "command": list(program.command),
        "args": list(program.arguments),
        "lifecycle": dict(program.lifecycle),
        **program.probes,
    }
    return {
        "name": component,
        "image": program.image,
        "terminationMessagePolicy": "FallbackToLogsOnError",  # the resource's status quotes a container's last words
        "imagePullPolicy": platform.image_pull_policy,
        "env": _environment(program),
        "ports": [{"name": port.name, "containerPort": port.number, "protocol": "TCP"} for port in program.ports],
        "resources": program.share.manifest(),
        "securityContext": dict(UNPRIVILEGED),
        "volumeMounts": [_scratch_mount(), *mounted, *secret_use.mounts(program.secrets)],
        **{name: value for name, value in optional.items() if value},
    }


def _prelude(container: Mapping[str, Any], program: Program, platform: Platform) -> dict[str, Any]:
    return {
        "image": program.image,
        "terminationMessagePolicy": "FallbackToLogsOnError",  # the resource's status quotes a container's last words
        "imagePullPolicy": platform.image_pull_policy,
        "resources": program.share.manifest(),
        "securityContext": dict(UNPRIVILEGED),
        **container,
    }


def _environment(program: Program) -> list[dict[str, Any]]:
    own_name = {"fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.name"}}
    return [
        {"name": "POD_NAME", "valueFrom": own_name},
        # Whatever a library wants to keep beside its user goes where writing is allowed.
        {"name": "HOME", "value": f"/{_SCRATCH}"},
        *({"name": name, "value": value} for name, value in program.environment.items()),
        *secret_use.variables(program.secrets),
    ]


def _volumes(program: Program) -> list[dict[str, Any]]:
    return [
        {"name": _SCRATCH, "emptyDir": {"sizeLimit": _SCRATCH_LIMIT}},
        *({"name": each.name, **each.source} for each in program.volumes if each.source),
        *secret_use.volumes(program.secrets),
    ]


def _scratch_mount() -> dict[str, str]:
    return {"name": _SCRATCH, "mountPath": f"/{_SCRATCH}"}


def _pod_security(user: int) -> dict[str, Any]:
    return {
        "runAsNonRoot": True,
        "runAsUser": user,
        "runAsGroup": user,
        "fsGroup": user,
        # A large volume is not walked through at every start.
        "fsGroupChangePolicy": "OnRootMismatch",
        "seccompProfile": {"type": "RuntimeDefault"},
    }


def _spread(pipeline: WinePipeline, component: Component) -> list[dict[str, Any]]:
    """Over nodes and zones as well as can be; a cluster of one node takes all.

    But for several brokers: a node takes a second one only when each node has one, and otherwise the broker waits.
    What is kept three times would be lost with one node.
    """
    redpanda = pipeline.spec.broker.redpanda
    apart = component == "redpanda" and redpanda is not None and redpanda.replicas > 1
    return [
        {
            "maxSkew": 1,
            "topologyKey": key,
            "whenUnsatisfiable": "DoNotSchedule" if apart and key == _NODE else "ScheduleAnyway",
            "labelSelector": {"matchLabels": selector(pipeline, component)},
        }
        for key in (_NODE, "topology.kubernetes.io/zone")
    ]
