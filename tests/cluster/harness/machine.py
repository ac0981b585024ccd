"""What the machine has to offer, and Debian's packages on it."""

import os
import re
import shutil
from pathlib import Path

from .failure import CannotRun
from .shell import run

OLDEST_GO = (1, 24)
DEBIAN_PACKAGES = {
    "containerd": "containerd",
    "runc": "runc",
    "buildah": "buildah",
    "iptables": "iptables",
    "ipset": "ipset",
    "conntrack": "conntrack",
    "ip": "iproute2",
    "ethtool": "ethtool",
    "socat": "socat",
    "debootstrap": "debootstrap",
    "openssl": "openssl",
    "nsenter": "util-linux",
    "/usr/lib/cni/bridge": "containernetworking-plugins",
    "/usr/lib/cni/portmap": "containernetworking-plugins",
    "/etc/ssl/certs/ca-certificates.crt": "ca-certificates",
}
"""From a program, or a file, to Debian's package that holds it."""


def lacking(*, building: bool) -> list[str]:
    """What this machine lacks that the harness cannot install, each with how to get it; empty when it will do.

    Args:
        building: whether programs have to be built, so that Go is needed.
    """
    found = []
    if os.geteuid() != 0:
        found.append("root (network namespaces, containerd and kubelet need it): run as root")
    if not shutil.which("apt-get"):
        found.append("Debian or Ubuntu (apt-get): on others use Docker and kind, WINEPIPELINE_CLUSTER=kind")
    if building and go_version() < OLDEST_GO:
        oldest = ".".join(map(str, OLDEST_GO))
        found.append(f"Go {oldest} or newer (it builds Kubernetes): install it from go.dev and put it into PATH")
    return found


def go_version() -> tuple[int, ...]:
    """Go's version, as (1, 24, 3); (0,) when there is none."""
    try:
        said = run("go", "version")
    except CannotRun:
        return (0,)
    match = re.search(r"go(\d+(?:\.\d+)*)", said)
    return tuple(map(int, match[1].split("."))) if match else (0,)


def install_packages() -> list[str]:
    """Install the Debian packages that are not there; returns their names."""
    missing = sorted({package for program, package in DEBIAN_PACKAGES.items() if not _there(program)})
    if missing:
        environment = {"DEBIAN_FRONTEND": "noninteractive"}
        run("apt-get", "update", "-qq", environment=environment)
        command = ("apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing)
        run(*command, environment=environment)
    return missing


def runs(program: Path, *arguments: str, says: str) -> bool:
    """Whether a program is there, whole, and says its version: a build that was cut short does not."""
    if not program.exists():
        return False
    try:
        return says in run(program, *arguments)
    except CannotRun:
        return False


def _there(program: str) -> bool:
    if program.startswith("/"):
        return Path(program).exists()
    return shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin:/sbin") is not None
