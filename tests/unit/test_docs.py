"""The documentation names only what there is: pages, sections, targets, flags, fields, columns."""

import contextlib
import functools
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from winepipeline_local.arguments import parser
from winepipeline_local.summary import Summary
from winepipeline_local.totals import Totals
from winepipeline_process.exits import ExitCode
from winepipeline_warehouse.tables import LEDGER

REPOSITORY = Path(__file__).parents[2]
FOLDERS = ("benchmarks", "charts", "crds", "docs", "examples", "local", "operator", "services", "tests", "tools")
PAGES = sorted(
    [*REPOSITORY.glob("*.md"), *(page for folder in FOLDERS for page in (REPOSITORY / folder).rglob("*.md"))]
)
COMMANDS = ("up", "audit", "backfill", "dlq", "rewind", "lint", "check", "scaling", "version")
PARTS = {"dlq": ("list", "show", "stats", "replay"), "scaling": ("explain",)}

FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^()\s]+)\)")
HEADING = re.compile(r"^#+ +(.+?)\s*$", re.MULTILINE)
CALL = re.compile(r"(?<![\w/-])(?<!install )(?<!upgrade )(?<!test )(?:\.venv/bin/)?winepipeline ([a-z]+)\b([^|;#`\n]*)")
FLAG = re.compile(r"(?<!\S)(--?[a-z][a-z-]*)")
TARGET = re.compile(r"(?<![\w-])make ([a-z][a-z-]*)")
NAMED_PAGE = re.compile(r"docs/[\w./-]+\.md")


@functools.cache
def text_of(page: Path) -> str:
    """A page's text."""
    return page.read_text(encoding="utf-8")


def code_of(page: Path) -> str:
    """All that a page sets as code, fenced or inline, a piece a line."""
    text = text_of(page)
    return "\n".join([*FENCE.findall(text), *INLINE.findall(FENCE.sub("", text))])


@functools.cache
def anchors(page: Path) -> set[str]:
    """The names by which GitHub links to a page's headings."""
    headings = HEADING.findall(FENCE.sub("", text_of(page)))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def section(page: str, heading: str) -> str:
    """One section of a page, up to the next heading."""
    text = text_of(REPOSITORY / page)
    return text.partition(f"## {heading}\n")[2].partition("\n## ")[0]


def first_cells(table: str) -> list[str]:
    """What stands as code in the first column of a section's tables."""
    cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    return [name for cell in cells for name in INLINE.findall(cell)]


@functools.cache
def help_of(*words: str) -> str:
    """What `winepipeline … --help` prints."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.suppress(SystemExit):
        parser().parse_args([*words, "--help"])
    return printed.getvalue()


def flags_of(*words: str) -> set[str]:
    """The flags that a command's help names, and those of its parts."""
    inner = {flag for part in PARTS.get(words[-1], ()) for flag in flags_of(*words, part)}
    return inner | set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", help_of(*words)))


def broken_links(page: Path) -> Iterator[str]:
    """Relative links that lead nowhere."""
    for target in LINK.findall(INLINE.sub("", FENCE.sub("", text_of(page)))):
        if "://" in target or target.startswith("mailto:"):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        if not there.exists():
            yield f"{target}: there is no such file"
        elif anchor and anchor not in anchors(there):
            yield f"{target}: that page has no such heading"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_every_link_leads_somewhere(page: Path) -> None:
    """A reader who follows a link within the repository arrives at the page and the heading it names."""
    assert list(broken_links(page)) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_every_make_target_is_there(page: Path) -> None:
    """Each `make …` that a page tells to type is a target of the Makefile."""
    targets = set(re.findall(r"^([a-z-]+):", text_of(REPOSITORY / "Makefile"), re.MULTILINE))
    assert set(TARGET.findall(code_of(page))) <= targets


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_every_flag_is_in_the_help(page: Path) -> None:
    """Each `winepipeline …` that a page tells to type is a command, with flags that its help names."""
    for command, rest in CALL.findall(code_of(page)):
        assert command in COMMANDS, f"winepipeline {command}"
        assert set(FLAG.findall(rest)) <= flags_of(command), f"winepipeline {command}{rest}"
    alone = [code for code in INLINE.findall(FENCE.sub("", text_of(page))) if code.startswith("--")]
    known = {flag for command in COMMANDS for flag in flags_of(command)}
    assert {code.split()[0] for code in alone} <= known


def test_every_page_is_in_an_index() -> None:
    """A page that is written can be found from docs/README.md, docs/reference/README.md or docs/runbooks/README.md."""
    indexes = [REPOSITORY / "docs" / folder / "README.md" for folder in ("", "reference", "runbooks")]
    linked = {
        (index.parent / target.partition("#")[0]).resolve()
        for index in indexes
        for target in LINK.findall(text_of(index))
        if "://" not in target
    }
    pages = {page for page in (REPOSITORY / "docs").rglob("*.md") if page not in indexes}
    assert pages - linked == set()


def test_pages_that_hints_name_are_there() -> None:
    """An error that sends a person to a page sends him to one that exists."""
    sources = [file for folder in ("services", "operator", "local") for file in (REPOSITORY / folder).rglob("*.py")]
    named = {page for file in sources for page in NAMED_PAGE.findall(text_of(file))}
    assert {page for page in named if not (REPOSITORY / page).exists()} == set()


def test_the_fields_of_the_json_output_are_explained() -> None:
    """Each field of `up --output json` is in the table of the how-to, and no other."""
    fields = Summary("p", Totals(), Totals(), 1.0, None, None, None, audit_holds=True).as_json()
    assert sorted(first_cells(section("docs/how-to/run-locally.md", "JSON for scripts"))) == sorted(fields)


def test_the_flags_of_up_are_explained() -> None:
    """Each flag of `winepipeline up` is in the table of the how-to."""
    explained = first_cells(section("docs/how-to/run-locally.md", "Run"))
    assert flags_of("up") - {"-h", "--help"} <= {flag.split()[0] for flag in explained}


def test_the_exit_statuses_are_explained() -> None:
    """Each class of failure that a script can tell by the exit status has its line."""
    table = section("docs/how-to/run-locally.md", "Exit status")
    assert {each.value for each in ExitCode} <= {
        int(number) for number in re.findall(r"^\| (\d+)", table, re.MULTILINE)
    }


def test_the_columns_of_the_ledger_are_explained() -> None:
    """The explanation names the columns that the ledger has, and no other."""
    table = section("docs/explanation/exactly-once.md", "The tables").partition("A row of the ledger:")[2]
    assert sorted(first_cells(table)) == sorted(column.name for column in LEDGER)
