"""The operator as people install it: a Helm release."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .cluster import Cluster
from .harness.layout import REPOSITORY
from .shared import Shared

CHART = REPOSITORY / "charts" / "winepipeline"
VALUES = Path(__file__).parent / "operator_values.yaml"
INSTALLED = "operator"


@dataclass(frozen=True, slots=True)
class Operator:
    """One release of the chart, the same for all processes of a run.

    Attributes:
        cluster: where.
        shared: the run.
        name: of the release.
        namespace: of the operator.
    """

    cluster: Cluster
    shared: Shared
    name: str = "winepipeline"
    namespace: str = "winepipeline-system"

    @property
    def said(self) -> str:
        """What Helm said when it was installed."""
        return self.shared.noted(INSTALLED) or ""

    def install(self) -> None:
        """Install it, unless another process of this run has, and wait until it is ready."""
        with self.shared.lock("helm"):
            if self.shared.noted(INSTALLED) is None:
                self._uninstall()  # one that somebody left has another image under the same name
                said = self._upgrade("--install", "--create-namespace", "--values", str(VALUES))
                self.shared.note(INSTALLED, said)

    def upgrade(self, *values: str) -> None:
        """Upgrade it to some values (`logLevel=DEBUG`), beside those that it has, and wait until it is ready."""
        with self.shared.lock("helm"):
            self._upgrade("--reuse-values", *(part for value in values for part in ("--set", value)))

    def test(self) -> str:
        """`helm test`."""
        return self.cluster.helm("test", self.name, "--timeout", "3m", namespace=self.namespace)

    def uninstall(self) -> None:
        """Uninstall it; the CRDs stay."""
        with self.shared.lock("helm"):
            self._uninstall()

    @contextmanager
    def stays(self) -> Iterator[None]:
        """For as long, no other test kills it."""
        with self.shared.lock("operator-runs", alone=False):
            yield

    @contextmanager
    def may_go(self) -> Iterator[None]:
        """Kill it in here: no test that counts on it runs meanwhile. At the end it is there again."""
        with self.shared.lock("operator-runs"):
            yield
            status = ("rollout", "status", f"deploy/{self.name}", "--timeout=120s")
            self.cluster.kubectl(*status, namespace=self.namespace)

    def _upgrade(self, *arguments: str) -> str:
        always = ("upgrade", self.name, CHART, "--wait", "--timeout", "3m")
        return self.cluster.helm(*always, *arguments, namespace=self.namespace)

    def _uninstall(self) -> None:
        self.cluster.helm("uninstall", self.name, "--ignore-not-found", "--wait", namespace=self.namespace)
