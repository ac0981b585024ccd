from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft4Validator

from winepipeline_operator import crd, reference
from winepipeline_operator.lint import lint
from winepipeline_operator.spec import WinePipeline
from winepipeline_operator.spec.tree import part_types, rules_of

REPOSITORY = Path(__file__).parents[3]
EXAMPLES = sorted((REPOSITORY / "examples").glob("*.yaml"))
BAD: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("bad.yaml").read_text(encoding="utf-8"))
SCHEMA = crd.custom_resource_definition()["spec"]["versions"][0]["schema"]["openAPIV3Schema"]

# Found by these rules, the API server refuses for its own reasons what a JSON schema lets through.
NOT_BY_SCHEMA = {"unknown-field", "yaml", "no-resource"} | {
    rule.name for _, part in part_types(WinePipeline) for rule in part.cross_field_rules
}


@pytest.mark.parametrize(("name", "text"), [*crd.documents().items(), *reference.documents().items()])
def test_what_is_generated_is_in_step_with_the_model(name: str, text: str) -> None:
    """The CRD that is applied and the page that is read say what the code does."""
    assert (REPOSITORY / name).read_text(encoding="utf-8") == text, "run `make docs`"


def nodes(schema: dict[str, Any], path: str = "") -> list[tuple[str, dict[str, Any]]]:
    inner = [(f"{path}.{name}", field) for name, field in schema.get("properties", {}).items()]
    inner += [(f"{path}[]", schema["items"])] if "items" in schema else []
    return [(path, schema), *(node for name, field in inner for node in nodes(field, name))]


def test_every_field_of_spec_and_status_is_explained() -> None:
    """`kubectl explain` has a type and a sentence for every field."""
    for path, node in nodes(SCHEMA):
        assert "type" in node, path
        if path.startswith((".spec", ".status")) and not path.endswith("[]"):
            assert node["description"].endswith("."), path


def test_every_rule_of_the_linter_is_one_of_the_api_server() -> None:
    """What the linter refuses over several fields, `kubectl apply` refuses in the same words."""
    in_crd = {rule["message"] for _, node in nodes(SCHEMA) for rule in node.get("x-kubernetes-validations", [])}
    in_model = {rule.message for _, part in part_types(WinePipeline) for rule in rules_of(part)}
    assert in_crd == in_model


def test_the_default_of_a_part_is_stated_in_full() -> None:
    """The CRD is accepted: the API server tries a part's rules on its default as it is written."""
    parts = [(path, node) for path, node in nodes(SCHEMA["properties"]["spec"]) if "properties" in node]
    for path, node in parts:
        for name, field in node["properties"].items():
            if "default" in node and "default" in field:
                assert node["default"][name] == field["default"], (path, name)


def test_kubectl_get_shows_the_columns_that_tell_how_a_pipeline_is() -> None:
    """`kubectl get wp` and `-o wide` show readiness, reason, lag, rate, replicas, and more where there is room."""
    columns = crd.custom_resource_definition()["spec"]["versions"][0]["additionalPrinterColumns"]
    narrow = [column["name"] for column in columns if not column.get("priority")]
    assert narrow == ["Ready", "Reason", "Lag", "Rows/s", "Replicas", "Age"]
    assert [column["name"] for column in columns if column.get("priority")] == ["Dead letters", "Freshness", "Broker"]


def test_the_scale_subresource_points_to_fields_that_exist() -> None:
    """`kubectl scale wp` and an HPA read and write fields of the resource."""
    paths = {path for path, _ in nodes(SCHEMA)}
    assert set(crd.custom_resource_definition()["spec"]["versions"][0]["subresources"]["scale"].values()) <= paths


@pytest.mark.parametrize("example", EXAMPLES, ids=[example.name for example in EXAMPLES])
def test_the_examples_fit_the_schema(example: Path) -> None:
    """What the linter accepts the API server's schema accepts too."""
    Draft4Validator(SCHEMA).validate(yaml.safe_load(example.read_text(encoding="utf-8")))


@pytest.mark.parametrize("bad", BAD, ids=[bad["name"] for bad in BAD])
def test_the_schema_refuses_what_the_linter_refuses(bad: dict[str, Any], text_of: Any) -> None:
    """No value passes on a cluster that the linter calls an error."""
    by_schema = [finding for finding in lint(text_of(bad)) if finding.rule not in NOT_BY_SCHEMA]
    paths = [finding.path for finding in by_schema if finding.path.startswith("spec")]
    if paths and "NaN" not in text_of(bad) and ".inf" not in text_of(bad):
        assert not Draft4Validator(SCHEMA).is_valid(yaml.safe_load(text_of(bad))), paths
