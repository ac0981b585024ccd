"""Kafka's jars on this machine: fetched once through jgo, held against the lock, kept in the user's cache."""

import os
import shutil
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import file_digest
from importlib.resources import files
from pathlib import Path

from winepipeline_local.errors import JarsError
from winepipeline_local.jars_lock import Jar, fingerprint, parse

KAFKA_VERSION = "4.1.0"
DOWNLOADS_AT_ONCE = 8
COMPLETE = "complete"


def cache_folder() -> Path:
    """Where downloaded and derived files are kept between runs (`$XDG_CACHE_HOME/winepipeline`, else `~/.cache/…`)."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "winepipeline"


def locked() -> tuple[Jar, ...]:
    """The jars this version of the package runs."""
    return parse(files("winepipeline_local").joinpath(f"kafka-{KAFKA_VERSION}.lock").read_text(encoding="utf-8"))


def folder() -> Path:
    """The folder that holds exactly the locked jars, named for them."""
    return cache_folder() / f"kafka-{KAFKA_VERSION}-{fingerprint(locked())}"


def missing() -> tuple[Jar, ...]:
    """The locked jars that are not in the cache yet."""
    here = folder()
    if (here / COMPLETE).exists():
        return tuple(jar for jar in locked() if not (here / jar.file_name).exists())
    return tuple(jar for jar in locked() if not _verified(here / jar.file_name, jar))


def class_path(progress: Callable[[int, int], None] = lambda _done, _all: None) -> str:
    """Java's class path of the locked jars; fetches what is missing.

    Args:
        progress: is told how many jars of how many are there, after each one fetched.

    Raises:
        JarsError: a jar cannot be fetched, or has another SHA-256 than the lock says.
    """
    here, wanted = folder(), missing()
    if wanted:
        here.mkdir(parents=True, exist_ok=True)
        _fetch_all(wanted, here, progress)
        (here / COMPLETE).touch()
    return os.pathsep.join(str(here / jar.file_name) for jar in locked())


def _fetch_all(wanted: tuple[Jar, ...], here: Path, progress: Callable[[int, int], None]) -> None:
    from winepipeline_local.registry import download, local_repository  # noqa: PLC0415 - once in a machine's life

    def fetch(jar: Jar, staging: Path) -> None:
        local = local_repository() / Path(*jar.group.split("."), jar.artifact, jar.version, jar.file_name)
        _keep(jar, local if _verified(local, jar) else download(jar, staging), here, staging)

    with (
        tempfile.TemporaryDirectory(dir=here, prefix="fetching-") as staging,
        ThreadPoolExecutor(DOWNLOADS_AT_ONCE) as pool,
    ):
        fetches = [pool.submit(fetch, jar, Path(staging)) for jar in wanted]
        try:
            for done, fetched in enumerate(fetches, start=1):
                fetched.result()
                progress(done, len(wanted))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _keep(jar: Jar, found: Path, here: Path, staging: Path) -> None:
    """Put one jar into the cache, atomically, if it is the one that the lock means."""
    if not _verified(found, jar):
        raise JarsError(
            f"The jar {jar.coordinate} was fetched, but it is not the file that the lock names (SHA-256 {jar.sha256}).",
            "Something between this machine and its package registry changes files. Nothing was kept; "
            "try another network.",
        )
    temporary = staging / f"verified-{jar.file_name}"
    shutil.copyfile(found, temporary)
    temporary.replace(here / jar.file_name)


def _verified(path: Path, jar: Jar) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest() == jar.sha256
