from pathlib import Path

import pytest

from tests.unit.winepipeline_operator.children.golden import EXAMPLES, FOLDER, golden_file, text_of


@pytest.mark.parametrize("example", EXAMPLES, ids=[example.stem for example in EXAMPLES])
def test_an_example_consists_of_what_its_golden_file_says(example: Path) -> None:
    """A change of what runs in somebody's cluster is seen in a diff before it is released (`make golden`)."""
    assert text_of(example) == golden_file(example).read_text(encoding="utf-8")


def test_no_golden_file_outlives_its_example() -> None:
    """A golden file that belongs to no example is found."""
    assert sorted(FOLDER.glob("*.yaml")) == [golden_file(example) for example in EXAMPLES]
