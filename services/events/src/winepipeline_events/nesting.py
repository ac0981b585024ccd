"""How deep a JSON text nests, without reading it."""

import re

_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BRACKET = re.compile(rb"[\[\]{}]")


def nests_deeper(text: bytes, limit: int) -> bool:
    """Whether objects and arrays in `text` nest deeper than `limit`.

    The number of opening brackets bounds the depth from above, so that an ordinary event costs two passes of
    `bytes.count`; only a text with more of them has its strings taken out and its brackets followed.
    """
    if text.count(b"[") + text.count(b"{") <= limit:
        return False
    level = 0
    for bracket in _BRACKET.finditer(_STRING.sub(b"", text)):
        level += 1 if bracket[0] in b"[{" else -1
        if level > limit:
            return True
    return False
