import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from winepipeline_operator.finding import InvalidResourceError
from winepipeline_operator.lint import lint, lint_change, load
from winepipeline_operator.spec import WinePipeline
from winepipeline_operator.spec.tree import part_types

BAD: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("bad.yaml").read_text(encoding="utf-8"))

GOOD = """\
apiVersion: caves-albert.io/v1alpha1
kind: WinePipeline
metadata: {name: albert}
spec:
  broker: {redpanda: {}}
  warehouse: {emulator: {}}
"""


def without_place(finding: object) -> str:
    return re.sub(r"^\d+:\d+: ", "", str(finding))


@pytest.mark.parametrize("bad", BAD, ids=[bad["name"] for bad in BAD])
def test_a_bad_resource_is_refused_with_what_to_write_instead(bad: dict[str, Any], text_of: Any) -> None:
    """Every slip is answered with the field, the value, what is allowed and what to write instead."""
    findings = lint(text_of(bad))
    assert [without_place(finding) for finding in findings] == bad["says"]
    with pytest.raises(InvalidResourceError):
        load(text_of(bad))


def test_every_rule_has_a_resource_that_breaks_it() -> None:
    """No rule over several fields stands untried."""
    declared = {rule.name for _, part in part_types(WinePipeline) for rule in part.cross_field_rules}
    tried = {re.sub(r".*\[(.*)\]$", r"\1", line) for bad in BAD for line in bad["says"]}
    assert declared <= tried


def test_a_good_resource_is_loaded_without_findings() -> None:
    """The smallest resource is accepted as it stands."""
    assert lint(GOOD) == []
    assert load(GOOD).metadata.name == "albert"


def test_findings_point_to_the_line_and_column_of_the_field() -> None:
    """An editor can jump to the field that is wrong, in any document of the file and in any notation."""
    text = f"---\n# a comment\n{GOOD}---\n{GOOD}  topic: {{name: a, partitions: 0}}\n  consumer:\n    batchSize: none\n"
    assert [(finding.line, finding.column, finding.path) for finding in lint(text)] == [
        (16, 20, "spec.topic.partitions"),
        (18, 5, "spec.consumer.batchSize"),
    ]


def test_a_field_that_is_missing_points_to_the_part_around_it() -> None:
    """Where there is no line to point to, the part that lacks the field is pointed to."""
    finding = lint(GOOD.replace("  warehouse: {emulator: {}}\n", ""))[0]
    assert (finding.line, finding.path) == (4, "spec.warehouse")


def test_other_kinds_beside_a_pipeline_are_passed_over() -> None:
    """A file may hold the Secret that its pipeline needs."""
    beside = "apiVersion: v1\nkind: Secret\nmetadata: {name: snowflake}\nstringData: {password: x}\n"
    assert lint(f"{beside}---\n{GOOD}") == []
    assert load(f"{beside}---\n{GOOD}").metadata.name == "albert"


def test_two_pipelines_cannot_be_loaded_as_one() -> None:
    """Where one resource is to be run, a file with two says their names instead of running the first."""
    other = GOOD.replace("albert}", "emile}")
    assert lint(f"{GOOD}---\n{other}") == []
    with pytest.raises(InvalidResourceError, match="albert, emile"):
        load(f"{GOOD}---\n{other}")


def test_a_field_written_twice_is_refused() -> None:
    """Of two values for one field none wins silently."""
    findings = lint(GOOD + "  paused: true\n  paused: false\n")
    assert [without_place(finding) for finding in findings] == [
        "error: `paused` stands here twice; remove one of the two [yaml]"
    ]


def test_anchors_and_merged_parts_are_understood() -> None:
    """Parts that share their fields by YAML's anchors are read as kubectl reads them."""
    text = GOOD.replace(
        "spec:", "spec:\n  topic: &topic {name: a, partitions: 2}\n  deadLetterTopic: {<<: {partitions: 4}, name: b}"
    )
    pipeline = load(text)
    assert (pipeline.spec.topic.partitions, pipeline.spec.dead_letter_topic.partitions) == (2, 4)


def test_an_endless_alias_is_refused() -> None:
    """A text that refers to itself, or grows without end, is refused in a moment."""
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{name}: &{name} [{', '.join(['*' + before] * 9)}]\n"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    for text in ("a: &a [*a]", bomb, "[" * 5000):
        assert [finding.rule for finding in lint(text)] == ["yaml"]


ADVISED: list[tuple[str, dict[str, Any]]] = [
    ("idle-consumers", {"consumer": {"scaling": {"maxReplicas": 7}}}),
    ("idle-consumers", {"consumer": {"replicas": 7, "scaling": {"mode": "Off"}}}),
    ("replicas-not-used", {"consumer": {"replicas": 3}}),
    ("same-events-from-each", {"producer": {"seed": 1, "replicas": 2}}),
    (
        "malformed-on-purpose",
        {
            "producer": {"invalidEventProbability": 0.5},
            "warehouse": {"emulator": None, "snowflake": {"account": "a-b", "credentialsSecret": {"name": "s"}}},
        },
    ),
    ("made-up-sales", {"broker": {"redpanda": None, "external": {"bootstrapServers": "kafka:9092"}}}),
    (
        "password-in-clear",
        {
            "producer": {"enabled": False},
            "broker": {
                "redpanda": None,
                "external": {
                    "bootstrapServers": "kafka:9092",
                    "securityProtocol": "SASL_PLAINTEXT",
                    "credentialsSecret": {"name": "kafka"},
                },
            },
        },
    ),
    ("one-copy-of-each-event", {"broker": {"redpanda": {"replicas": 3}}}),
    (
        "short-retention",
        {
            "topic": {"retentionHours": 2},
            "warehouse": {"emulator": None, "snowflake": {"account": "a-b", "credentialsSecret": {"name": "s"}}},
        },
    ),
]


@pytest.mark.parametrize(("name", "spec"), ADVISED, ids=[name for name, _ in ADVISED])
def test_what_is_allowed_but_hardly_meant_is_advised_against(name: str, spec: dict[str, Any], text_of: Any) -> None:
    """A resource that will not do what was likely meant is loaded, with a warning and a way out."""
    findings = lint(text_of({"spec": spec}))
    assert [(finding.severity, finding.rule) for finding in findings] == [("warning", name)]
    assert all(finding.hint for finding in findings)
    load(text_of({"spec": spec}))


def test_a_refused_change_says_why_and_what_to_do_instead() -> None:
    """A change of an immutable field is refused with a way to get what was wanted."""
    after = load(GOOD + "  consumer: {groupId: another}\n")
    findings = lint_change(load(GOOD), after)
    assert [(finding.path, finding.rule) for finding in findings] == [("spec.consumer.groupId", "group-id-immutable")]
    assert "create a second WinePipeline" in findings[0].message


def test_a_secret_written_where_its_name_belongs_is_not_repeated() -> None:
    """A password in the wrong place does not get from the file into a log."""
    text = GOOD.replace(
        "{redpanda: {}}", "{external: {bootstrapServers: 'a:1', credentialsSecret: hunter2, password: hunter2}}"
    )
    assert lint(text)
    assert "hunter2" not in "".join(str(finding) for finding in lint(text))


@given(st.text(alphabet=st.sampled_from("abk:{}[]&*<>!|-#'\"\\?,%@ \t\n\r0159.~\x00é🍷"), max_size=60))
def test_no_text_whatever_breaks_the_linter(text: str) -> None:
    """Any text is answered with findings, never with a traceback."""
    assert all(finding.line >= 1 and finding.column >= 1 for finding in lint(text))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
NAMES = [
    name for _, part in part_types(WinePipeline) for name in (field.alias or "" for field in part.model_fields.values())
]


@given(st.dictionaries(st.sampled_from(NAMES), VALUES | st.dictionaries(st.sampled_from(NAMES), VALUES), max_size=5))
def test_no_value_in_any_field_breaks_the_linter(spec: dict[str, Any]) -> None:
    """Whatever stands in a field, the answer is findings that name it."""
    resource = {**yaml.safe_load(GOOD), "spec": spec}
    assert all(str(finding) for finding in lint(yaml.safe_dump(resource, allow_unicode=True)))
