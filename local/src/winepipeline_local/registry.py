"""Fetches one artifact from a Maven registry, through jgo."""

import logging
from pathlib import Path

from jgo.config import GlobalSettings
from jgo.maven import MavenContext

from winepipeline_local.errors import JarsError
from winepipeline_local.jars_lock import Jar

TIMEOUT_SECONDS = 30

log = logging.getLogger(__name__)


def local_repository() -> Path:
    """Where Maven keeps what it has fetched on this machine; it need not exist."""
    return Path(GlobalSettings.load().repo_cache)


def download(jar: Jar, folder: Path) -> Path:
    """Fetch a jar into a folder; returns the file. Its content is not verified here.

    Raises:
        JarsError: no registry gave it.
    """
    # jgo's own default is the public registry; what the user configured for jgo (a mirror) is asked first.
    registries = {**GlobalSettings.load().repositories, **MavenContext().remote_repos}
    context = MavenContext(repo_cache=folder, local_repos=[], remote_repos=registries, timeout=TIMEOUT_SECONDS)
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
