"""Repairs of a message's bytes, before anybody can read them as an object. Pure; each returns what it cannot mend."""

import ast
import codecs
import json
import re
from typing import Any

import msgspec

_TRAILING_COMMA = re.compile(rb'("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])', re.DOTALL)
_LONGEST_LITERAL = 100_000
"""Python's own parser is asked for no more: it takes hundreds of bytes of memory for each of the text."""


def _as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    """One wrong byte, as the code page has it; the five that it leaves open as Latin-1 has them."""
    assert isinstance(error, UnicodeDecodeError)  # noqa: S101 - it is registered for decoding only
    wrong = error.object[error.start : error.start + 1]
    try:
        return wrong.decode("cp1252"), error.start + 1
    except UnicodeDecodeError:
        return wrong.decode("latin-1"), error.start + 1


_AS_WINDOWS_1252 = "winepipeline-as-windows-1252"
codecs.register_error(_AS_WINDOWS_1252, _as_windows_1252)


def latin1_to_utf8(value: bytes) -> bytes:
    """Bytes that are no UTF-8 are read as Windows-1252 (Latin-1 with the euro sign); what is UTF-8 stays."""
    if value.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return value
    return value.decode(errors=_AS_WINDOWS_1252).encode()


def utf16_to_utf8(value: bytes) -> bytes:
    """A text in UTF-16 that begins with a byte order mark, written as UTF-8."""
    if not value.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return value
    try:
        return value.decode("utf-16").encode()
    except UnicodeDecodeError:
        return value


def trim_to_json(value: bytes) -> bytes:
    """One object with something before it or behind it that is none: a byte order mark, a log's prefix, a zero byte.

    Where a second brace opens outside the object, nothing is cut off: it may be another event.
    """
    start = value.find(b"{")
    text = _text(value[start:]) if start >= 0 else None
    if text is None:
        return value
    try:
        document, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return value
    rest = text[end:]
    if not isinstance(document, dict) or "{" in rest or b"[" in value[:start]:
        return value
    return text[:end].encode()


def drop_trailing_commas(value: bytes) -> bytes:
    """A comma right before a closing brace or bracket, outside of texts."""
    return _TRAILING_COMMA.sub(lambda found: found[1] or b"", value)


def python_to_json(value: bytes) -> bytes:
    """What Python prints for a dictionary: single quotes, None, True and False."""
    text = _text(value)
    if text is None or len(value) > _LONGEST_LITERAL or not text.lstrip().startswith("{'"):
        return value
    try:
        document = ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return value
    return _encoded(document, value)


def unwrap(value: bytes) -> bytes:
    """An object that is the only one in a list, or that was encoded twice and is a text."""
    try:
        document = msgspec.json.decode(value)
        if isinstance(document, str):
            inner = msgspec.json.decode(document)
            return document.encode() if isinstance(inner, dict) else value
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return value
    if isinstance(document, list) and len(document) == 1 and isinstance(document[0], dict):
        return _encoded(document[0], value)
    return value


def _encoded(document: Any, otherwise: bytes) -> bytes:
    try:
        return msgspec.json.encode(document)
    except (msgspec.MsgspecError, TypeError, UnicodeError, OverflowError, RecursionError):
        return otherwise


def _text(value: bytes) -> str | None:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return None
