"""The golden files: all that each example resource consists of. `make golden` writes them."""

import json
import sys
from pathlib import Path
from typing import Any

import yaml

from tests.unit.winepipeline_operator.children.scene import wanted
from winepipeline_operator.identity import Manifest
from winepipeline_operator.lint import load

REPOSITORY = Path(__file__).parents[4]
EXAMPLES = sorted((REPOSITORY / "examples").glob("*.yaml"))
FOLDER = REPOSITORY / "tests" / "unit" / "winepipeline_operator" / "golden"


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as such."""


def _text(dumper: yaml.SafeDumper, value: str) -> Any:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)
_Dumper.ignore_aliases = lambda *_: True  # type: ignore[method-assign]  # the same labels stand in many places


def _without_dashboards(manifest: Manifest) -> dict[str, Any]:
    """The dashboards have tests of their own, and nobody reads 60 kB of JSON on one line."""
    told = dict(manifest)
    if "data" in told:
        told["data"] = {
            name: f"the dashboard {json.loads(text)['uid']}" if name.endswith(".json") else text
            for name, text in told["data"].items()
        }
    return told


def text_of(example: Path) -> str:
    """What the golden file of an example should hold."""
    pipeline = load(example.read_text(encoding="utf-8"))
    manifests = [_without_dashboards(each) for each in wanted(pipeline)]
    head = f"# What examples/{example.name} consists of in a cluster. Written by `make golden`; read what changes.\n"
    return head + str(yaml.dump_all(manifests, Dumper=_Dumper, sort_keys=False, width=110, explicit_start=True))


def golden_file(example: Path) -> Path:
    """The golden file of an example."""
    return FOLDER / example.name


def main() -> int:
    """Writes the golden files that have changed."""
    FOLDER.mkdir(exist_ok=True)
    for example in EXAMPLES:
        path, text = golden_file(example), text_of(example)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(f"written: {path.relative_to(REPOSITORY)}")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
