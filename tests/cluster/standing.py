"""Which cluster the tests run on: our own one-node cluster, or with WINEPIPELINE_CLUSTER=kind one in Docker."""

import os
import subprocess

from .cluster import Cluster
from .harness import images, node
from .harness.__main__ import build, load
from .harness.failure import CannotRun
from .harness.layout import KUBECONFIG, PROGRAMS, REPOSITORY
from .shared import Shared

KIND = os.environ.get("WINEPIPELINE_CLUSTER") == "kind"
KIND_CLUSTER = os.environ.get("KIND_CLUSTER", "winepipeline")
STARTED = "started"
"""Noted in the run by whoever started the cluster."""
IN_IT = "images"


def standing(shared: Shared) -> Cluster:
    """A cluster with our images in it, the same for all processes of a run; the first that asks brings it about.

    One that is up already, by `make cluster-up` or `make kind-up`, is used and left up.

    Raises:
        CannotRun: this machine lacks something, or something failed.
    """
    with shared.lock("cluster"):
        if shared.noted(IN_IT) is None:
            if KIND:
                _load_into_kind()
            else:
                _stand_up(shared)
            shared.note(IN_IT, "are in it")
    if KIND:
        return Cluster({"PATH": os.environ["PATH"]})
    return Cluster({"KUBECONFIG": str(KUBECONFIG), "PATH": f"{PROGRAMS}:{os.environ['PATH']}"})


def end(shared: Shared) -> None:
    """Stop the cluster, if this run started it."""
    if shared.noted(STARTED) is not None:
        node.down()


def _stand_up(shared: Shared) -> None:
    build()
    if node.running():
        node.enforce_policies()
    else:
        shared.note(STARTED, "by this run")
        node.up()
    load()


def _load_into_kind() -> None:
    """Into the present context of kubectl; Redpanda's images are pulled by it."""
    try:
        for image in images.own():
            build_it = ["docker", "build", "--quiet", "--file", str(image.dockerfile), "--tag", image.name, "."]
            subprocess.run(build_it, cwd=REPOSITORY, check=True, env={**os.environ, "DOCKER_BUILDKIT": "1"})
            subprocess.run(["kind", "load", "docker-image", "--name", KIND_CLUSTER, image.name], check=True)
    except FileNotFoundError as absent:
        raise CannotRun(f"WINEPIPELINE_CLUSTER=kind needs {absent.filename}: install it", missing=True) from absent
