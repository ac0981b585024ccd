"""The state folder: data, logs and addresses of one pipeline on this machine, held by one command at a time."""

import fcntl
import json
import os
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from winepipeline_local.errors import StateError

ROOT = Path(".winepipeline")


class State:
    """The folder of one pipeline: `kafka/`, `warehouse/`, `prometheus/`, `logs/`, `run.json` and a lock.

    The lock is the kernel's (flock): it ends with the process that holds it, however that ends, so a file that a
    killed run left behind never stands in the way.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock: int | None = None

    @classmethod
    def of(cls, pipeline: str, folder: Path | None) -> Self:
        """The state of a pipeline: a given folder, or `.winepipeline/<pipeline>` here."""
        return cls(folder or ROOT / pipeline)

    @property
    def kafka_folder(self) -> Path:
        """The embedded broker's data."""
        return self.folder / "kafka"

    @property
    def warehouse_folder(self) -> Path:
        """The emulator's data."""
        return self.folder / "warehouse"

    @property
    def prometheus_folder(self) -> Path:
        """Prometheus' configuration and data."""
        return self.folder / "prometheus"

    def log_file(self, process: str) -> Path:
        """Where a process's output goes."""
        return self.folder / "logs" / f"{process}.log"

    def __enter__(self) -> Self:
        """Take the lock.

        Raises:
            StateError: another command holds it, or the folder cannot be written.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.ftruncate(self._lock, 0)
            os.write(self._lock, str(os.getpid()).encode())
        except BlockingIOError as taken:
            self.__exit__(None, None, None)
            raise self._in_use() from taken
        except OSError as failure:
            raise StateError(
                f"The state folder {self.folder} cannot be used: {failure.strerror}.",
                "Give another one with `--state DIR`.",
            ) from failure
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of the lock."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    @property
    def held_elsewhere(self) -> bool:
        """Whether another command holds the lock now."""
        try:
            probe = os.open(self.folder / "lock", os.O_RDONLY)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(probe, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(probe)
        return False

    def holder(self) -> int:
        """The process that took the lock last; 0 when nobody did."""
        try:
            return int((self.folder / "lock").read_text(encoding="ascii") or 0)
        except (FileNotFoundError, ValueError):
            return 0

    def forget(self) -> None:
        """Delete everything but the lock that we hold."""
        for each in self.folder.iterdir() if self.folder.exists() else ():
            if each.is_dir() and not each.is_symlink():
                shutil.rmtree(each)
            elif each.name != "lock":
                each.unlink()

    def keep_resource(self, text: str) -> None:
        """Keep a copy of the resource, so that other commands find it without being told."""
        (self.folder / "pipeline.yaml").write_text(text, encoding="utf-8")

    def note(self, run: Mapping[str, Any]) -> None:
        """Write down what runs here (process id, addresses) for other commands; replaces what was there."""
        temporary = self.folder / "run.json.new"
        temporary.write_text(json.dumps({"pid": os.getpid(), "since": time.time(), **run}, indent=1), encoding="utf-8")
        temporary.replace(self.folder / "run.json")

    def noted(self) -> dict[str, Any]:
        """What was last written down; empty when nothing was."""
        try:
            return dict(json.loads((self.folder / "run.json").read_text(encoding="utf-8")))
        except (FileNotFoundError, ValueError):
            return {}

    def _in_use(self) -> StateError:
        return StateError(
            f"Another `winepipeline` (process {self.holder()}) works on the state in {self.folder} just now.",
            "Stop that one first (Ctrl-C there), or give this one a folder of its own with `--state DIR`.",
        )


def newest() -> State | None:
    """The state under `.winepipeline` here that was used last; None without any."""
    kept = list(ROOT.glob("*/pipeline.yaml"))
    return State(max(kept, key=lambda file: file.stat().st_mtime).parent) if kept else None
