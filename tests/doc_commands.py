"""The commands that the documentation tells to type: each is run, or tried by a test, or says why it cannot.

In the line above a block of `console` stands one of

    <!-- run -->                        it is run, in order with the others of its page, and its output has to look so
    <!-- tried by tests/…/test_x.py --> that test does the same, at a size of its own
    <!-- not run: because … -->         what is missing where tests run

and near the top of a page `<!-- commands here are not run: because … -->` or `<!-- commands here are tried by … -->`
for all blocks of the page that have no mark of their own. A block of another kind below `<!-- save as x.yaml -->` is
saved before the page is run.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

REPOSITORY = Path(__file__).parents[1]
FOLDERS = ("benchmarks", "charts", "docs", "examples", "local", "operator", "services")
PAGES = sorted(
    [*REPOSITORY.glob("*.md"), *(page for folder in FOLDERS for page in (REPOSITORY / folder).rglob("*.md"))]
)

_BLOCK = re.compile(
    r"^(?P<pad> *)(?:<!-- (?P<mark>[^\n]*?) -->\n(?P=pad))?```(?:console|bash|sh)\n(?P<text>.*?)^(?P=pad)```$",
    re.MULTILINE | re.DOTALL,
)
_FILE = re.compile(r"^<!-- save as (?P<name>[\w.-]+) -->\n```\w+\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_WHOLE_PAGE = re.compile(r"^<!-- commands here are (?P<mark>[^\n]*?) -->$", re.MULTILINE)
_PROMPT = "$ "


@dataclass(frozen=True, slots=True)
class Command:
    """One command and what the page shows of its output."""

    text: str
    output: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """One block of commands.

    Attributes:
        page: where it stands.
        line: the number of its first line.
        mark: what is said of it; empty when nothing is.
        commands: what is to be typed.
    """

    page: Path
    line: int
    mark: str
    commands: tuple[Command, ...]

    @property
    def place(self) -> str:
        """`docs/how-to/x.md:12`."""
        return f"{self.page.relative_to(REPOSITORY)}:{self.line}"


def blocks(page: Path) -> Iterator[Block]:
    """All blocks of commands of a page."""
    text = page.read_text(encoding="utf-8")
    whole = _WHOLE_PAGE.search(text)
    for match in _BLOCK.finditer(text):
        mark = match["mark"] or (whole["mark"] if whole else "")
        yield Block(page, text.count("\n", 0, match.start("text")) + 1, mark, tuple(_commands(dedent(match["text"]))))


def files(page: Path) -> dict[str, str]:
    """From the name of each file that a page tells to save to its text."""
    return {match["name"]: match["text"] for match in _FILE.finditer(page.read_text(encoding="utf-8"))}


def _commands(text: str) -> Iterator[Command]:
    """A command begins with `$ ` and goes on as long as its lines end with a backslash; what follows is output."""
    lines = text.splitlines()
    while lines:
        words = lines.pop(0).removeprefix(_PROMPT)
        while words.endswith("\\") and lines:
            words += "\n" + lines.pop(0)
        shown = []
        while lines and not lines[0].startswith(_PROMPT):
            shown.append(lines.pop(0))
        yield Command(words, tuple(shown))


def shape(line: str) -> str:
    """A line of output without what differs from run to run: numbers, times, columns' widths."""
    return " ".join(re.sub(r"\d[\d,.:]*", "0", line).split())


def missing(shown: tuple[str, ...], printed: str) -> list[str]:
    """The lines of a page that a command did not print in this shape; `…` stands for anything."""
    seen = [shape(line) for line in printed.splitlines()]
    return [line for line in shown if line.strip() not in ("", "…") and not any(_fits(line, each) for each in seen)]


def _fits(line: str, seen: str) -> bool:
    pattern = ".*".join(re.escape(shape(part)) for part in line.split("…"))
    return re.fullmatch(pattern, seen) is not None
