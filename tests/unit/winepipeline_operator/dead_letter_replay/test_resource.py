"""What a DeadLetterReplay may say, and that its CRD and its page say the same."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft4Validator
from pydantic import ValidationError

from winepipeline_operator.dead_letter_replay import crd
from winepipeline_operator.dead_letter_replay.resource import DeadLetterReplay
from winepipeline_operator.spec.tree import refused_changes

REPOSITORY = Path(__file__).parents[4]
SCHEMA = crd.custom_resource_definition()["spec"]["versions"][0]["schema"]["openAPIV3Schema"]


def replay(**spec: Any) -> dict[str, Any]:
    """A resource as YAML has it."""
    return {
        "apiVersion": "caves-albert.io/v1alpha1",
        "kind": "DeadLetterReplay",
        "metadata": {"name": "mend-prices", "namespace": "wine"},
        "spec": {"pipelineRef": {"name": "albert"}, **spec},
    }


@pytest.mark.parametrize(("name", "text"), crd.documents().items())
def test_what_is_generated_is_in_step_with_the_model(name: str, text: str) -> None:
    """The CRD that is applied and the page that is read say what the code does."""
    assert (REPOSITORY / name).read_text(encoding="utf-8") == text, "run `make docs`"


def test_the_example_is_taken() -> None:
    """What the examples show can be applied."""
    example = yaml.safe_load((REPOSITORY / "examples" / "dead-letters" / "replay.yaml").read_text(encoding="utf-8"))
    Draft4Validator(SCHEMA).validate(example)
    DeadLetterReplay.model_validate(example)


def test_a_replay_only_counts_until_it_is_told_to_send() -> None:
    """Whoever applies the least that is allowed sends nothing yet."""
    spec = DeadLetterReplay.model_validate(replay()).spec
    assert spec.dry_run
    assert (spec.repairs, spec.events_per_second) == ((), 100)


GOOD = [
    {"filter": {"reasons": ["NotJson", "NotUtf8"], "since": "2026-11-24T08:00:00Z"}, "repairs": ["trim-to-json"]},
    {"filter": {"partition": 3, "fromOffset": 10, "toOffset": 20}, "dryRun": False, "eventsPerSecond": 1},
]
BAD = [
    {"filter": {"reasons": ["Ugly"]}},
    {"filter": {"since": "yesterday"}},
    {"filter": {"fromOffset": 3}},
    {"repairs": ["make-it-right"]},
    {"eventsPerSecond": 0},
    {"pipelineRef": {"name": "Albert!"}},
]


@pytest.mark.parametrize("spec", GOOD, ids=str)
def test_a_good_replay_is_taken(spec: dict[str, Any]) -> None:
    """The model and the API server's schema take what the page allows."""
    DeadLetterReplay.model_validate(replay(**spec))
    Draft4Validator(SCHEMA).validate(replay(**spec))


@pytest.mark.parametrize("spec", BAD, ids=str)
def test_a_bad_replay_is_refused(spec: dict[str, Any]) -> None:
    """A misspelt reason or repair is refused instead of matching nothing."""
    with pytest.raises(ValidationError):
        DeadLetterReplay.model_validate(replay(**spec))


def test_a_replay_changes_only_from_a_dry_run_to_a_real_one() -> None:
    """Nobody can change under way what is sent, or believe that something was taken back."""
    dry, real = (DeadLetterReplay.model_validate(replay(dryRun=each)).spec for each in (True, False))
    other = DeadLetterReplay.model_validate(replay(dryRun=False, repairs=["unwrap"])).spec
    assert not list(refused_changes(dry, real))
    assert [rule.name for _, rule in refused_changes(real, dry)] == ["replay-for-good"]
    assert [rule.name for _, rule in refused_changes(real, other)] == ["replay-fixed"]
