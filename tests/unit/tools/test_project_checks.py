import subprocess
import sys
from pathlib import Path

import pytest

TOOLS = Path(__file__).parents[3] / "tools"


def run(tool: str, folder: Path) -> tuple[int, str]:
    command = [sys.executable, str(TOOLS / tool), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    return done.returncode, done.stdout + done.stderr


def function(name: str, lines: int) -> str:
    return f"def {name}():\n" + "    pass\n" * (lines - 1)


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("x = 1\n" * 301, "module.py: 301 lines; allowed: 300"),
        ("x = 1\n" * 121, "the median module has 121 lines; allowed: 120"),
        (function("long", 51), "module.py:1: long: 51 lines; allowed: 50"),
        (function("f", 31) + function("g", 5), "1 of 2 functions have more than 30 lines; allowed: one in ten"),
    ],
)
def test_what_is_too_large_is_named_with_what_is_allowed(tmp_path: Path, source: str, complaint: str) -> None:
    """A module or function that has grown too large fails the check, which says how large it may be."""
    (tmp_path / "module.py").write_text(source, encoding="utf-8")
    status, output = run("size_budget.py", tmp_path)
    assert status == 1
    assert complaint in output


def test_what_is_within_the_budget_passes_with_its_figures(tmp_path: Path) -> None:
    """A tree within the budget passes, and empty modules do not flatter its median."""
    (tmp_path / "__init__.py").write_text('"""Only words."""\n', encoding="utf-8")
    (tmp_path / "module.py").write_text(function("f", 30) + "x = 1\n" * 90, encoding="utf-8")
    status, output = run("size_budget.py", tmp_path)
    assert status == 0
    assert "1 modules, median 120 lines, longest 120; 1 functions, 0 above 30 lines, longest 30" in output


@pytest.mark.parametrize(
    ("docstring", "complaint"),
    [
        ("", "no docstring"),
        ('    """It works"""\n', "does not end like a sentence"),
        ('    """It works. It does."""\n', "more than one sentence"),
    ],
)
def test_a_test_that_does_not_say_what_it_is_for_is_named(tmp_path: Path, docstring: str, complaint: str) -> None:
    """A test without its one sentence fails the check, which says where it is."""
    (tmp_path / "test_it.py").write_text(f"def test_it():\n{docstring}    pass\n", encoding="utf-8")
    status, output = run("docstrings.py", tmp_path)
    assert status == 1
    assert "test_it.py:1: test_it" in output
    assert complaint in output


def test_a_test_with_one_sentence_passes(tmp_path: Path) -> None:
    """One sentence is enough, on one line or on two."""
    source = 'def test_it():\n    """A topic in v1.2 of the\n    broker, e.g. ours, works."""\n'
    (tmp_path / "test_it.py").write_text(source, encoding="utf-8")
    assert run("docstrings.py", tmp_path) == (0, "test docstrings: 1 modules, 0 complaints\n")
