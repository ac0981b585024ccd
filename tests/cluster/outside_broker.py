"""A broker that is none of the operator's, with TLS and passwords: Redpanda's image with a configuration of its own."""

import json
import subprocess
from pathlib import Path
from typing import Any

from winepipeline_operator.platform import Images

from .cluster import Namespace, Object, wait_until

NAME = "cellar"
ADDRESS = f"{NAME}-0.{NAME}"
ADMIN_PORT = 9644
KEYS = "/etc/tls/certs"


def certificates(folder: Path, namespace: str) -> dict[str, str]:
    """An authority, and a certificate of it for the broker: the data of a Secret."""
    host = f"{ADDRESS}.{namespace}.svc.cluster.local"
    authority = ("-x509", "-keyout", "ca.key", "-out", "ca.crt", "-days", "2", "-subj", "/CN=cellar-ca")
    _openssl(folder, "req", "-newkey", "rsa:2048", "-nodes", *authority)
    _openssl(
        folder, "req", "-newkey", "rsa:2048", "-nodes", "-keyout", "tls.key", "-out", "tls.csr", "-subj", "/CN=cellar"
    )
    (folder / "names").write_text(f"subjectAltName=DNS:{host}\n", encoding="ascii")
    signing = ("-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "names")
    _openssl(folder, "x509", "-req", "-in", "tls.csr", "-out", "tls.crt", *signing)
    return {name: (folder / name).read_text(encoding="ascii") for name in ("ca.crt", "tls.crt", "tls.key")}


def manifests(namespace: str, user: str) -> list[Object]:
    """The broker: its configuration, its Service, its pod. Who logs in as `user` may do everything."""
    host = f"{ADDRESS}.{namespace}.svc.cluster.local"
    files = {
        "redpanda.yaml": json.dumps(
            {
                "redpanda": {
                    "data_directory": "/var/lib/redpanda/data",
                    "developer_mode": True,
                    "seed_servers": [{"host": {"address": host, "port": 33145}}],
                    "admin": [{"name": "internal", "address": "0.0.0.0", "port": ADMIN_PORT}],  # noqa: S104 - a pod
                    "kafka_api": [
                        {"name": "outside", "address": "0.0.0.0", "port": 9093, "authentication_method": "sasl"}  # noqa: S104
                    ],
                    "kafka_api_tls": [
                        {
                            "name": "outside",
                            "enabled": True,
                            "key_file": f"{KEYS}/tls.key",
                            "cert_file": f"{KEYS}/tls.crt",
                        }
                    ],
                    "rpc_server": {"address": "0.0.0.0", "port": 33145},  # noqa: S104
                }
            }
        ),
        ".bootstrap.yaml": json.dumps({"enable_sasl": True, "superusers": [user]}),
    }
    return [
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": NAME}, "data": files},
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": NAME},
            "spec": {"clusterIP": "None", "publishNotReadyAddresses": True, "selector": {"app": NAME}},
        },
        _stateful_set(host),
    ]


def set_password(namespace: Namespace, user: str, password: str) -> None:
    """Create the user or give him another password, by the broker's admin API."""
    pod = f"/api/v1/namespaces/{namespace.name}/pods/{NAME}-0:{ADMIN_PORT}/proxy/v1/security/users"
    body = json.dumps({"username": user, "password": password, "algorithm": "SCRAM-SHA-512"})
    known = user in json.loads(namespace.kubectl("get", "--raw", pod))
    verb, path = ("replace", f"{pod}/{user}") if known else ("create", pod)
    namespace.kubectl(verb, "--raw", path, "-f", "-", text=body)


def wait_until_ready(namespace: Namespace) -> None:
    """Wait until the broker is ready."""
    wait_until(lambda: namespace.get("statefulset", NAME)["status"].get("readyReplicas") == 1, "the broker is ready")


def _stateful_set(host: str) -> Object:
    restricted = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    image = Images().redpanda
    mounts = [
        {"name": "etc", "mountPath": "/etc/redpanda"},
        {"name": "data", "mountPath": "/var/lib/redpanda/data"},
        {"name": "tls", "mountPath": KEYS},
    ]
    copy = {
        "name": "config",
        "image": image,
        "command": ["cp", "/base/redpanda.yaml", "/base/.bootstrap.yaml", "/etc/redpanda/"],
        "securityContext": restricted,
        "volumeMounts": [{"name": "base", "mountPath": "/base"}, mounts[0]],
    }
    broker: dict[str, Any] = {
        "name": "redpanda",
        "image": image,
        "command": ["rpk", "redpanda", "start"],
        "args": [
            f"--advertise-kafka-addr=outside://{host}:9093",
            f"--advertise-rpc-addr={host}:33145",
            *("--smp=1", "--memory=1G", "--reserve-memory=0M", "--overprovisioned", "--check=false"),
        ],
        "readinessProbe": {"httpGet": {"path": "/v1/status/ready", "port": ADMIN_PORT}, "periodSeconds": 2},
        "securityContext": restricted,
        "volumeMounts": mounts,
    }
    user = {"runAsNonRoot": True, "runAsUser": 101, "fsGroup": 101, "seccompProfile": {"type": "RuntimeDefault"}}
    volumes: list[Object] = [
        {"name": "base", "configMap": {"name": NAME}},
        {"name": "etc", "emptyDir": {}},
        {"name": "data", "emptyDir": {}},
        {"name": "tls", "secret": {"secretName": f"{NAME}-tls"}},
    ]
    pod = {"securityContext": user, "initContainers": [copy], "containers": [broker], "volumes": volumes}
    labels = {"app": NAME}
    template = {"metadata": {"labels": labels}, "spec": pod}
    spec = {"serviceName": NAME, "replicas": 1, "selector": {"matchLabels": labels}, "template": template}
    return {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": NAME}, "spec": spec}


def _openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)
