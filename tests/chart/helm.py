"""Helm, and what it makes of the chart."""

import functools
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

REPOSITORY = Path(__file__).parents[2]
CHART = REPOSITORY / "charts" / "winepipeline"
KUBERNETES = "1.34.0"
MISSING = (
    "helm is not there: install it (https://helm.sh/docs/intro/install/), set HELM to its path, or let "
    "`make cluster-build` build it"
)


def helm_path() -> str | None:
    """Helm's path, or None where there is none."""
    built = Path.home() / ".cache" / "winepipeline-cluster" / "bin" / "helm"
    return os.environ.get("HELM") or shutil.which("helm") or (str(built) if built.exists() else None)


@dataclass(frozen=True)
class Helm:
    """The command."""

    path: str

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run it, whatever its exit status."""
        command = [self.path, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=180)

    def template(self, *values: str) -> list[dict[str, Any]]:
        """The objects that a release `wine` in the namespace `winepipeline-system` consists of; `values`: `a.b=c`."""
        # libyaml's loader: the CRDs among them are long.
        return [each for each in yaml.load_all(_rendered(self, values), yaml.CSafeLoader) if each]

    def refusal(self, *values: str) -> str:
        """What Helm says of values that it refuses."""
        sets = [part for value in values for part in ("--set", value)]
        done = self.run("template", "wine", str(CHART), "--kube-version", KUBERNETES, *sets)
        assert done.returncode != 0, "it was not refused"
        return done.stderr


@functools.cache
def _rendered(helm: Helm, values: tuple[str, ...]) -> str:
    sets = [part for value in values for part in ("--set", value)]
    common = ["template", "wine", str(CHART), "--namespace", "winepipeline-system", "--kube-version", KUBERNETES]
    done = helm.run(*common, *sets)
    assert done.returncode == 0, done.stderr
    return done.stdout
