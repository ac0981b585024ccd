"""How the command calls itself in what it offers to type next."""

from pathlib import Path

import pytest

from winepipeline_local.up_command import program


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `winepipeline` in the shell's path."""
    file = tmp_path / "winepipeline"
    file.write_text("#!/bin/sh\n", encoding="utf-8")
    file.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    return file


@pytest.mark.parametrize("called", [".venv/bin/winepipeline", "/home/albert/.venv/bin/winepipeline"])
def test_a_command_outside_the_path_is_offered_by_its_path(called: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """After `make demo` in a fresh clone, what is offered to type next can be pasted as it stands."""
    monkeypatch.setenv("PATH", "/nowhere")
    assert program(called) == called


def test_another_winepipeline_in_the_path_is_not_mistaken_for_this_one(installed: Path) -> None:
    """With two clones, the next command concerns the one that said it."""
    assert installed.exists()
    assert program(".venv/bin/winepipeline") == ".venv/bin/winepipeline"


def test_a_command_in_the_path_is_offered_by_its_name(installed: Path) -> None:
    """In an environment that is activated the name is enough."""
    assert program(str(installed)) == "winepipeline"


def test_started_as_a_module_it_has_its_usual_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """`python -m winepipeline_local` offers no path to a Python file."""
    monkeypatch.setenv("PATH", "/nowhere")
    assert program("/x/winepipeline_local/__main__.py") == "winepipeline"
