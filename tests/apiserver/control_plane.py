"""A real etcd and a real kube-apiserver on 127.0.0.1: no pods, no root, ready in a few seconds."""

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any

import urllib3

from tests.forks import die_with_the_parent

NEEDED = ("etcd", "kube-apiserver", "kubectl")
HOW_TO_GET = (
    "no etcd, kube-apiserver and kubectl: run `make cluster-build`, or name a folder that has them "
    "in WINEPIPELINE_KUBE_BIN"
)
TOKEN = "administrator-for-a-test"  # noqa: S105 - of an API server that lives as long as the test
OPERATOR_TOKEN = "operator-under-test"  # noqa: S105
OPERATOR = "winepipeline-operator"
_READY_SECONDS = 60.0


def binaries() -> Path | None:
    """The folder with the control plane's programs, if there is one."""
    named = os.environ.get("WINEPIPELINE_KUBE_BIN")
    found = shutil.which("kube-apiserver")
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "winepipeline-cluster" / "bin"
    folders = [Path(named)] if named else [cache, *([Path(found).parent] if found else [])]
    for folder in folders:
        if all((folder / each).exists() for each in NEEDED):
            return folder
    return None


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


class ControlPlane:
    """etcd and the API server; `stop_api` and `start_api` take the latter away and bring it back, its data kept."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self.folder = folder
        self.kubeconfig = folder / "kubeconfig"
        self.operator_kubeconfig = folder / "operator-kubeconfig"
        self._programs = programs
        self._port = free_port()
        self._etcd_port = free_port()
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self.url = f"https://127.0.0.1:{self._port}"
        self._authority = folder / "keys" / "apiserver.crt"
        self._http = urllib3.PoolManager(ca_certs=str(self._authority), retries=False, maxsize=16)

    def start(self) -> "ControlPlane":
        """Start both; returns when the API server is ready."""
        self._write_files()
        client, peer = f"http://127.0.0.1:{self._etcd_port}", f"http://127.0.0.1:{free_port()}"
        peers = ("--initial-advertise-peer-urls", peer, "--initial-cluster", f"default={peer}")
        self._spawn(
            "etcd",
            *("--data-dir", str(self.folder / "etcd"), "--unsafe-no-fsync"),
            *("--listen-client-urls", client, "--advertise-client-urls", client),
            *("--listen-peer-urls", peer, *peers),
        )
        self.start_api()
        return self

    def start_api(self) -> None:
        """Start the API server; returns when it is ready."""
        keys = self.folder / "keys"
        self._spawn(
            "kube-apiserver",
            *("--etcd-servers", f"http://127.0.0.1:{self._etcd_port}"),
            *("--bind-address=127.0.0.1", "--advertise-address=127.0.0.1", f"--secure-port={self._port}"),
            *("--cert-dir", str(keys), "--token-auth-file", str(self.folder / "tokens.csv")),
            *("--service-account-issuer=https://kubernetes.default.svc", "--service-cluster-ip-range=10.96.0.0/16"),
            *("--service-account-key-file", str(keys / "sa.key")),
            *("--service-account-signing-key-file", str(keys / "sa.key")),
            "--authorization-mode=RBAC",
            # Without the controller manager nobody makes the namespaces' service accounts.
            "--disable-admission-plugins=ServiceAccount",
        )
        self._wait_until_ready()

    def start_controllers(self, *controllers: str) -> None:
        """Start the controller manager with some of its controllers, such as `garbage-collector-controller`."""
        self._spawn(
            "kube-controller-manager",
            *("--kubeconfig", str(self.kubeconfig), "--leader-elect=false", "--secure-port=0"),
            f"--controllers={','.join(controllers)}",
        )

    def stop_api(self) -> None:
        """Take the API server away at once."""
        self._kill("kube-apiserver")

    def stop(self) -> None:
        """End everything."""
        for name in list(self._processes):
            self._kill(name)
        self._http.clear()

    def call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, content_type: str = "application/json"
    ) -> tuple[int, dict[str, Any]]:
        """One request as the cluster's administrator: the status and the answer."""
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": content_type}
        data = None if body is None else json.dumps(body).encode()
        answer = self._http.request(method, self.url + path, body=data, headers=headers, timeout=30)
        try:
            return answer.status, answer.json()
        except ValueError:
            return answer.status, {"message": answer.data.decode(errors="replace")}

    def grant(self, rules: Sequence[Mapping[str, Any]], name: str = OPERATOR, namespace: str = "") -> None:
        """Give the operator's user these rights, everywhere or in a namespace; it has no others."""
        role = {"metadata": {"name": name}, "rules": list(rules)}
        kind = "Role" if namespace else "ClusterRole"
        binding = {
            "metadata": {"name": name},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": name},
            "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": OPERATOR}],
        }
        place = f"namespaces/{namespace}/" if namespace else ""
        for plural, body in ((f"{kind.lower()}s", role), (f"{kind.lower()}bindings", binding)):
            status, answer = self.call("POST", f"/apis/rbac.authorization.k8s.io/v1/{place}{plural}", body)
            assert status == HTTPStatus.CREATED, answer

    def kubectl(self, *arguments: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
        """What a person types."""
        command = [str(self._programs / "kubectl"), "--kubeconfig", str(self.kubeconfig), *arguments]
        return subprocess.run(command, input=text, capture_output=True, text=True, check=False, timeout=60)

    def kubeconfig_of(self, namespace: str, account: str, file: Path) -> str:
        """Write a kubeconfig that logs in as a ServiceAccount; returns the file's path."""
        path = f"/api/v1/namespaces/{namespace}/serviceaccounts/{account}/token"
        status, answer = self.call("POST", path, {"spec": {"expirationSeconds": 3600}})
        assert status == HTTPStatus.CREATED, answer
        config = json.loads(self.kubeconfig.read_text())
        config["users"][0]["user"] = {"token": answer["status"]["token"]}
        file.write_text(json.dumps(config))
        return str(file)

    def _write_files(self) -> None:
        keys = self.folder / "keys"
        keys.mkdir(parents=True)
        subprocess.run(["openssl", "genrsa", "-out", str(keys / "sa.key"), "2048"], check=True, capture_output=True)
        tokens = f'{TOKEN},admin,admin,"system:masters"\n{OPERATOR_TOKEN},{OPERATOR},{OPERATOR}\n'
        (self.folder / "tokens.csv").write_text(tokens)
        self._write_kubeconfig(self.kubeconfig, TOKEN)
        self._write_kubeconfig(self.operator_kubeconfig, OPERATOR_TOKEN)

    def _write_kubeconfig(self, path: Path, token: str) -> None:
        cluster = {"server": self.url, "certificate-authority": str(self._authority)}
        content = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "test", "cluster": cluster}],
            "users": [{"name": "test", "user": {"token": token}}],
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test"}}],
            "current-context": "test",
        }
        path.write_text(json.dumps(content))

    def _spawn(self, name: str, *arguments: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            command = [str(self._programs / name), *arguments]
            self._processes[name] = subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_the_parent,  # noqa: PLW1509 - one libc call, loaded before the fork
            )

    def _kill(self, name: str) -> None:
        process = self._processes.pop(name)
        process.kill()
        process.wait()

    def _wait_until_ready(self) -> None:
        end = time.monotonic() + _READY_SECONDS
        while time.monotonic() < end:
            if self._processes["kube-apiserver"].poll() is not None:
                break
            try:
                if self.call("GET", "/readyz")[0] == HTTPStatus.OK:
                    return
            except (urllib3.exceptions.HTTPError, OSError):  # also while the certificate is not there yet
                pass
            time.sleep(0.1)
        log = (self.folder / "kube-apiserver.log").read_text()[-2000:]
        raise AssertionError(f"the API server is not ready after {_READY_SECONDS:.0f} s:\n{log}")
