"""Holds tests to their promise: `python tools/docstrings.py [FOLDER…]`, exit status 1 when one has none.

Each test says in a docstring of one sentence which behaviour a user or an operator would notice.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

FOLDERS = ("tests",)
_NEXT_SENTENCE = re.compile(r"[.!?]\s+[A-Z]")


def complaints(path: Path) -> Iterator[str]:
    """The tests of a module whose docstring is missing or no single sentence."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), str(path))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            problem = problem_of(ast.get_docstring(node))
            if problem is not None:
                yield f"{path}:{node.lineno}: {node.name}: {problem}"


def problem_of(docstring: str | None) -> str | None:
    """What is wrong with a test's docstring; None where it is one sentence."""
    if not docstring:
        return "no docstring; say in one sentence which behaviour a user or an operator would notice"
    text = " ".join(docstring.split())
    if not text.endswith((".", "!", "?")):
        return f"the docstring does not end like a sentence: {text[-40:]!r}"
    if _NEXT_SENTENCE.search(text):
        return f"the docstring has more than one sentence: {text[:60]!r}"
    return None


def main(folders: list[str]) -> int:
    """Prints what is wrong; the exit status."""
    modules = sorted(path for folder in folders or FOLDERS for path in Path(folder).rglob("test_*.py"))
    found = [complaint for path in modules for complaint in complaints(path)]
    print("\n".join(found), file=sys.stderr, end="\n" if found else "")
    print(f"test docstrings: {len(modules)} modules, {len(found)} complaints")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
