from pathlib import Path

import pytest

from winepipeline_operator.lint import lint, load

EXAMPLES = sorted((Path(__file__).parents[3] / "examples").glob("*.yaml"))


@pytest.mark.parametrize("example", EXAMPLES, ids=[example.name for example in EXAMPLES])
def test_an_example_is_without_errors_and_without_warnings(example: Path) -> None:
    """Whoever begins with a copy of an example begins with a resource that nobody complains about."""
    assert lint(example.read_text(encoding="utf-8")) == []


def test_the_examples_that_the_documentation_speaks_of_are_there() -> None:
    """Every kind of start has its example: a demo, an account, a broker that stands already, production."""
    assert {example.stem for example in EXAMPLES} >= {"demo", "snowflake", "external-kafka", "production"}


def test_the_demo_shows_dead_letters_and_needs_no_secret() -> None:
    """The demo runs on a laptop with no account, and shows what becomes of malformed events."""
    spec = load((EXAMPLES[0].parent / "demo.yaml").read_text(encoding="utf-8")).spec
    assert (spec.producer.events_per_second, spec.producer.invalid_event_probability) == (50, 0.02)
    assert (spec.topic.partitions, spec.consumer.scaling.max_replicas) == (6, 3)
    assert spec.warehouse.emulator is not None


def test_one_consumer_cannot_keep_up_with_the_demos_great_load() -> None:
    """`winepipeline up --events-per-second 20000` needs more than one consumer on the fastest machine, too."""
    spec = load((EXAMPLES[0].parent / "demo.yaml").read_text(encoding="utf-8")).spec
    assert spec.warehouse.emulator is not None
    uploads_seconds = 2 * spec.warehouse.emulator.upload_seconds  # the rows, and the rejects that each batch has
    assert spec.consumer.max_batch_size / uploads_seconds <= 20_000
    assert spec.producer.calm is not None
    assert spec.producer.calm.events_per_second == spec.producer.events_per_second, "the demo itself is steady"
