"""What a container of ours said before it ended: its reason and its words, out of the last lines of its log."""

import json
import re
from dataclasses import dataclass

LONGEST = 600
"""Of what a message quotes; the rest is in the pod's log."""

_GIVES_UP = re.compile(r"🛑 (?P<reason>[A-Z][A-Za-z]+): (?P<text>.+)", re.DOTALL)
"""How a service of ours says why it cannot go on; what to do follows in the same line."""

_REFUSED_SETTINGS = "the settings will not do"
_TEXT_LINE = re.compile(r"^\d\d:\d\d:\d\d (?:DEBUG|INFO|WARNING|ERROR|CRITICAL) +")


@dataclass(frozen=True, slots=True)
class LastWords:
    """What was said.

    Attributes:
        reason: the service's own word for it; empty when it gave none.
        text: the words.
    """

    reason: str
    text: str


def last_words(message: str) -> LastWords:
    """The last words in a termination message: lines of JSON, or of text, of which the first may be cut off."""
    lines = [_plain(line) for line in message.splitlines() if line.strip()]
    for line in reversed(lines):
        found = _GIVES_UP.search(line)
        if found:
            return LastWords(found["reason"], found["text"][:LONGEST])
    for number, line in enumerate(lines):
        if _REFUSED_SETTINGS in line:
            return LastWords("", " ".join(lines[number:])[:LONGEST])
    errors = [line for line in lines if "rror" in line] or lines
    return LastWords("", errors[-1][:LONGEST] if errors else "")


def _plain(line: str) -> str:
    """The message in a line of JSON, or the line without its time and level."""
    try:
        said = json.loads(line)
    except ValueError:
        return _TEXT_LINE.sub("", line).strip()
    return str(said.get("message", line)) if isinstance(said, dict) else line
