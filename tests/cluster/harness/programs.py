"""The cluster's programs, built from their Go modules: a quarter of an hour or more on two cores, once on a machine.

Helm, CoreDNS and others are built from the modules that Kubernetes is built from, as far as they share them: then most
of what they consist of is compiled already. So their versions are those of Kubernetes' own time.

Each is built into a folder of its own and moved into place, and is asked for its version before it is believed: a
cache that a killed build or another version left behind is built anew.
"""

import json
import re
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .layout import CACHE, PROGRAMS
from .machine import runs
from .shell import run

KUBERNETES_VERSION = "1.34.4"  # 1.35 and later refuse cgroup v1 unless told otherwise
ETCD_VERSION = "3.6.7"
COREDNS_VERSION = "1.12.4"
HELM_VERSION = "3.19.0"
KUBE_ROUTER_VERSION = "2.1.0"

GO = {"CGO_ENABLED": "0", "GOFLAGS": "-mod=mod", "GOWORK": "off"}
SMALL = ("-trimpath", "-ldflags=-s -w")
KUBERNETES = {
    "kube-apiserver": ("--version",),
    "kube-controller-manager": ("--version",),
    "kube-scheduler": ("--version",),
    "kubelet": ("--version",),
    "kube-proxy": ("--version",),
    "kubectl": ("version", "--client"),
}
KUBERNETES_VERSION_PACKAGE = "k8s.io/component-base/version"
ETCD_MAIN = """\
package main

import (
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
)

func main() { etcdmain.Main(os.Args) }
"""
COREDNS_PLUGINS = ("bind", "errors", "ready", "cache", "kubernetes")
PAUSE_MAIN = """\
package main

import (
	"os"
	"os/signal"
	"syscall"
)

func main() {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGINT, syscall.SIGTERM)
	<-stop
}
"""


@dataclass(frozen=True, slots=True)
class Program:
    """Programs that one build makes.

    Attributes:
        asked: from each program's name to the arguments that make it say its version.
        version: what each must say.
        build: builds them in a fresh module's folder, into a folder.
    """

    asked: Mapping[str, Sequence[str]]
    version: str
    build: Callable[[Path, Path], None]

    @property
    def built(self) -> bool:
        """Whether all of them are there and whole."""
        return all(runs(PROGRAMS / name, *words, says=self.version) for name, words in self.asked.items())

    @property
    def name(self) -> str:
        """Of the first of them."""
        return next(iter(self.asked))


def build(program: Program) -> float:
    """Build what is not there yet; returns the seconds that it took."""
    if program.built:
        return 0.0
    started = time.monotonic()
    module, output = CACHE / "src" / program.name, CACHE / "src" / f"{program.name}.built"
    for folder in (module, output):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    PROGRAMS.mkdir(parents=True, exist_ok=True)
    program.build(module, output)
    for name in program.asked:
        (output / name).replace(PROGRAMS / name)
    shutil.rmtree(output)
    return time.monotonic() - started


def _kubernetes(module: Path, output: Path) -> None:
    commands = _kubernetes_modules(module)
    major, minor, _ = KUBERNETES_VERSION.split(".")
    values = {"gitVersion": f"v{KUBERNETES_VERSION}", "gitMajor": major, "gitMinor": minor}
    flags = " ".join(f"-X {KUBERNETES_VERSION_PACKAGE}.{name}={value}" for name, value in values.items())
    _go(module, "build", "-trimpath", f"-ldflags=-s -w {flags}", "-o", f"{output}/", *commands)


def _kubernetes_modules(module: Path) -> list[str]:
    """Write down the modules that Kubernetes is built from; returns the packages of its commands."""
    (module / "go.mod").write_text("module clusterbuild\n", encoding="utf-8")
    said = _go(module, "mod", "download", "-json", f"k8s.io/kubernetes@v{KUBERNETES_VERSION}")
    its_own = (Path(json.loads(said)["Dir"]) / "go.mod").read_text(encoding="utf-8")
    # Its staging modules lie beside it in its repository; each is published with a v0 version.
    staging = re.findall(r"^\s*(k8s\.io/[a-z0-9-]+) => \./staging", its_own, re.MULTILINE)
    published = f"v0.{KUBERNETES_VERSION.removeprefix('1.')}"
    go_line = re.search(r"^go .*$", its_own, re.MULTILINE)
    lines = [
        "module clusterbuild",
        go_line[0] if go_line else "go 1.24",
        f"require k8s.io/kubernetes v{KUBERNETES_VERSION}",
        "replace (",
        *(f"  {name} => {name} {published}" for name in staging),
        ")",
    ]
    (module / "go.mod").write_text("\n".join(lines) + "\n", encoding="utf-8")
    commands = [f"k8s.io/kubernetes/cmd/{name}" for name in KUBERNETES]
    commands_of(module, commands)
    return commands


def beside_kubernetes(module: Path, package: str, version: str, own: Sequence[str] = ()) -> None:
    """Make a module that requires a package, and takes from Kubernetes' modules all that both need.

    Args:
        module: its folder.
        package: the module that is wanted.
        version: of it, and of its own.
        own: modules that are published with it.
    """
    _kubernetes_modules(module)
    known = "{{if not .Main}}{{.Path}} {{if .Replace}}{{.Replace.Version}}{{else}}{{.Version}}{{end}}{{end}}"
    pinned = dict(line.split(" ") for line in _go(module, "list", "-m", "-f", known, "all").splitlines() if line)
    pinned |= dict.fromkeys(own, f"v{version}")
    replaced = "\n".join(f"  {name} => {name} {published}" for name, published in pinned.items())
    lines = ["module built", "", "go 1.24.0", f"require {package} v{version}", f"replace (\n{replaced}\n)", ""]
    (module / "go.mod").write_text("\n".join(lines), encoding="utf-8")
    for each in ("go.sum", "tools.go"):
        (module / each).unlink()


def _etcd(module: Path, output: Path) -> None:
    (module / "go.mod").write_text("module etcdbuild\n\ngo 1.24\n", encoding="utf-8")
    (module / "main.go").write_text(ETCD_MAIN, encoding="utf-8")
    _go(module, "get", f"go.etcd.io/etcd/server/v3@v{ETCD_VERSION}")
    _go(module, "mod", "tidy")
    _go(module, "build", *SMALL, "-o", str(output / "etcd"), ".")


def _coredns(module: Path, output: Path) -> None:
    beside_kubernetes(module, "github.com/coredns/coredns", COREDNS_VERSION)
    plugins = [f"github.com/coredns/coredns/plugin/{name}" for name in COREDNS_PLUGINS]
    _imports(module / "plugins.go", "package main", plugins)
    named = ", ".join(f'"{name}"' for name in COREDNS_PLUGINS)
    main = (
        "package main\n\nimport (\n"
        '\t"github.com/coredns/coredns/core/dnsserver"\n\t"github.com/coredns/coredns/coremain"\n)\n\n'
        f"func main() {{\n\tdnsserver.Directives = []string{{{named}}}\n\tcoremain.Run()\n}}\n"
    )
    (module / "main.go").write_text(main, encoding="utf-8")
    _go(module, "mod", "tidy")
    _go(module, "build", *SMALL, "-o", str(output / "coredns"), ".")


def _helm(module: Path, output: Path) -> None:
    command = "helm.sh/helm/v3/cmd/helm"
    beside_kubernetes(module, "helm.sh/helm/v3", HELM_VERSION)
    commands_of(module, [command])
    _go(module, "build", *SMALL, "-o", str(output / "helm"), command)


def _netpol(module: Path, output: Path) -> None:
    """What enforces NetworkPolicies: kube-router's controller, from the modules that Kubernetes is built from.

    So nearly all of it is compiled already; the versions that kube-router's own list asks for would not be.
    """
    package = "github.com/cloudnativelabs/kube-router/v2"
    _kubernetes_modules(module)
    # Downloaded as if for nobody's module, and with a list of the two modules that Kubernetes does not have.
    said = run("go", "mod", "download", "-json", f"{package}@v{KUBE_ROUTER_VERSION}", folder=output, environment=GO)
    theirs = module / "kube-router"
    shutil.copytree(json.loads(said)["Dir"], theirs, copy_function=shutil.copyfile)
    own = "require (\n  github.com/coreos/go-iptables v0.7.0\n  github.com/hashicorp/go-version v1.6.0\n)\n"
    (theirs / "go.mod").write_text(f"module {package}\n\ngo 1.21\n\n{own}", encoding="utf-8")
    (theirs / "go.sum").unlink(missing_ok=True)
    shutil.copy(Path(__file__).parent / "netpol" / "main.go", module)
    _go(module, "mod", "edit", "-module=netpol", f"-replace={package}=./kube-router")
    _go(module, "mod", "edit", f"-require={package}@v{KUBE_ROUTER_VERSION}")
    flags = f"-ldflags=-s -w -X main.Version={KUBE_ROUTER_VERSION}"
    _go(module, "build", "-trimpath", flags, "-o", str(output / "netpol"), "main.go")


def build_pause(output: Path) -> None:
    """The program that keeps a pod's namespaces while its containers come and go."""
    module = CACHE / "src" / "pause"
    module.mkdir(parents=True, exist_ok=True)
    (module / "main.go").write_text(PAUSE_MAIN, encoding="utf-8")
    _go(module, "build", *SMALL, "-o", str(output), "main.go")


def commands_of(module: Path, packages: Sequence[str]) -> None:
    """Have a module provide for commands of other modules."""
    _imports(module / "tools.go", "//go:build tools\n\npackage tools", packages)
    _go(module, "mod", "tidy")


def _imports(file: Path, head: str, packages: Sequence[str]) -> None:
    body = "\n".join(f'import _ "{package}"' for package in packages)
    file.write_text(f"{head}\n\n{body}\n", encoding="utf-8")


def _go(module: Path, *arguments: str) -> str:
    return run("go", *arguments, folder=module, environment=GO)


ALL = (
    Program(KUBERNETES, f"v{KUBERNETES_VERSION}", _kubernetes),
    Program({"etcd": ("--version",)}, ETCD_VERSION, _etcd),
    Program({"coredns": ("-version",)}, COREDNS_VERSION, _coredns),
    Program({"helm": ("version", "--short")}, f"v{HELM_VERSION.rpartition('.')[0]}", _helm),
    Program({"netpol": ("-version",)}, KUBE_ROUTER_VERSION, _netpol),
)
