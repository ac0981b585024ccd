"""The `restricted` Pod Security Standard, and this project's own rules for pods, as a check of a pod's spec.

After https://kubernetes.io/docs/concepts/security/pod-security-standards/ (version 1.34), each control by its name
there. An API server that enforces the standard says the same; this says it without one.
"""

from collections.abc import Iterator
from typing import Any

_VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}
_PROFILES = ("RuntimeDefault", "Localhost")


def violations(pod: dict[str, Any]) -> list[str]:
    """What in a pod's spec the standard forbids; empty where it passes."""
    return [*_of_pod(pod), *(found for container in containers(pod) for found in _of_container(pod, container))]


def house_violations(pod: dict[str, Any]) -> Iterator[str]:
    """What in a pod's spec this project does not want besides."""
    for container in containers(pod):
        name, resources = container["name"], container.get("resources", {})
        if not (container.get("securityContext") or {}).get("readOnlyRootFilesystem"):
            yield f"{name}: the root file system can be written to"
        for part in ("requests", "limits"):
            if set(resources.get(part, {})) < {"cpu", "memory"}:
                yield f"{name}: {part} leave out cpu or memory"
    if pod.get("enableServiceLinks") is not False:
        yield "every Service of the namespace is in the environment"


def containers(pod: dict[str, Any]) -> list[dict[str, Any]]:
    """All containers of a pod, those that run first included."""
    return [*pod.get("initContainers", []), *pod["containers"], *pod.get("ephemeralContainers", [])]


def _of_pod(pod: dict[str, Any]) -> Iterator[str]:
    for field in ("hostNetwork", "hostPID", "hostIPC"):
        if pod.get(field):
            yield f"Host Namespaces: {field}"
    for volume in pod.get("volumes", []):
        kinds = set(volume) - {"name"}
        if not kinds or not kinds <= _VOLUMES:
            yield f"Volume Types: {volume}"
    context = pod.get("securityContext") or {}
    if context.get("sysctls"):
        yield "Sysctls"
    if context.get("runAsUser") == 0:
        yield "Running as Non-root user: 0"


def _of_container(pod: dict[str, Any], container: dict[str, Any]) -> Iterator[str]:
    name, context = container["name"], container.get("securityContext") or {}
    of_pod = pod.get("securityContext") or {}
    if context.get("privileged"):
        yield f"Privileged Containers: {name}"
    if context.get("allowPrivilegeEscalation") is not False:
        yield f"Privilege Escalation: {name}"
    if not context.get("runAsNonRoot", of_pod.get("runAsNonRoot")):
        yield f"Running as Non-root: {name}"
    if context.get("runAsUser") == 0:
        yield f"Running as Non-root user: {name}"
    if (context.get("seccompProfile") or of_pod.get("seccompProfile") or {}).get("type") not in _PROFILES:
        yield f"Seccomp: {name}"
    capabilities = context.get("capabilities") or {}
    if "ALL" not in capabilities.get("drop", []) or not set(capabilities.get("add", [])) <= {"NET_BIND_SERVICE"}:
        yield f"Capabilities: {name}"
    if any(port.get("hostPort") for port in container.get("ports", [])):
        yield f"Host Ports: {name}"
    if context.get("procMount", "Default") != "Default":
        yield f"/proc Mount Type: {name}"
