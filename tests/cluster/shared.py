"""What the processes of one test run share: one cluster, one operator, and who may disturb whom.

The process that pytest was started in makes the run's folder; pytest-xdist's workers inherit its name.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

VARIABLE = "WINEPIPELINE_CLUSTER_RUN"


@dataclass(frozen=True, slots=True)
class Shared:
    """Notes and locks of one run, as files in one folder."""

    folder: Path

    @classmethod
    def made(cls) -> "Shared":
        """A new run's; processes that are started from now on find it."""
        found = cls(Path(tempfile.mkdtemp(prefix="winepipeline-cluster-")))
        os.environ[VARIABLE] = str(found.folder)
        return found

    @classmethod
    def found(cls) -> "Shared":
        """The present run's."""
        return cls(Path(os.environ[VARIABLE]))

    def note(self, name: str, words: str) -> None:
        """Note something for all."""
        (self.folder / name).write_text(words, encoding="utf-8")

    def noted(self, name: str) -> str | None:
        """What is noted under a name."""
        file = self.folder / name
        return file.read_text(encoding="utf-8") if file.exists() else None

    @contextmanager
    def lock(self, name: str, *, alone: bool = True) -> Iterator[None]:
        """Hold a lock: nobody else holds it, or with `alone=False` nobody who wants to be alone."""
        with (self.folder / f"{name}.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
            yield

    @contextmanager
    def using(self, name: str) -> Iterator[None]:
        """Be one of those who use something."""
        mark = self.folder / f"{name}.user.{os.getpid()}"
        mark.touch()
        yield
        mark.unlink()

    def others_use(self, name: str) -> bool:
        """Whether somebody else uses it."""
        mine = f"{name}.user.{os.getpid()}"
        return any(each.name != mine for each in self.folder.glob(f"{name}.user.*"))

    def remove(self) -> None:
        """The run is over."""
        shutil.rmtree(self.folder, ignore_errors=True)
        os.environ.pop(VARIABLE, None)
