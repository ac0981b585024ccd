"""Every module says what it is."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
MODULES = sorted(path for folder in ("services/*", "operator", "local") for path in ROOT.glob(f"{folder}/src/**/*.py"))


def test_every_module_says_what_it_is() -> None:
    """Whoever opens a file reads in its first line what it is for."""
    assert len(MODULES) > 300
    silent = [str(path.relative_to(ROOT)) for path in MODULES if len(first_line(path).split()) < 3]
    assert silent == [], "no docstring, or one that is too short to say anything"


def first_line(module: Path) -> str:
    """Of its docstring; empty where there is none."""
    docstring = ast.get_docstring(ast.parse(module.read_text(encoding="utf-8")))
    return (docstring or "").split("\n")[0]
