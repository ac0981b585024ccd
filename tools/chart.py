"""What of the Helm chart is generated: its copy of the CRDs, the operator's rights, the page of its values."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

CHART = "charts/winepipeline"
PAGE = "docs/reference/chart-values.md"
_RULES_HEAD = "# Generated from what the operator does to each kind (winepipeline_operator.rights) by `make docs`.\n"
_HEAD = """\
<!-- Generated from charts/winepipeline/values.yaml and values.schema.json by `make docs`; change those instead. -->
# Values of the Helm chart

A value that is not in this table, or not allowed, is refused by `helm install` with the value's name.

| value | default | allowed | meaning |
| --- | --- | --- | --- |
"""


def documents(repository: Path, definitions: Mapping[str, str], rules: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """From each generated file's path in the repository to its text.

    Args:
        repository: where the chart's values are.
        definitions: from paths to texts; those under `crds/` are copied.
        rules: what the operator may do in a namespace, as in a Role.
    """
    return {
        **{f"{CHART}/files/{name}": text for name, text in definitions.items() if name.startswith("crds/")},
        f"{CHART}/files/rules.yaml": _RULES_HEAD + yaml.safe_dump(list(rules), sort_keys=False, width=110),
        PAGE: values_page(repository / CHART),
    }


def values_page(chart: Path) -> str:
    """The page of the chart's values."""
    schema = json.loads((chart / "values.schema.json").read_text(encoding="utf-8"))
    values = yaml.safe_load((chart / "values.yaml").read_text(encoding="utf-8"))
    return _HEAD + "".join(f"| {' | '.join(cells)} |\n" for cells in _rows("", schema, values))


def _rows(path: str, schema: dict[str, Any], values: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    for name, field in schema["properties"].items():
        if name not in values:
            continue
        place = f"{path}{name}"
        # A part with fields of its own is a row for each; anything else is one value.
        if "properties" in field and not set(field["properties"]) <= {"requests", "limits"}:
            yield from _rows(f"{place}.", field, values[name])
        else:
            yield f"`{place}`", _default(values[name]), _allowed(field), field["description"]


def _default(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return "empty" if value in ("", [], {}) else f"`{text}`"


def _allowed(field: dict[str, Any]) -> str:
    if "enum" in field:
        return ", ".join(f"`{each}`" for each in field["enum"])
    if "minimum" in field:
        return f"a whole number from {field['minimum']} to {field['maximum']}"
    if "exclusiveMinimum" in field:
        return f"a number above {field['exclusiveMinimum']} and up to {field['maximum']}"
    return {"boolean": "`true`, `false`", "array": "a list", "object": "a map", "string": "text"}[field["type"]]
