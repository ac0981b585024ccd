"""Holds modules and functions to their size: `python tools/size_budget.py [FOLDER…]`, exit status 1 when one is over.

Counted are the modules that hold more than a docstring, by their lines, and all functions in them, from `def` to the
last line. Comments and docstrings count: they are read too.
"""

import ast
import statistics
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDERS = ("services", "operator", "local", "tests", "benchmarks", "tools")
MODULE_MEDIAN = 120
MODULE_MOST = 300
FUNCTION_USUAL = 30
FUNCTION_USUAL_SHARE = 0.9
FUNCTION_MOST = 50


@dataclass(frozen=True, slots=True)
class Sized:
    """A module or a function, and how many lines it has."""

    place: str
    lines: int


@dataclass(frozen=True, slots=True)
class Sizes:
    """All that was counted."""

    modules: list[Sized]
    functions: list[Sized]


def measure(paths: Iterator[Path]) -> Sizes:
    """Counts modules and functions."""
    sizes = Sizes([], [])
    for path in paths:
        source = path.read_text(encoding="utf-8")
        tree = ast.parse(source, str(path))
        if len(tree.body) > bool(ast.get_docstring(tree)):
            sizes.modules.append(Sized(str(path), len(source.splitlines())))
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                sizes.functions.append(Sized(f"{path}:{node.lineno}: {node.name}", lines))
    return sizes


def complaints(sizes: Sizes) -> list[str]:
    """What is over its budget, each with what is allowed."""
    found = [
        *(
            f"{module.place}: {module.lines} lines; allowed: {MODULE_MOST}"
            for module in _over(sizes.modules, MODULE_MOST)
        ),
        *(
            f"{each.place}: {each.lines} lines; allowed: {FUNCTION_MOST}"
            for each in _over(sizes.functions, FUNCTION_MOST)
        ),
    ]
    median = statistics.median([module.lines for module in sizes.modules] or [0])
    if median > MODULE_MEDIAN:
        found.append(f"the median module has {median:g} lines; allowed: {MODULE_MEDIAN}; split the largest modules")
    long = _over(sizes.functions, FUNCTION_USUAL)
    if len(long) > (1 - FUNCTION_USUAL_SHARE) * len(sizes.functions):
        found.append(
            f"{len(long)} of {len(sizes.functions)} functions have more than {FUNCTION_USUAL} lines; "
            f"allowed: one in ten; the longest: {', '.join(function.place for function in long[:10])}"
        )
    return found


def _over(sized: list[Sized], most: int) -> list[Sized]:
    return sorted((each for each in sized if each.lines > most), key=lambda each: -each.lines)


def main(folders: list[str]) -> int:
    """Prints what is over, or the figures; the exit status."""
    modules = (path for folder in folders or FOLDERS for path in sorted(Path(folder).rglob("*.py")))
    sizes = measure(modules)
    found = complaints(sizes)
    print("\n".join(found), file=sys.stderr, end="\n" if found else "")
    long = len(_over(sizes.functions, FUNCTION_USUAL))
    print(
        f"size budget: {len(sizes.modules)} modules, "
        f"median {statistics.median([module.lines for module in sizes.modules] or [0]):g} lines, "
        f"longest {max((module.lines for module in sizes.modules), default=0)}; "
        f"{len(sizes.functions)} functions, {long} above {FUNCTION_USUAL} lines, "
        f"longest {max((function.lines for function in sizes.functions), default=0)}"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
