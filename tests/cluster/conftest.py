"""One cluster for the run, the operator on it by its chart, and a namespace for each who asks.

README.md beside this file says what the cluster is, and what its stand-ins do not prove.
"""

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from .cluster import Cluster, Namespace
from .harness.failure import CannotRun
from .operator_release import Operator
from .pipeline import Pipeline
from .shared import VARIABLE, Shared
from .standing import end, standing

TEST_SECONDS = 420
RESTRICTED = {
    "pod-security.kubernetes.io/enforce": "restricted",
    "pod-security.kubernetes.io/enforce-version": "latest",
}
EXAMPLES = Path(__file__).parents[2] / "examples"
GROUPS = {
    # One pipeline, from `helm install` to `helm uninstall`.
    "story": ("test_chart", "test_demo", "test_network", "test_by_hand", "test_uninstall"),
    # Another of the demo's, which is given a past, and mends what went wrong; then one on a broker from outside.
    "past": ("test_backfill", "test_dead_letter_replay", "test_external"),
    "load": ("test_scaling",),
    "watch": ("test_monitoring",),
}
"""What runs beside each other (most of it is waiting), each in its order: as many groups as Makefile has workers."""

ORDER = {module: group for group, modules in GROUPS.items() for module in modules}
_numbers = itertools.count(1)


def pytest_configure(config: pytest.Config) -> None:
    """The process that begins makes what all share."""
    if not hasattr(config, "workerinput"):
        Shared.made()


def pytest_unconfigure(config: pytest.Config) -> None:
    """The same process stops the cluster when all are done."""
    if not hasattr(config, "workerinput") and VARIABLE in os.environ:
        shared = Shared.found()
        end(shared)
        shared.remove()


class InGroups(LoadScopeScheduling):  # type: ignore[misc]
    """Gives each group to one worker; pytest-xdist's own groups are silently without effect under pytest 9.2."""

    def _split_scope(self, nodeid: str) -> str:
        module = Path(nodeid.partition("::")[0]).stem
        return ORDER.get(module, module)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> InGroups:
    """With `-n 4` there are four groups at work."""
    return InGroups(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Each group in its order; and what waits for pods takes longer than others."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents and item.get_closest_marker("timeout") is None:
            # The first test starts the cluster, and on a new machine builds it.
            item.add_marker(pytest.mark.timeout(TEST_SECONDS, func_only=True))
    order = list(ORDER)
    items.sort(key=lambda item: order.index(item.path.stem) if item.path.stem in ORDER else -1)


@pytest.fixture(scope="session")
def cluster() -> Cluster:
    """A running cluster with our images in it."""
    try:
        return standing(Shared.found())
    except CannotRun as failure:
        if failure.missing:
            pytest.skip(str(failure))
        raise


@pytest.fixture(scope="session")
def operator(cluster: Cluster) -> Iterator[Operator]:
    """The operator, installed by its chart."""
    shared = Shared.found()
    release = Operator(cluster, shared)
    release.install()
    with shared.using("operator"):
        yield release


@pytest.fixture
def stays(operator: Operator) -> Iterator[None]:
    """The operator is not killed by another test while this one runs."""
    with operator.stays():
        yield


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


@pytest.fixture(scope="session")
def applied(operator: Operator, make_namespace: Callable[[], Namespace], demo: dict[str, Any]) -> Iterator[Pipeline]:
    """The demo resource, applied once for the whole story."""
    found = Pipeline(make_namespace())
    found.namespace.apply(demo)
    yield found
    found.delete()


@pytest.fixture(scope="session")
def albert(applied: Pipeline) -> Pipeline:
    """The same, once it was ready."""
    applied.wait_until_ready()
    return applied


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """A test that failed shows what a person would look at."""
    outcome: Any = yield
    report = outcome.get_result()
    if report.when != "call" or not report.failed:
        return
    for value in getattr(item, "funcargs", {}).values():
        place = value.namespace if isinstance(value, Pipeline) else value
        if isinstance(place, Namespace):
            report.sections.append((f"the namespace {place.name}", place.words()))
