"""Reads the WinePipeline that a command is about: a file, standard input, the state's copy, or the bundled demo."""

import sys
from importlib.resources import files
from pathlib import Path

from winepipeline_local.errors import UsageError
from winepipeline_operator.finding import InvalidResourceError
from winepipeline_operator.lint import load
from winepipeline_operator.spec import WinePipeline

STANDARD_INPUT = "-"


def text_of(file: Path | None) -> str:
    """The text of a file, of standard input for `-`, or the bundled demo when there is no file.

    Raises:
        UsageError: it cannot be read.
    """
    if file is None:
        return files("winepipeline_local").joinpath("demo.yaml").read_text(encoding="utf-8")
    if str(file) == STANDARD_INPUT:
        return sys.stdin.read()
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as failure:
        why = failure.strerror if isinstance(failure, OSError) else "it is not UTF-8 text"
        raise UsageError(
            f"{file} cannot be read: {why}.", "Give the path of a WinePipeline resource, as examples/demo.yaml."
        ) from failure


def pipeline_of(text: str, name: str) -> WinePipeline:
    """The one WinePipeline of a text; `name` is what the message calls it.

    Raises:
        UsageError: with every fault that the text has.
    """
    try:
        return load(text)
    except InvalidResourceError as failure:
        faults = "\n".join(f"    {name}:{finding}" for finding in failure.findings)
        raise UsageError(
            f"{name} is no usable WinePipeline:\n{faults}",
            f"`winepipeline lint {name}` says the same, for one file or many.",
        ) from failure
