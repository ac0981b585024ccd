"""Kafka's jars on this machine: fetched once through jgo, held against the lock, kept in the user's cache."""

import logging
import os
import shutil
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import file_digest
from importlib.resources import files
from pathlib import Path

from jgo.config import GlobalSettings
from jgo.maven import MavenContext

from winepipeline_local.errors import JarsError
from winepipeline_local.jars_lock import Jar, fingerprint, parse

KAFKA_VERSION = "4.1.0"
DOWNLOADS_AT_ONCE = 8
DOWNLOAD_TIMEOUT_SECONDS = 30
COMPLETE = "complete"

log = logging.getLogger(__name__)


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
    with (
        tempfile.TemporaryDirectory(dir=here, prefix="fetching-") as staging,
        ThreadPoolExecutor(DOWNLOADS_AT_ONCE) as pool,
    ):
        fetches = [pool.submit(_fetch, jar, here, Path(staging)) for jar in wanted]
        try:
            for done, fetch in enumerate(fetches, start=1):
                fetch.result()
                progress(done, len(wanted))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _fetch(jar: Jar, here: Path, staging: Path) -> None:
    """Put one verified jar into the cache, atomically: from this machine's Maven repository, else from the network."""
    settings = GlobalSettings.load()
    local = settings.repo_cache / Path(*jar.group.split("."), jar.artifact, jar.version, jar.file_name)
    found = local if _verified(local, jar) else _download(jar, settings, staging)
    if not _verified(found, jar):
        raise JarsError(
            f"The jar {jar.coordinate} was fetched, but it is not the file that the lock names (SHA-256 {jar.sha256}).",
            "Something between this machine and its package registry changes files. Nothing was kept; "
            "try another network.",
        )
    temporary = staging / f"verified-{jar.file_name}"
    shutil.copyfile(found, temporary)
    temporary.replace(here / jar.file_name)


def _download(jar: Jar, settings: GlobalSettings, staging: Path) -> Path:
    # jgo's own default is the public registry; what the user configured for jgo (a mirror) is asked first.
    defaults = MavenContext().remote_repos
    context = MavenContext(
        repo_cache=staging,
        local_repos=[],
        remote_repos={**settings.repositories, **defaults},
        timeout=DOWNLOAD_TIMEOUT_SECONDS,
    )
    component = context.project(jar.group, jar.artifact).at_version(jar.version)
    try:
        return Path(component.artifact(packaging="jar").resolve())
    except Exception as failure:
        log.debug("fetching %s failed", jar.coordinate, exc_info=True)
        raise JarsError(
            f"Kafka's jar {jar.coordinate} cannot be fetched ({type(failure).__name__}).",
            "The embedded broker needs a Maven registry once, about 45 MB; later runs need no network. "
            "Check the connection and the proxy variables, name a mirror in jgo's configuration file, or give "
            "a broker of yours in `spec.broker.external` of the resource. "
            "`winepipeline check` tells whether it can be reached.",
        ) from failure


def _verified(path: Path, jar: Jar) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest() == jar.sha256
