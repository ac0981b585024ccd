"""The operator as people install it: a Helm release."""

import json
from dataclasses import dataclass
from typing import Any

from .cluster import Cluster
from .harness.layout import REPOSITORY

CHART = REPOSITORY / "charts" / "winepipeline"


@dataclass(frozen=True, slots=True)
class Operator:
    """One release of the chart.

    Attributes:
        cluster: where.
        name: of the release.
        namespace: of the operator.
    """

    cluster: Cluster
    name: str = "winepipeline"
    namespace: str = "winepipeline-system"

    def install(self, *values: str) -> str:
        """Install or upgrade it, and wait until it is ready; `values`: `logLevel=DEBUG`. Returns Helm's words."""
        sets = [part for value in values for part in ("--set", value)]
        return self.cluster.helm(
            *("upgrade", "--install", self.name, CHART, "--create-namespace", "--wait", "--timeout", "3m"),
            *sets,
            namespace=self.namespace,
        )

    def test(self) -> str:
        """`helm test`."""
        return self.cluster.helm("test", self.name, "--timeout", "3m", namespace=self.namespace)

    def uninstall(self) -> None:
        """Uninstall it; the CRDs stay."""
        self.cluster.helm("uninstall", self.name, "--ignore-not-found", "--wait", namespace=self.namespace)

    def logs(self) -> list[dict[str, Any]]:
        """The lines that its pod has logged."""
        said = self.cluster.kubectl("logs", f"deploy/{self.name}-operator", "--tail=-1", namespace=self.namespace)
        return [json.loads(line) for line in said.splitlines() if line.startswith("{")]
