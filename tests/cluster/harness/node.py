"""Starts and stops the node: etcd, Kubernetes' programs, containerd, DNS, all in one network namespace.

The namespace keeps kube-proxy's rules away from the machine's own, and what is in it goes with it.
"""

import shutil
import subprocess
import time
from pathlib import Path

from . import identities, leftovers, settings
from .images import PAUSE, build_pause_archive
from .layout import (
    DATA,
    HOST_ADDRESS,
    HOST_LINK,
    IMAGES,
    KUBECONFIG,
    NETWORK_NAMESPACE,
    NODE_ADDRESS,
    NODE_NAME,
    POD_NETWORK,
    PROGRAMS,
    RUN,
    SERVICE_NETWORK,
)
from .shell import attempt, run, wait_until

_CONTAINERS = ("ctr", "-a", str(RUN / "containerd.sock"), "-n", "k8s.io")
API_SECONDS = 90
NODE_SECONDS = 90


def running() -> bool:
    """Whether a cluster is up and answers."""
    return KUBECONFIG.exists() and attempt(*_kubectl("get", "--raw", "/readyz", "--request-timeout=5s"))


def up() -> float:
    """Start a fresh cluster, whatever was left of an older one; returns the seconds until its node was ready."""
    started = time.monotonic()
    down()
    for folder in (RUN / "log", RUN / "cni", DATA / "kubelet"):
        folder.mkdir(parents=True)
    _network()
    identities.make()
    _control_plane()
    _runtime()
    _kubelet()
    _services()
    ready = "jsonpath={.status.conditions[?(@.type=='Ready')].status}"
    wait_until(lambda: "True" in _asked("get", "node", NODE_NAME, "-o", ready), "the node becomes ready", NODE_SECONDS)
    enforce_policies()
    _storage()
    return time.monotonic() - started


def down() -> None:
    """Stop the cluster and remove everything that it made on this machine, also after a crash."""
    leftovers.stop_processes()
    leftovers.unmount()
    attempt("ip", "link", "del", HOST_LINK)
    attempt("ip", "netns", "del", NETWORK_NAMESPACE)
    for folder in (RUN, DATA):
        shutil.rmtree(folder, ignore_errors=True)


def _network() -> None:
    """One pair of links by which the machine reaches the node, its pods and its services."""
    inside = ("ip", "-n", NETWORK_NAMESPACE)
    run("ip", "netns", "add", NETWORK_NAMESPACE)
    run("ip", "link", "add", HOST_LINK, "type", "veth", "peer", "name", "eth0", "netns", NETWORK_NAMESPACE)
    run("ip", "addr", "add", f"{HOST_ADDRESS}/24", "dev", HOST_LINK)
    run("ip", "link", "set", HOST_LINK, "up")
    run(*inside, "addr", "add", f"{NODE_ADDRESS}/24", "dev", "eth0")
    run(*inside, "link", "set", "eth0", "up")
    run(*inside, "link", "set", "lo", "up")
    run(*inside, "route", "add", "default", "via", HOST_ADDRESS)
    for network in (POD_NETWORK, SERVICE_NETWORK):
        run("ip", "route", "replace", network, "via", NODE_ADDRESS)
    run("nsenter", f"--net={settings.NAMESPACE_FILE}", "sysctl", "-qw", "net.ipv4.ip_forward=1")


def _control_plane() -> None:
    keys, etcd = identities.KEYS, "http://127.0.0.1:2379"
    _start("etcd", f"--data-dir={DATA}/etcd", "--unsafe-no-fsync",
           f"--listen-client-urls={etcd}", f"--advertise-client-urls={etcd}")  # fmt: skip
    _start(
        "kube-apiserver",
        f"--etcd-servers={etcd}",
        f"--advertise-address={NODE_ADDRESS}",
        "--bind-address=0.0.0.0",
        "--secure-port=6443",
        f"--tls-cert-file={keys}/api.crt",
        f"--tls-private-key-file={keys}/api.key",
        f"--client-ca-file={keys}/ca.crt",
        f"--token-auth-file={keys}/tokens.csv",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={keys}/sa.key",
        f"--service-account-signing-key-file={keys}/sa.key",
        f"--service-cluster-ip-range={SERVICE_NETWORK}",
        "--authorization-mode=Node,RBAC",
        "--allow-privileged=true",
        "--feature-gates=MutatingAdmissionPolicy=true",
        "--runtime-config=admissionregistration.k8s.io/v1beta1=true",
        "--kubelet-preferred-address-types=InternalIP",
        f"--kubelet-client-certificate={keys}/api.crt",
        f"--kubelet-client-key={keys}/api.key",
    )
    wait_until(running, f"the API server answers (its log: {RUN}/log/kube-apiserver.log)", API_SECONDS)
    reading = ("create", "clusterrolebinding", "kubelet-api")
    run(*_kubectl(*reading, "--clusterrole=system:kubelet-api-admin", "--user=kube-apiserver"))
    _start("kube-controller-manager", f"--kubeconfig={KUBECONFIG}", f"--service-account-private-key-file={keys}/sa.key",
           f"--root-ca-file={keys}/ca.crt", f"--cluster-cidr={POD_NETWORK}", "--allocate-node-cidrs=true",
           "--leader-elect=false")  # fmt: skip
    _start("kube-scheduler", f"--kubeconfig={KUBECONFIG}", "--leader-elect=false")


def _runtime() -> None:
    _write("containerd.toml", settings.containerd(PAUSE))
    _write("cni/10-bridge.conflist", settings.pod_network())
    _forget_pods()
    _containerd()
    if left := run(*_CONTAINERS, "containers", "ls", "--quiet").split():
        # Those of an older cluster, which kubelet would take for its own.
        run(*_CONTAINERS, "containers", "rm", *left)
        leftovers.stop("containerd")
        _containerd()
    run(*_CONTAINERS, "images", "import", build_pause_archive())


def _containerd() -> None:
    _start("containerd", "--config", f"{RUN}/containerd.toml")
    log = f"its log: {RUN}/log/containerd.log; rm -r {IMAGES} lets it begin afresh"
    wait_until(lambda: attempt(*_CONTAINERS, "version"), f"containerd answers ({log})", 20)


def _forget_pods() -> None:
    """Of the last cluster only the images stay."""
    for each in ("io.containerd.grpc.v1.cri", "io.containerd.runtime.v2.task"):
        shutil.rmtree(IMAGES / each, ignore_errors=True)


def _kubelet() -> None:
    file = _write("kubelet.yaml", settings.kubelet())
    _start("kubelet", f"--config={file}", f"--kubeconfig={RUN}/kubelet.kubeconfig", f"--hostname-override={NODE_NAME}",
           f"--node-ip={NODE_ADDRESS}", f"--root-dir={DATA}/kubelet", f"--cert-dir={RUN}/kubelet-pki")  # fmt: skip


def _services() -> None:
    """What makes Services, their names and NetworkPolicies work."""
    _start("coredns", "-conf", str(_write("Corefile", settings.coredns())))
    _start("kube-proxy", f"--config={_write('proxy.yaml', settings.kube_proxy())}")


def enforce_policies() -> None:
    """Start what enforces NetworkPolicies, unless it runs. After the node is there: it asks for the node's address."""
    if leftovers.runs("netpol"):
        return
    _start("netpol", f"-kubeconfig={KUBECONFIG}", f"-node={NODE_NAME}", f"-services={SERVICE_NETWORK}")


def _storage() -> None:
    for number in range(1, settings.VOLUMES + 1):
        volume = DATA / "volumes" / str(number)
        volume.mkdir(parents=True)
        volume.chmod(0o777)  # hostPath volumes take no fsGroup
    run(*_kubectl("apply", "-f", "-"), text=settings.storage(DATA / "volumes"))
    run(*_kubectl("apply", "-f", "-"), text=settings.small_requests())


def _start(name: str, *arguments: str) -> None:
    """Start one of the node's programs in the namespace; its log is in a file named for it."""
    program = PROGRAMS / name
    # nsenter, not `ip netns exec`: that would hide the cgroup mounts from kubelet.
    command = ["nsenter", f"--net={settings.NAMESPACE_FILE}", str(program) if program.exists() else name, *arguments]
    with (RUN / "log" / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, cwd=RUN
        )
    (RUN / f"{name}.pid").write_text(str(process.pid), encoding="ascii")
    process.returncode = 0  # it outlives this process, of which Python would warn whoever waits for the tests


def _write(name: str, text: str) -> Path:
    file = RUN / name
    file.write_text(text, encoding="utf-8")
    return file


def _kubectl(*arguments: str) -> tuple[str, ...]:
    return str(PROGRAMS / "kubectl"), "--kubeconfig", str(KUBECONFIG), *arguments


def _asked(*arguments: str) -> str:
    done = subprocess.run(_kubectl(*arguments), capture_output=True, text=True, check=False)
    return done.stdout
