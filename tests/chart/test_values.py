import json
from typing import Any

import pytest
import yaml

from tests.chart.helm import CHART, Helm
from winepipeline_operator.platform import Images

SCHEMA = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))
VALUES = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))


def differences(path: str, schema: dict[str, Any], values: dict[str, Any]) -> list[str]:
    """Values without a schema, parts of the schema without a value, and fields without a description."""
    fields = schema.get("properties", {})
    found = [f"{path}{name}: no schema" for name in values if name not in fields]
    found += [f"{path}{name}: no default" for name in fields if name not in values and name != "global"]
    found += [f"{path}{name}: no description" for name, field in fields.items() if not field.get("description")]
    for name, field in fields.items():
        if "properties" in field:
            found += differences(f"{path}{name}.", field, values.get(name, {}))
    return found


def test_every_value_has_a_default_a_form_and_a_meaning() -> None:
    """Whoever reads values.yaml or the reference page finds every value that the chart takes."""
    assert differences("", SCHEMA, VALUES) == []


def test_the_default_images_are_those_that_the_operator_knows() -> None:
    """Chart and operator mean the same Redpanda and the same Console."""
    assert (VALUES["images"]["redpanda"], VALUES["images"]["console"]) == (Images().redpanda, Images().console)


def test_artifact_hub_is_told_of_the_images_that_are_used() -> None:
    """The list of images that security scanners read is the list that a pipeline runs."""
    about = yaml.safe_load((CHART / "Chart.yaml").read_text(encoding="utf-8"))
    told = {each["name"]: each["image"] for each in yaml.safe_load(about["annotations"]["artifacthub.io/images"])}
    assert told.pop("operator") == f"winepipeline-operator:{about['appVersion']}"
    assert told == {name: getattr(Images(), name) for name in Images.__slots__}


def test_artifact_hub_is_told_of_every_resource() -> None:
    """Whoever looks for the operator finds each kind that it brings."""
    about = yaml.safe_load((CHART / "Chart.yaml").read_text(encoding="utf-8"))
    told = {each["name"] for each in yaml.safe_load(about["annotations"]["artifacthub.io/crds"])}
    assert told == {path.stem for path in (CHART / "files" / "crds").glob("*.yaml")}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("imagePullPolicy=Sometimes", "imagePullPolicy"),
        ("resyncSeconds=0", "resyncSeconds"),
        ("watchNamespace={wine}", "watchNamespace"),
        ("watchNamespaces={Wine}", "watchNamespaces"),
        ("images.redpanda=", "redpanda"),
        ("example.name=1st", "example"),
        ("crds.instal=false", "instal"),
    ],
)
def test_a_value_that_will_not_do_is_refused_by_name(helm: Helm, value: str, said: str) -> None:
    """A misspelt or impossible value ends `helm install` before anything is changed, and is named."""
    assert said in helm.refusal(value)
