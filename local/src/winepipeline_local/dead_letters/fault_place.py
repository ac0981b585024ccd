"""Where in a message the fault is, drawn for a person: a line of the event, or a byte of the text. Pure."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from winepipeline_events.reason import Reason
from winepipeline_local.dead_letters.opened import Letter

_DETAIL = re.compile(r"^(?P<path>\$[^:]*): (?:got (?P<got>.*)|missing), allowed: (?P<allowed>.*)$", re.DOTALL)
_JSON_BYTE = re.compile(r"\(byte (\d+)\)")
_CUT_OFF = "Input data was truncated"
_UTF8_BYTE = re.compile(r"^byte (\d+): ")
_AROUND_BYTES = 32
_ROW_BYTES = 16
_LONGEST_LINE = 110
_MOST_LINES = 60


@dataclass(frozen=True, slots=True)
class Fault:
    """The fault in words.

    Attributes:
        path: such as `$.quantity`; empty where the message has no paths.
        got: the value that stands there; empty where it is missing or has no path.
        allowed: what may stand there.
    """

    path: str
    got: str
    allowed: str


def fault_of(detail: str) -> Fault:
    """A letter's detail, taken apart; a detail of another form is all `allowed`."""
    found = _DETAIL.match(detail)
    if found is None:
        return Fault("", "", detail)
    return Fault(found["path"], found["got"] or "", found["allowed"])


def drawn(letter: Letter) -> list[str]:
    """The message with the place of the fault, as lines of plain text."""
    value = letter.value
    if value is None:
        return ["(a null: no bytes at all)"]
    if letter.reason is Reason.NOT_UTF8 and (at := _UTF8_BYTE.match(letter.detail)):
        return list(_bytes_around(value, int(at[1])))
    if letter.reason is Reason.NOT_JSON:
        at = _JSON_BYTE.search(letter.detail)
        cut_off = letter.detail.startswith(_CUT_OFF)
        return _text_around(value, int(at[1]) if at else len(value) if cut_off else _end_of_json(value))
    try:
        document = msgspec.json.decode(value)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return _text_around(value, None)
    lines = list(_lines(document, fault_of(letter.detail).path))
    return lines if len(lines) <= _MOST_LINES else [*lines[:_MOST_LINES], f"  … {len(lines) - _MOST_LINES} lines more"]


def _end_of_json(value: bytes) -> int | None:
    """Where Python's reader stops; msgspec does not always say where it does."""
    try:
        json.loads(value)
    except json.JSONDecodeError as error:
        return len(error.doc[: error.pos].encode())
    except (ValueError, RecursionError):
        return None
    return None


def _text_around(value: bytes, at: int | None) -> list[str]:
    """The text before and behind a byte, with a caret under it; the beginning where no place is known."""
    if at is None:
        return [_shown(value[: _LONGEST_LINE * 4])]
    at = min(at, len(value))
    before, behind = _shown(value[max(0, at - _AROUND_BYTES) : at]), _shown(value[at : at + _AROUND_BYTES])
    left, right = "…" if at > _AROUND_BYTES else "", "…" if at + _AROUND_BYTES < len(value) else ""
    caret = " " * len(left + before) + f"^ byte {at}" + (": the text ends here" if at == len(value) else "")
    return [left + before + behind + right, caret]


def _bytes_around(value: bytes, at: int) -> Iterator[str]:
    """The rows of 16 bytes around a byte: their offset, the bytes, the text."""
    first = max(0, at // _ROW_BYTES - 1) * _ROW_BYTES
    for start in range(first, min(len(value), first + 3 * _ROW_BYTES), _ROW_BYTES):
        row = value[start : start + _ROW_BYTES]
        text = "".join(chr(byte) if 32 <= byte < 127 else "·" for byte in row)  # noqa: PLR2004 - printable ASCII
        yield f"{start:8}  {row.hex(' '):<{_ROW_BYTES * 3}} {text}"
        if start <= at < start + _ROW_BYTES:
            yield " " * (10 + 3 * (at - start)) + f"^^ byte {at}"


def _lines(document: Any, path: str) -> Iterator[str]:
    """The document over several lines; an arrow stands before the one that the path names, or would stand in."""
    rendered = list(_rendered(document, "$", 0, ""))
    if path not in {place for _, place, _ in rendered}:
        path = path.rpartition(".")[0]
    for depth, place, text in rendered:
        line = "  " * depth + text
        cut = line if len(line) <= _LONGEST_LINE else line[:_LONGEST_LINE] + "…"
        yield ("→ " if place == path else "  ") + cut


def _rendered(value: Any, path: str, depth: int, name: str) -> Iterator[tuple[int, str, str]]:
    prefix = f"{json.dumps(name, ensure_ascii=False)}: " if name else ""
    if isinstance(value, dict) and value:
        yield depth, path, prefix + "{"
        for key, each in value.items():
            yield from _rendered(each, f"{path}.{key}", depth + 1, key)
        yield depth, "}", "}"
    else:
        yield depth, path, prefix + json.dumps(value, ensure_ascii=False)


def _shown(value: bytes) -> str:
    return "".join(each if each.isprintable() else repr(each)[1:-1] for each in value.decode(errors="backslashreplace"))
