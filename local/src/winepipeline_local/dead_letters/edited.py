"""Letters as lines of JSON, and a person's corrections out of them. Pure.

A line holds the message as `event` where it is a JSON object, as `text` where it is UTF-8, and as `base64` else.
"""

import base64
import json
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from winepipeline_events.repair_fields import Source
from winepipeline_local.dead_letters.opened import Letter, Mark

_FORMS = ("event", "text", "base64")


class EditError(ValueError):
    """A line is none of ours; the message says which and why."""


def line_of(letter: Letter, copies: int, mark: Mark | None) -> dict[str, Any]:
    """A letter as an object: what identifies it, what is wrong, and the message as it can be edited."""
    return {
        "letter": identity(letter.source),
        "reason": letter.reason.value,
        "detail": letter.detail,
        "time": letter.time,
        "type": letter.event_type,
        "attempt": letter.attempt,
        "copies": copies,
        **({"replayed": {"time": mark.time, "to": mark.to, "repairs": list(mark.repairs)}} if mark else {}),
        **({"cut_from_bytes": letter.cut_from_bytes} if letter.cut_from_bytes is not None else {}),
        "key": None if letter.key is None else letter.key.decode(errors="backslashreplace"),
        **_content(letter.value),
    }


def identity(source: Source) -> str:
    """`TOPIC/PARTITION/OFFSET/TIMESTAMP`: the same for all copies of a letter, and for no other letter."""
    return f"{source.topic}/{source.partition}/{source.offset}/{source.timestamp_ms}"


def corrections(lines: Iterable[str], name: str) -> dict[str, bytes | None]:
    """From each letter's identity to the message that is to be sent in its place.

    Args:
        lines: as `line_of` made them, edited.
        name: what to call the file.

    Raises:
        EditError: a line is no such object, or a letter stands there twice with different messages.
    """
    found: dict[str, bytes | None] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        place = f"{name}:{number}"
        letter, value = _correction(line, place)
        if found.setdefault(letter, value) != value:
            raise EditError(f"{place}: the letter {letter} stands above already, with another message")
    return found


def _correction(line: str, place: str) -> tuple[str, bytes | None]:
    try:
        entry = json.loads(line)
    except ValueError as error:
        raise EditError(
            f"{place}: {error}; each line is one letter, as `winepipeline dlq list -o jsonl` wrote it"
        ) from error
    if not isinstance(entry, Mapping) or not isinstance(entry.get("letter"), str):
        raise EditError(f'{place}: there is no "letter", which says which letter this is')
    given = [form for form in _FORMS if form in entry]
    if len(given) != 1:
        raise EditError(f"{place}: give the message once, as one of {', '.join(_FORMS)}; got {given or 'none'}")
    return entry["letter"], _message(given[0], entry[given[0]], place)


def _message(form: str, content: Any, place: str) -> bytes | None:
    if content is None:
        return None
    if form == "event":
        return msgspec.json.encode(content)
    if not isinstance(content, str):
        raise EditError(f'{place}: "{form}" is {content!r}, allowed: a text')
    if form == "text":
        return content.encode(errors="surrogatepass")
    try:
        return base64.b64decode(content, validate=True)
    except ValueError as error:
        raise EditError(f'{place}: "base64" cannot be read: {error}') from error


def _content(value: bytes | None) -> dict[str, Any]:
    if value is None:
        return {"text": None}
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(value).decode()}
    try:
        document = msgspec.json.decode(value)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return {"text": text}
    return {"event": document} if isinstance(document, dict) else {"text": text}
