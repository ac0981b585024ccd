"""Every command in the documentation is run somewhere, or says why it cannot be."""

import re

import pytest

from tests.doc_commands import PAGES, REPOSITORY, Block, blocks, missing

BLOCKS = [block for page in PAGES for block in blocks(page)]


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.place)
def test_a_command_is_tried_or_says_why_not(block: Block) -> None:
    """A reader may trust a command: it is run by a test, or the page's source says what keeps it from being run."""
    if block.mark == "run":
        return
    if block.mark.startswith("tried by "):
        files = re.findall(r"[\w./-]+/[\w.-]+", block.mark)
        assert files, f"name the test: {block.mark}"
        assert [name for name in files if not (REPOSITORY / name).exists()] == []
        return
    assert re.match(r"not run: (\S+ ){2}\S+", block.mark), (
        "put `<!-- run -->`, `<!-- tried by tests/… -->` or `<!-- not run: why -->` in the line above the block "
        "(tests/doc_commands.py)"
    )


def test_there_are_blocks() -> None:
    """The pages are found, so that an empty search is no success."""
    assert len(BLOCKS) > 40
    assert any(block.mark == "run" for block in BLOCKS)


def test_output_is_compared_by_its_shape() -> None:
    """Other numbers are no fault of a page, other words are."""
    printed = "√ broker  Apache Kafka 4.1.0  8.8 s\nloaded   1,009 in 0:20\n"
    assert missing(("√ broker   Apache Kafka 4.2  12.1 s", "…", "loaded 7 in 0:03"), printed) == []
    assert missing(("√ bro… 12.1 s",), printed) == []
    assert missing(("rejected 7 in 0:03",), printed) == ["rejected 7 in 0:03"]
