"""What the log looks like, to a person and to a collector."""

import io
import json
import logging
import re
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from winepipeline_process.logs import configure
from winepipeline_process.settings import ProcessSettings


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Where the lines go; afterwards logging is as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield io.StringIO()
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(capture=False)


def logger(stream: io.StringIO, **environment: str) -> logging.Logger:
    settings = ProcessSettings.from_environment({"INSTANCE_NAME": "albert-0", **environment})
    configure(settings, "consumer", stream)
    return logging.getLogger("wine")


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_person_reads_time_level_words_and_fields(stream: io.StringIO) -> None:
    """A line at the terminal is short, with its emoji and its figures."""
    logger(stream).info("🍷 loaded", extra={"fields": {"rows": 100, "partition": 3}})
    assert re.fullmatch(r"\d\d:\d\d:\d\d INFO    🍷 loaded  rows=100  partition=3\n", stream.getvalue())


def test_a_collector_reads_one_object_a_line(stream: io.StringIO) -> None:
    """Each line is JSON with time, level, service, instance, message and the fields, even where words have lines."""
    logger(stream, LOG_FORMAT="json").warning("🍷 two\nlines", extra={"fields": {"rows": 100}})
    (line,) = lines(stream)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line.pop("time"))
    assert line == {
        "level": "WARNING",
        "service": "consumer",
        "instance": "albert-0",
        "logger": "wine",
        "message": "🍷 two\nlines",
        "rows": 100,
    }


def test_a_field_never_hides_what_every_line_has(stream: io.StringIO) -> None:
    """A query by service or level finds every line, whatever fields a line brings."""
    logger(stream, LOG_FORMAT="json").info("words", extra={"fields": {"level": "odd", "service": "odd", "when": 1j}})
    (line,) = lines(stream)
    assert (line["level"], line["service"], line["when"]) == ("INFO", "consumer", "1j")


@pytest.mark.parametrize("form", ["text", "json"])
def test_an_exception_is_told_with_its_traceback(stream: io.StringIO, form: str) -> None:
    """A fault of ours is in the log with the place where it happened; for a collector in one field of the line."""
    log = logger(stream, LOG_FORMAT=form)
    try:
        int("corked")
    except ValueError:
        log.exception("it happened")
    text = lines(stream)[0]["exception"] if form == "json" else stream.getvalue()
    assert "Traceback" in text
    assert "ValueError: invalid literal" in text


def test_lines_below_the_level_are_not_written(stream: io.StringIO) -> None:
    """With LOG_LEVEL=WARNING a quiet service writes nothing."""
    log = logger(stream, LOG_LEVEL="WARNING")
    log.info("no news")
    log.warning("news")
    assert stream.getvalue().count("\n") == 1


def test_configuring_twice_writes_each_line_once(stream: io.StringIO) -> None:
    """A service that reads its settings again does not begin to say everything twice."""
    logger(stream)
    logger(stream).info("once")
    assert stream.getvalue().count("once") == 1


def test_a_librarys_warning_is_a_line_like_any_other(stream: io.StringIO) -> None:
    """A deprecation in a library does not break a log of JSON lines."""
    logger(stream, LOG_FORMAT="json")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=False)  # begin anew inside this block, whose end undoes it
        logging.captureWarnings(capture=True)
        warnings.warn("old wine", stacklevel=1)
        logging.captureWarnings(capture=False)
    assert "old wine" in lines(stream)[0]["message"]
