"""What an image is made of, as one digest: the Dockerfile and all that it copies."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

GENERATED = ("__pycache__", ".egg-info")


def digest(context: Path, dockerfile: Path, target: str) -> str:
    """The SHA-256 of a Dockerfile, of its target's name and of every file that it copies from its context."""
    found = hashlib.sha256(target.encode())
    for file in sorted({context / dockerfile, *_copied(context, dockerfile)}):
        found.update(f"{file.relative_to(context)}\0{file.stat().st_mode & 0o111}\0".encode())
        found.update(hashlib.sha256(file.read_bytes()).digest())
    return found.hexdigest()


def _copied(context: Path, dockerfile: Path) -> Iterator[Path]:
    for line in (context / dockerfile).read_text(encoding="utf-8").splitlines():
        words = line.split()
        if not words or words[0] != "COPY" or any(each.startswith("--from") for each in words):
            continue
        for source in (context / each for each in words[1:-1]):
            files = source.rglob("*") if source.is_dir() else [source]
            yield from (each for each in files if each.is_file() and not _generated(each))


def _generated(file: Path) -> bool:
    return any(part.endswith(GENERATED) for part in file.parts)
