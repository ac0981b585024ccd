"""Prometheus, prometheus-operator and its config-reloader, built from their Go modules: minutes, once on a machine.

Debian's Prometheus will not do in a cluster: it is built without the discovery of Kubernetes' targets.
"""

import json
import shutil
from pathlib import Path
from typing import Final

from tests.cluster.harness.programs import GO, SMALL, Program, beside_kubernetes, commands_of
from tests.cluster.harness.shell import run

VERSION: Final = "0.82.2"  # the last one that Kubernetes 1.34's modules suffice for
PROMETHEUS_VERSION: Final = "2.42.0"
PROMETHEUS_MODULE: Final = "github.com/prometheus/prometheus"
MODULE: Final = "github.com/prometheus-operator/prometheus-operator"
_SUBMODULES: Final = ("pkg/apis/monitoring", "pkg/client")
_COMMANDS: Final = {"operator": "prometheus-operator", "prometheus-config-reloader": "prometheus-config-reloader"}
_VERSION_PACKAGE: Final = "github.com/prometheus/common/version"


def _build_prometheus(module: Path, output: Path) -> None:
    """Of the ways to find targets only Kubernetes': with all of them, the clouds' libraries take most of the time."""
    published = f"v0.{PROMETHEUS_VERSION.removeprefix('2.')}"
    (module / "go.mod").write_text("module prometheusserver\n", encoding="utf-8")
    said = run("go", "mod", "download", "-json", f"{PROMETHEUS_MODULE}@{published}", folder=module, environment=GO)
    source = module / "source"
    shutil.copytree(json.loads(said)["Dir"], source, copy_function=shutil.copyfile)
    for folder in (source, source / "plugins"):  # the module's cache is read-only
        folder.chmod(0o755)
    (source / "plugins" / "plugins.go").write_text(
        f'package plugins\n\nimport _ "{PROMETHEUS_MODULE}/discovery/kubernetes"\n', encoding="utf-8"
    )
    flags = f"{SMALL[1]} -X {_VERSION_PACKAGE}.Version={PROMETHEUS_VERSION}"
    where = ("-o", str(output / "prometheus-kubernetes"), "./cmd/prometheus")
    run("go", "build", SMALL[0], flags, *where, folder=source, environment=GO)


def _build(module: Path, output: Path) -> None:
    """Its two libraries lie beside it in its repository; both are published under the same version."""
    beside_kubernetes(module, MODULE, VERSION, [f"{MODULE}/{name}" for name in _SUBMODULES])
    commands_of(module, [f"{MODULE}/cmd/{command}" for command in _COMMANDS])
    flags = f"{SMALL[1]} -X {_VERSION_PACKAGE}.Version={VERSION}"
    for command, name in _COMMANDS.items():
        arguments = ("build", SMALL[0], flags, "-o", str(output / name), f"{MODULE}/cmd/{command}")
        run("go", *arguments, folder=module, environment=GO)


OPERATOR: Final = Program(dict.fromkeys(_COMMANDS.values(), ("--version",)), VERSION, _build)
PROMETHEUS: Final = Program({"prometheus-kubernetes": ("--version",)}, PROMETHEUS_VERSION, _build_prometheus)


def definitions() -> Path:
    """The folder with its CustomResourceDefinitions, as the module has them."""
    said = run("go", "mod", "download", "-json", f"{MODULE}@v{VERSION}", environment=GO)
    return Path(json.loads(said)["Dir"]) / "example" / "prometheus-operator-crd"
