"""KEDA as processes on this machine, before an API server that has nothing but its controllers."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.cluster.harness.layout import PROGRAMS
from tests.cluster.keda.programs import COMMANDS

from .control_plane import ControlPlane, free_port

NAMESPACE = "keda"
SERVICE = "keda-metrics"
GROUP = "external.metrics.k8s.io"


@contextmanager
def keda(plane: ControlPlane, folder: Path) -> Iterator[None]:
    """Its operator and its metrics adapter, and the controller that scales by what they say."""
    keys = _keys(folder)
    grpc, port = free_port(), free_port()
    for path, body in _objects(port):
        status, answer = plane.call("POST", path, body)
        assert status == 201, answer
    environment = {**os.environ, "KUBECONFIG": str(plane.kubeconfig), "KEDA_CLUSTER_OBJECT_NAMESPACE": NAMESPACE}
    environment |= {"POD_NAMESPACE": NAMESPACE, "WATCH_NAMESPACE": ""}
    operator = (
        *("--metrics-bind-address=0", f"--health-probe-bind-address=127.0.0.1:{free_port()}"),
        *(f"--metrics-service-bind-address=127.0.0.1:{grpc}", f"--cert-dir={keys}"),
        *("--enable-webhook-patching=false", "--enable-apiservice-patching=false"),
    )
    adapter = (
        *(f"--metrics-service-address=127.0.0.1:{grpc}", f"--secure-port={port}", "--bind-address=127.0.0.1"),
        *(f"--port={free_port()}", f"--tls-cert-file={keys}/tls.crt", f"--tls-private-key-file={keys}/tls.key"),
        *(f"--lister-kubeconfig={plane.kubeconfig}", f"--authentication-kubeconfig={plane.kubeconfig}"),
        *(f"--authorization-kubeconfig={plane.kubeconfig}", f"--client-ca-file={keys}/ca.crt", f"--cert-dir={keys}"),
    )
    commands = {COMMANDS["operator"]: operator, COMMANDS["adapter"]: adapter}
    running = []
    try:
        for name, arguments in commands.items():
            with (folder / f"{name}.log").open("wb") as log:
                command = [str(PROGRAMS / name), *arguments]
                running.append(subprocess.Popen(command, env=environment, stdout=log, stderr=log))
        plane.start_controllers("horizontal-pod-autoscaler-controller")
        yield
    finally:
        for process in running:
            process.kill()
            process.wait()
        for name in commands:
            print(name, (folder / f"{name}.log").read_text(errors="replace")[-4000:])  # noqa: T201 - when it fails


def _objects(port: int) -> list[tuple[str, dict[str, Any]]]:
    """KEDA's namespace, the way from the API server to the adapter, and who may ask it."""
    service = {"type": "ExternalName", "externalName": "localhost", "ports": [{"port": port}]}
    api = {
        "service": {"name": SERVICE, "namespace": NAMESPACE, "port": port},
        "group": GROUP,
        "version": "v1beta1",
        "insecureSkipTLSVerify": True,
        "groupPriorityMinimum": 100,
        "versionPriority": 100,
    }
    # The API server of the tests shows the adapter no certificate, so that whoever it asks for is nobody there.
    binding = {
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"},
        "subjects": [
            {"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": each}
            for each in ("system:unauthenticated", "system:authenticated")
        ],
    }
    rbac = "/apis/rbac.authorization.k8s.io/v1"
    return [
        ("/api/v1/namespaces", {"metadata": {"name": NAMESPACE}}),
        (f"/api/v1/namespaces/{NAMESPACE}/services", {"metadata": {"name": SERVICE}, "spec": service}),
        ("/apis/apiregistration.k8s.io/v1/apiservices", {"metadata": {"name": f"v1beta1.{GROUP}"}, "spec": api}),
        (f"{rbac}/clusterrolebindings", {"metadata": {"name": "everybody-in-a-test"}, **binding}),
    ]


def _keys(folder: Path) -> Path:
    """A certificate that signs itself, as server, client and authority of KEDA's two parts."""
    keys = folder / "certs"
    keys.mkdir()
    files = ["-keyout", str(keys / "tls.key"), "-out", str(keys / "tls.crt")]
    subject = ["-subj", "/CN=keda", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *files, *subject]
    subprocess.run(made, check=True, capture_output=True)
    for name in ("ca.crt", "ca.key"):
        (keys / name).write_bytes((keys / name.replace("ca", "tls")).read_bytes())
    return keys
