"""Finds and ends whatever a cluster left on this machine, whether it was stopped in order or killed.

Only what is ours is touched: processes that a file of ours names and that still run our command, containers below our
folders, control groups of pods, mounts below our folders.
"""

import os
import signal
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from .layout import DATA, IMAGES, RUN
from .shell import attempt

CGROUPS = Path("/sys/fs/cgroup")
POD_GROUPS = "kubepods"
GENTLE_SECONDS = 5.0


def stop_processes() -> None:
    """End the node's programs, then the pods' processes, then what holds them."""
    if not RUN.exists() and not DATA.exists():
        return
    _end({pid for pid in _named() if "containerd" not in _command(pid)}, signal.SIGTERM)
    _end(_in_pods(), signal.SIGKILL)
    _end(_of_ours(), signal.SIGTERM)
    _end(_of_ours(), signal.SIGKILL)
    _remove_pod_groups()


def unmount() -> None:
    """Take away the mounts of pods and containers, the innermost first."""
    ours = (f"{RUN}/", f"{DATA}/", f"{IMAGES}/")
    with Path("/proc/mounts").open(encoding="utf-8") as mounts:
        points = [line.split()[1] for line in mounts]
    for point in sorted((each for each in points if each.startswith(ours)), reverse=True):
        attempt("umount", "-l", point)


def runs(name: str) -> bool:
    """Whether the node's program of that name runs."""
    return any(name in _command(pid) for pid in _named())


def stop(name: str) -> None:
    """End one of the node's programs."""
    _end({pid for pid in _named() if name in _command(pid)}, signal.SIGTERM)


def _named() -> Iterator[int]:
    """The processes of the files `*.pid`, as long as they are what they were: numbers are given out again."""
    for file in RUN.glob("*.pid"):
        text = file.read_text(encoding="ascii").strip()
        if text.isdigit() and file.stem in _command(int(text)):
            yield int(text)


def _of_ours() -> set[int]:
    """containerd, and the shims that it leaves behind when it is killed: our folder stands in their command lines."""
    pids = (int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit())
    marks = (f"{RUN}/containerd", f"--config={RUN}/", f"--kubeconfig={RUN}/", f"--data-dir={DATA}/", f"{RUN}/Corefile")
    return {pid for pid in pids if pid != os.getpid() and any(mark in _command(pid) for mark in marks)}


def _in_pods() -> set[int]:
    """Every process in a control group of pods below the root: version 1 has a tree for each controller."""
    return {
        int(line)
        for group in _pod_groups()
        for file in group.rglob("cgroup.procs")
        for line in _text(file).split()
        if line.isdigit() and line != "0"
    }


def _pod_groups() -> list[Path]:
    return [each for pattern in (POD_GROUPS, f"*/{POD_GROUPS}") for each in CGROUPS.glob(pattern)]


def _remove_pod_groups() -> None:
    for group in _pod_groups():
        for folder in sorted((each for each in group.rglob("*") if each.is_dir()), reverse=True):
            _remove(folder)
        _remove(group)


def _remove(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:  # a process is still ending there; the next start does not mind
        return


def _end(pids: Iterable[int], number: signal.Signals) -> None:
    """Send a signal and wait a while until they have gone."""
    gone = set(pids)
    for pid in gone:
        _signal(pid, number)
    deadline = time.monotonic() + GENTLE_SECONDS
    while any(_alive(pid) for pid in gone) and time.monotonic() < deadline:
        time.sleep(0.05)


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def _alive(pid: int) -> bool:
    """Whether it runs; one that has ended and waits for its parent's look does not."""
    return ") Z" not in _text(Path(f"/proc/{pid}/stat")) and Path(f"/proc/{pid}").exists()


def _command(pid: int) -> str:
    return _text(Path(f"/proc/{pid}/cmdline")).replace("\0", " ")


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
