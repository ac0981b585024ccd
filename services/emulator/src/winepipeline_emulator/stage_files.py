"""Staged files: where they lie, how they get there whole, and who may put them there.

A stage is the folder `<stages>/<DATABASE>/<SCHEMA>/<STAGE>/`, as fakesnow has it. Uploads arrive over HTTP at a
presigned address, as the connector knows it from Google's storage (snowflake-connector-python, gcs_storage_client.py).
"""

import hashlib
import hmac
import os
import secrets
import tempfile
import time
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path
from typing import NamedTuple

from winepipeline_emulator.errors import StatementError


class StagedFile(NamedTuple):
    """A file as LIST shows it: name (stage/path, the stage in lower case), size in bytes, MD5, modification time."""

    name: str
    size: int
    md5: str
    last_modified: str


def files_with_prefix(prefix: str) -> Iterator[Path]:
    """Every file whose path begins with `prefix`, in order: a stage's path is a prefix, not a folder."""
    if Path(prefix).is_file():
        # A file's whole name is given: the usual case, which need not read the folder. (A name that is another's
        # beginning would match both in Snowflake; names with an extension are none.)
        yield Path(prefix)
        return
    for folder, subfolders, names in os.walk(prefix.rpartition("/")[0]):
        subfolders.sort()
        yield from (Path(folder, name) for name in sorted(names) if f"{folder}/{name}".startswith(prefix))


class StageFiles:
    """The folder of all stages, and the secret that signs uploads for as long as this process runs."""

    def __init__(self, root: Path, upload_seconds: float = 0.0) -> None:
        """`upload_seconds` is how long each upload is made to take at least."""
        self.root = root
        self.upload_seconds = upload_seconds
        self._secret = secrets.token_bytes(32)
        self._arriving = root / ".arriving"
        self._arriving.mkdir(parents=True, exist_ok=True)
        for left_over in self._arriving.iterdir():
            left_over.unlink()

    def path(self, stage: tuple[str, str, str], path: str) -> str:
        """The absolute path of a file or prefix in a stage.

        Raises:
            StatementError: 001003 when it leads out of the stage.
        """
        folder = self.root.joinpath(*stage)
        inside = os.path.normpath(folder / path)
        if inside != str(folder) and not inside.startswith(f"{folder}/"):
            raise StatementError(1003, "42000", f"SQL compilation error:\nthe path '{path}' leads out of its stage.")
        # normpath drops the slash that makes a prefix a folder
        return f"{inside}/" if path.endswith("/") or not path else inside

    def listing(self, stage: tuple[str, str, str], path: str) -> list[StagedFile]:
        """The files of a stage whose path begins with `path`."""
        return [
            StagedFile(
                self._shown(stage, file),
                file.stat().st_size,
                hashlib.md5(file.read_bytes(), usedforsecurity=False).hexdigest(),
                formatdate(file.stat().st_mtime, usegmt=True),
            )
            for file in files_with_prefix(self.path(stage, path))
        ]

    def remove(self, stage: tuple[str, str, str], path: str) -> list[str]:
        """Delete the files of a stage whose path begins with `path`; returns their names as LIST shows them."""
        removed = []
        for file in list(files_with_prefix(self.path(stage, path))):
            file.unlink(missing_ok=True)
            removed.append(self._shown(stage, file))
        return removed

    def upload_path(self, stage: tuple[str, str, str], path: str, file_name: str) -> str:
        """The signed address, relative to the bucket, at which one file may be uploaded."""
        target = Path(self.path(stage, f"{path}/{file_name}".lstrip("/"))).relative_to(self.root).as_posix()
        return f"{target}?signature={self._signature(target)}"

    def receive(self, target: str, signature: str, content: bytes) -> bool:
        """Store an upload whole or not at all; False when its address was not signed here."""
        if not hmac.compare_digest(signature, self._signature(target)):
            return False
        time.sleep(self.upload_seconds)
        destination = self.root / target
        destination.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self._arriving, delete=False) as arriving:
            arriving.write(content)
        Path(arriving.name).replace(destination)
        return True

    def _signature(self, target: str) -> str:
        return hmac.new(self._secret, target.encode(), hashlib.sha256).hexdigest()

    def _shown(self, stage: tuple[str, str, str], file: Path) -> str:
        return f"{stage[2].lower()}/{file.relative_to(self.root.joinpath(*stage)).as_posix()}"
