"""KEDA's operator and its metrics adapter, built from their Go module, and their definitions.

All of KEDA's scalers are one package, and most of its four thousand packages are the clouds' and databases' libraries
of scalers that are not Kafka's: half an hour's compiling. Only Kafka's scaler is left in; everything else is as
released.
"""

import json
import shutil
from pathlib import Path
from typing import Final

from tests.cluster.harness.programs import GO, SMALL, Program
from tests.cluster.harness.shell import run

VERSION: Final = "2.21.0"
MODULE: Final = "github.com/kedacore/keda/v2"
COMMANDS: Final = {"operator": f"keda-operator-{VERSION}", "adapter": f"keda-adapter-{VERSION}"}
"""From each command of KEDA's to its name in the cache: they do not say their version, but start only when whole."""

_PARTS: Final = ("apis", "cmd", "controllers", "pkg", "version", "go.mod", "go.sum")
_SCALERS: Final = frozenset({"kafka_scaler.go", "scaler.go"})
_ONLY_KAFKA: Final = """\
	if triggerType == "kafka" {
		return scalers.NewKafkaScaler(ctx, config)
	}
	return nil, fmt.Errorf("no scaler of type %s in this build", triggerType)
}
"""


def definitions() -> Path:
    """The folder with its CustomResourceDefinitions, as the module has them."""
    return _module() / "config" / "crd" / "bases"


def _module() -> Path:
    said = run("go", "mod", "download", "-json", f"{MODULE}@v{VERSION}", environment=GO)
    return Path(json.loads(said)["Dir"])


def _build(module: Path, output: Path) -> None:
    released, source = _module(), module / "keda"
    for part in _PARTS:
        here = released / part
        if here.is_dir():
            shutil.copytree(here, source / part, copy_function=shutil.copyfile)
        else:
            source.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(here, source / part)
    _leave_kafka(source)
    its_own = (source / "go.mod").read_text(encoding="utf-8")
    replaced = [line for line in its_own.splitlines() if line.startswith("replace ")]
    lines = ["module kedabuild", "", "go 1.26.0", f"require {MODULE} v{VERSION}", f"replace {MODULE} => ./keda"]
    (module / "go.mod").write_text("\n".join([*lines, *replaced]) + "\n", encoding="utf-8")
    imports = "\n".join(f'import _ "{MODULE}/cmd/{command}"' for command in COMMANDS)
    (module / "tools.go").write_text(f"//go:build tools\n\npackage tools\n\n{imports}\n", encoding="utf-8")
    run("go", "mod", "tidy", folder=module, environment=GO)
    flags = f"{SMALL[1]} -X {MODULE}/version.Version={VERSION}"
    for command, name in COMMANDS.items():
        arguments = ("build", SMALL[0], flags, "-o", str(output / name), f"{MODULE}/cmd/{command}")
        run("go", *arguments, folder=module, environment=GO)


def _leave_kafka(source: Path) -> None:
    for test in source.rglob("*_test.go"):
        test.unlink()
    for scaler in (source / "pkg" / "scalers").glob("*.go"):
        if scaler.name not in _SCALERS:
            scaler.unlink()
    builder = source / "pkg" / "scaling" / "scalers_builder.go"
    text = builder.read_text(encoding="utf-8")
    begin = text.index("func buildScaler(")
    body = text.index("{\n", begin) + 2
    signature = text[begin:body].replace("client client.Client", "_ client.Client")
    builder.write_text(text[:begin] + signature + _ONLY_KAFKA, encoding="utf-8")


KEDA: Final = Program(dict.fromkeys(COMMANDS.values(), ("--help",)), "", _build)
