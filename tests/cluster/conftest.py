"""One cluster for the session, the operator on it by its chart, and a namespace for each who asks.

README.md beside this file says what the cluster is, and what its stand-ins do not prove.
"""

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from .cluster import Cluster, Namespace
from .harness.failure import CannotRun
from .operator_release import Operator
from .standing import standing

TEST_SECONDS = 420
RESTRICTED = {
    "pod-security.kubernetes.io/enforce": "restricted",
    "pod-security.kubernetes.io/enforce-version": "latest",
}
EXAMPLES = Path(__file__).parents[2] / "examples"
_numbers = itertools.count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What waits for pods takes longer than others; and the chart comes first: it ends without an operator."""
    here = Path(__file__).parent
    items.sort(key=lambda item: item.path != here / "test_chart.py")
    for item in items:
        if here in item.path.parents and item.get_closest_marker("timeout") is None:
            # The first test starts the cluster, and on a new machine builds it.
            item.add_marker(pytest.mark.timeout(TEST_SECONDS, func_only=True))


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A running cluster with our images in it."""
    try:
        with standing() as found:
            yield found
    except CannotRun as failure:
        if failure.missing:
            pytest.skip(str(failure))
        raise


@pytest.fixture(scope="session")
def operator(cluster: Cluster) -> Iterator[Operator]:
    """The operator, installed by its chart, and uninstalled at the end of the session."""
    release = Operator(cluster)
    release.uninstall()  # one that somebody left has another image under the same name
    release.install()
    yield release
    release.uninstall()


@pytest.fixture(scope="session")
def make_namespace(cluster: Cluster) -> Iterator[Callable[[], Namespace]]:
    """Makes namespaces that enforce `restricted`, and takes them away at the end of the session."""
    made: list[str] = []

    def make() -> Namespace:
        name = f"wine-{os.getpid()}-{next(_numbers)}"
        manifest = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": RESTRICTED}}
        cluster.kubectl("apply", "-f", "-", text=yaml.safe_dump(manifest))
        made.append(name)
        return Namespace(cluster, name)

    yield make
    if made:
        cluster.kubectl("delete", "namespace", *made, "--ignore-not-found", "--wait=false")


@pytest.fixture(scope="module")
def namespace(make_namespace: Callable[[], Namespace]) -> Namespace:
    """A namespace for the tests of one module."""
    return make_namespace()


@pytest.fixture(scope="session")
def demo() -> dict[str, Any]:
    """The resource of examples/demo.yaml, to be changed and applied."""
    return dict(yaml.safe_load((EXAMPLES / "demo.yaml").read_text(encoding="utf-8")))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """A test that failed shows what a person would look at."""
    outcome: Any = yield
    report = outcome.get_result()
    place = getattr(item, "funcargs", {}).get("namespace")
    if report.when == "call" and report.failed and isinstance(place, Namespace):
        report.sections.append((f"the namespace {place.name}", place.words()))
