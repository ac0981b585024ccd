"""Which cluster the tests run on: our own one-node cluster, or with WINEPIPELINE_CLUSTER=kind one in Docker."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from .cluster import Cluster
from .harness import images, node
from .harness.__main__ import build, load
from .harness.failure import CannotRun
from .harness.layout import KUBECONFIG, PROGRAMS, REPOSITORY

KIND = os.environ.get("WINEPIPELINE_CLUSTER") == "kind"
KIND_CLUSTER = os.environ.get("KIND_CLUSTER", "winepipeline")


@contextmanager
def standing() -> Iterator[Cluster]:
    """A cluster with our images in it.

    One that is up already, by `make cluster-up` or `make kind-up`, is used and left up.

    Raises:
        CannotRun: this machine lacks something, or something failed.
    """
    if KIND:
        yield _kind()
        return
    build()
    found = node.running()
    if found:
        node.enforce_policies()
    else:
        node.up()
    try:
        load()
        yield Cluster({"KUBECONFIG": str(KUBECONFIG), "PATH": f"{PROGRAMS}:{os.environ['PATH']}"})
    finally:
        if not found:
            node.down()


def _kind() -> Cluster:
    """The present context of kubectl, our images loaded into the kind cluster; Redpanda's are pulled by it."""
    try:
        for image in images.own():
            build_it = ["docker", "build", "--quiet", "--file", str(image.dockerfile), "--tag", image.name, "."]
            subprocess.run(build_it, cwd=REPOSITORY, check=True, env={**os.environ, "DOCKER_BUILDKIT": "1"})
            subprocess.run(["kind", "load", "docker-image", "--name", KIND_CLUSTER, image.name], check=True)
    except FileNotFoundError as absent:
        raise CannotRun(f"WINEPIPELINE_CLUSTER=kind needs {absent.filename}: install it", missing=True) from absent
    return Cluster({"PATH": os.environ["PATH"]})
