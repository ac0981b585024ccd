"""`winepipeline lint`: checks resources without a cluster, by the rules of the API server."""

import argparse
import json
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

from winepipeline_local.resource import text_of
from winepipeline_operator.finding import Finding
from winepipeline_operator.lint import lint
from winepipeline_process.exits import ExitCode

STYLES = {"error": "bold red", "warning": "yellow"}


def main(chosen: argparse.Namespace) -> int:
    """Print what is wrong; 1 when anything is an error.

    Raises:
        UsageError: a file cannot be read.
    """
    found = {str(file): lint(text_of(file)) for file in chosen.files}
    errors = sum(finding.severity == "error" for findings in found.values() for finding in findings)
    if chosen.output == "json":
        sys.stdout.write(json.dumps(as_json(found), ensure_ascii=False) + "\n")
    else:
        _print(found, errors)
    return ExitCode.CHECK_FAILED if errors else ExitCode.OK


def as_json(found: dict[str, list[Finding]]) -> dict[str, object]:
    """`{"ok": …, "files": [{"file": …, "findings": […]}]}`."""
    return {
        "ok": not any(finding.severity == "error" for findings in found.values() for finding in findings),
        "files": [
            {"file": file, "findings": [finding.as_dict() for finding in findings]} for file, findings in found.items()
        ],
    }


def _print(found: dict[str, list[Finding]], errors: int) -> None:
    console = Console(file=sys.stdout, highlight=False, markup=False, emoji=False, soft_wrap=True)
    for file, findings in found.items():
        if not findings:
            console.print(Text.assemble(("√ ", "green"), file))
        for finding in findings:
            console.print(_words(file, finding))
    files, warnings = len(found), sum(len(findings) for findings in found.values()) - errors
    console.print(f"{_counted(files, 'file')}, {_counted(errors, 'error')}, {_counted(warnings, 'warning')}")


def _words(file: str, finding: Finding) -> Text:
    place = f"{Path(file)}:{finding.line}:{finding.column}"
    text = Text.assemble(
        (place, "bold"), " ", (finding.severity, STYLES[finding.severity]), f" {finding.path}".rstrip()
    )
    text.append(f" {finding.message} [{finding.rule}]")
    if finding.allowed:
        text.append(f"\n    allowed: {finding.allowed}")
    if finding.hint:
        text.append(f"\n    → {finding.hint}")
    return text


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
