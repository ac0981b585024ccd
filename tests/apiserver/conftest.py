"""An API server with our CRD, and the operator as the process that it is in a cluster."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from winepipeline_operator.rights import rules

from .control_plane import HOW_TO_GET, ControlPlane, binaries
from .scene import CRDS, Operator, Place, make_place, until


@pytest.fixture(scope="session")
def plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """One control plane for all tests that leave it standing."""
    yield from _plane(tmp_path_factory.mktemp("plane"))


@pytest.fixture
def own_plane(tmp_path: Path) -> Iterator[ControlPlane]:
    """A control plane for a test that does something to it."""
    yield from _plane(tmp_path / "plane")


def _plane(folder: Path) -> Iterator[ControlPlane]:
    programs = binaries()
    if programs is None:
        pytest.skip(HOW_TO_GET)
    plane = ControlPlane(folder, programs)
    try:
        plane.start()
        applied = plane.kubectl("apply", "-f", str(CRDS))
        assert applied.returncode == 0, applied.stderr
        # kubectl fails at once where the conditions are not there yet.
        until(lambda: plane.kubectl("wait", "--for=condition=Established", "-f", str(CRDS)).returncode == 0)
        plane.grant(rules())
        yield plane
    finally:
        plane.stop()


@pytest.fixture(scope="module")
def shaken_plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """A control plane for a module's tests that take its API server away, and leave it running."""
    yield from _plane(tmp_path_factory.mktemp("shaken-plane"))


@pytest.fixture
def place(plane: ControlPlane) -> Place:
    """A namespace that nobody else uses."""
    return make_place(plane)


@pytest.fixture
def start_operator(tmp_path: Path) -> Iterator[Callable[..., Operator]]:
    """Starts operators that end with the test."""
    started: list[Operator] = []

    def start(plane: ControlPlane, **environment: str) -> Operator:
        operator = Operator(plane, tmp_path / f"operator-{len(started)}.log", environment, forked=True)
        started.append(operator)
        return operator.start()

    yield start
    for operator in started:
        operator.kill()
        print(operator.log[-20_000:])  # noqa: T201 - pytest shows it when the test fails


@pytest.fixture
def operator(place: Place, start_operator: Callable[..., Operator]) -> Operator:
    """An operator that works on the test's namespace alone."""
    return start_operator(place.plane, WATCH_NAMESPACES=place.namespace)


@pytest.fixture(scope="session")
def plane_place(plane: ControlPlane) -> Place:
    """A namespace for tests that leave nothing behind."""
    return make_place(plane)
