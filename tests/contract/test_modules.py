"""Every module says what it is."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted(path for folder in ("services/*", "operator", "local") for path in ROOT.glob(f"{folder}/src/**/*.py"))


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_says_what_it_is(module: Path) -> None:
    """Whoever opens a file reads in its first line what it is for."""
    docstring = ast.get_docstring(ast.parse(module.read_text(encoding="utf-8")))
    assert docstring, "no docstring"
    assert len(docstring.split("\n")[0].split()) >= 3, "too short to say anything"
