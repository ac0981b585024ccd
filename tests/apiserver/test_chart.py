"""The chart before a real API server: installed, upgraded, uninstalled."""

import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import yaml

from tests.chart.helm import CHART, MISSING, Helm, helm_path

from .control_plane import ControlPlane
from .scene import CRDS, until

pytestmark = pytest.mark.long

_NAMESPACE = "winepipeline-system"
_CRDS = {"winepipelines.caves-albert.io", "deadletterreplays.caves-albert.io"}


class Release:
    """A release of the chart in a cluster of its own."""

    def __init__(self, plane: ControlPlane, helm: str) -> None:
        self.plane = plane
        self._helm = helm

    def helm(self, *arguments: str) -> str:
        """Run Helm in the release's namespace; what it printed."""
        environment = {**os.environ, "KUBECONFIG": str(self.plane.kubeconfig)}
        command = [self._helm, *arguments, "--namespace", _NAMESPACE]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=180)
        assert done.returncode == 0, done.stderr
        return done.stdout

    @contextmanager
    def pods_that_end_well(self) -> Iterator[None]:
        """Take the part of the kubelet, which this cluster has not: each hook's pod ends as soon as it is there."""
        path = f"/api/v1/namespaces/{_NAMESPACE}/pods/wine-winepipeline-wait/status"
        body = {"status": {"phase": "Succeeded"}}
        done = threading.Event()

        def run() -> None:
            while not done.wait(0.2):
                self.plane.call("PATCH", path, body, "application/merge-patch+json")

        kubelet = threading.Thread(target=run)
        kubelet.start()
        try:
            yield
        finally:
            done.set()
            kubelet.join()

    def names(self, plural: str) -> set[str]:
        """The names of all objects of a kind, in all namespaces."""
        done = self.plane.kubectl("get", plural, "--all-namespaces", "--output", "yaml")
        assert done.returncode == 0, done.stderr
        return {each["metadata"]["name"] for each in yaml.safe_load(done.stdout)["items"]}


@pytest.fixture
def release(own_plane: ControlPlane) -> Release:
    """A cluster without our CRDs, and Helm."""
    helm = helm_path()
    if helm is None:
        pytest.skip(MISSING)
    assert own_plane.kubectl("delete", "--wait=false", "-f", str(CRDS)).returncode == 0
    release = Release(own_plane, helm)
    until(lambda: not release.names("crds"))
    return release


def test_a_release_from_its_first_day_to_its_last(release: Release) -> None:
    """Install brings CRDs and the demo, upgrade does not replace the demo, uninstall leaves pipelines alone."""
    with release.pods_that_end_well():
        said = release.helm("install", "wine", str(CHART), "--create-namespace", "--set", "example.create=true")
    assert "kubectl get wp albert" in said
    assert release.names("crds") == _CRDS
    assert release.names("deployments") == {"wine-winepipeline"}
    uid = _uid_of_demo(release)
    release.helm("upgrade", "wine", str(CHART), "--set", "example.create=true", "--set", "logLevel=DEBUG")
    release.helm("upgrade", "wine", str(CHART), "--reset-then-reuse-values", "--set", "watchNamespaces={default}")
    assert _uid_of_demo(release) == uid
    assert "wine-winepipeline" not in release.names("clusterroles")
    assert release.names("roles") >= {"wine-winepipeline"}
    release.helm("uninstall", "wine")
    assert release.names("crds") == _CRDS
    assert release.names("deployments") == set()
    assert _uid_of_demo(release) == uid
    release.helm("install", "wine", str(CHART))


def test_an_upgrade_brings_the_crds_up_to_date(release: Release) -> None:
    """A field that a newer chart knows is there after `helm upgrade`, which Helm's own crds/ folder never does."""
    release.helm("install", "wine", str(CHART), "--create-namespace")
    change = '{"spec":{"names":{"shortNames":["old"]}}}'
    name = "winepipelines.caves-albert.io"
    assert release.plane.kubectl("patch", "crd", name, "--type=merge", "-p", change).returncode == 0
    release.helm("upgrade", "wine", str(CHART), "--force-conflicts" if _helm_4(release) else "--force")
    done = release.plane.kubectl("get", "crd", name, "--output", "jsonpath={.spec.names.shortNames}")
    assert done.stdout == '["wp"]'


def test_the_chart_is_taken_field_by_field(release: Release) -> None:
    """The API server knows every field of every object that the chart makes."""
    helm = helm_path()
    assert helm is not None
    assert release.plane.kubectl("create", "namespace", _NAMESPACE).returncode == 0
    for objects in (Helm(helm).template(), Helm(helm).template("podLabels.a=b", "tolerations[0].operator=Exists")):
        text = yaml.safe_dump_all(objects)
        done = release.plane.kubectl("apply", "--dry-run=server", "--validate=strict", "-f", "-", text=text)
        assert done.returncode == 0, done.stderr


def _uid_of_demo(release: Release) -> str:
    return release.plane.kubectl("get", "wp", "albert", "-n", _NAMESPACE, "-o", "jsonpath={.metadata.uid}").stdout


def _helm_4(release: Release) -> bool:
    return release.helm("version", "--short").startswith("v4")
