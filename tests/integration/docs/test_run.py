"""The commands of the documentation that are marked so are run, and what they print looks as the page shows it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.doc_commands import PAGES, REPOSITORY, Block, Command, blocks, files, missing

pytestmark = pytest.mark.long

SCENES = [(page, scene) for page in PAGES if (scene := [block for block in blocks(page) if block.mark == "run"])]


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("page", "scene"), SCENES, ids=[str(page.relative_to(REPOSITORY)) for page, _ in SCENES])
def test_a_page_can_be_followed(page: Path, scene: list[Block], tmp_path: Path) -> None:
    """Whoever types what a page says, in its order, in a fresh clone, sees what the page shows."""
    for name in ("examples", "docs", "tools", ".venv"):
        (tmp_path / name).symlink_to(REPOSITORY / name)
    for name, text in files(page).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    for block in scene:
        for command in block.commands:
            status, printed = typed(command, tmp_path)
            refused = any(line.startswith("×") for line in command.output)
            assert refused or status == 0, f"{block.place}: {command.text}\nended with {status}:\n{printed}"
            lacks = missing(command.output, printed)
            assert not lacks, f"{block.place}: {command.text}\nnot printed: {lacks}\nprinted:\n{printed}"


def typed(command: Command, folder: Path) -> tuple[int, str]:
    """Its exit status and all that it prints."""
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command.text],
        cwd=folder,
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout
