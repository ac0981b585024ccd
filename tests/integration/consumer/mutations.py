"""Events changed at random, in their bytes, their structure and their values. Pure: all chance comes from a seed.

Many stay events, or nearly: what only looks odd must land, and what is wrong must be told apart from it.
"""

import json
import random
from collections.abc import Callable
from typing import Any

from .oddities import FIELD_NAMES, FINE_VALUES, ODD_VALUES

Mutation = Callable[[random.Random, bytes], bytes | None]


def mutated(rng: random.Random, event: bytes, other: bytes) -> bytes | None:
    """An event changed in one to three ways; None for a tombstone.

    Args:
        rng: where chance comes from.
        event: a valid event.
        other: another one, for splices.
    """
    if rng.random() < _SPLICED_SHARE:
        return event[: rng.randrange(len(event))] + other[rng.randrange(len(other)) :]
    value: bytes | None = event
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        if not value:
            break
        value = rng.choices(_MUTATIONS, cum_weights=_WEIGHTS)[0](rng, value)
    return value


_SPLICED_SHARE = 0.04


# Bytes


def _flipped(rng: random.Random, value: bytes) -> bytes:
    changed = bytearray(value)
    for _ in range(rng.choice((1, 1, 2, 8))):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _overwritten(rng: random.Random, value: bytes) -> bytes:
    place = rng.randrange(len(value))
    return (
        value[:place] + rng.choice((b'"', b"{", b"}", b"[", b"]", b",", b":", b"\\", b" ", b"0")) + value[place + 1 :]
    )


def _cut(rng: random.Random, value: bytes) -> bytes:
    start, stop = sorted((rng.randrange(len(value) + 1), rng.randrange(len(value) + 1)))
    return rng.choice((value[:start], value[start:], value[:start] + value[stop:]))


def _repeated(rng: random.Random, value: bytes) -> bytes:
    start, stop = sorted((rng.randrange(len(value) + 1), rng.randrange(len(value) + 1)))
    return value[:stop] + value[start:]


def _noisy(rng: random.Random, value: bytes) -> bytes:
    place = rng.randrange(len(value) + 1)
    return value[:place] + rng.randbytes(rng.choice((1, 4, 40))) + value[place:]


def _framed(rng: random.Random, value: bytes) -> bytes | None:
    """What stands around an event, or instead of one."""
    text = value.decode(errors="replace")
    forms: tuple[bytes | None, ...] = (
        *(None, b"", b" \r\n\t", b"null", rng.randbytes(rng.randrange(300))),
        *(b"[" + value + b"]", value[:-1] + b",}", value + b"\n" + value, value + b"\x00", b" \n" + value + b"\r\n "),
        *(b"\xef\xbb\xbf" + value, text.encode("utf-16"), b"\x00\x00\x00\x00\x01" + value),
        *(json.dumps(text).encode(), value.replace(b'"', b"'"), value.replace(b",", b" ,\n\t").replace(b":", b" : ")),
    )
    return rng.choice(forms)


# Structure


def _with_field(rng: random.Random, value: bytes) -> bytes:
    """One more field, at the end, or at the beginning of an object in it; with JSON, mostly."""
    odd = rng.choice(FINE_VALUES) if rng.random() < _FINE_SHARE else rng.choice(ODD_VALUES)
    field = b'"' + rng.choice(FIELD_NAMES) + b'":' + odd
    if rng.random() < _AT_END_SHARE:
        return value[:-1] + b"," + field + b"}"
    return value.replace(b":{", b":{" + field + b",", 1)


_FINE_SHARE = 0.8
_AT_END_SHARE = 0.7


def _nested(rng: random.Random, value: bytes) -> bytes:
    """A field of about as many levels as are allowed, or of far more, or of brackets that are only text."""
    levels = rng.choice((29, 30, 31, 32, 33, 100, 3000))
    inside = rng.choice(
        (
            b"[" * levels + b"]" * levels,
            b'{"a":' * levels + b"0" + b"}" * levels,
            b'"' + b"[" * levels + b'"',
            b"[" * levels,
            rb'["\"' + b"[" * levels + rb'\\",' + b"[" * (levels // 2) + b"]" * (levels // 2) + b"]",
        )
    )
    return value[:-1] + b',"deep":' + inside + b"}"


def _large(rng: random.Random, value: bytes) -> bytes:
    """A text in the event, or blanks behind it: large ones are rare, and some are larger than is allowed."""
    size: int = 2 ** rng.choice((*range(8, 14), *range(8, 14), *range(8, 14), *range(14, 17)))
    if rng.random() < _LARGEST_SHARE:
        size = 1_048_576 - len(value) + rng.choice((-20, -10, -2, 0, 1, 20))
    if rng.random() < _AT_END_SHARE:
        return value + b" " * size
    return value[:-1] + b',"note":"' + b"y" * size + b'"}'


_LARGEST_SHARE = 0.003


def _rearranged(rng: random.Random, value: bytes) -> bytes:
    """Fields in another order, gone, doubled or by another name."""
    document = _document(value)
    if document is None:
        return value
    place = rng.choice([document, *(each for each in document.values() if isinstance(each, dict) and each)])
    fields = [(json.dumps(name), json.dumps(each)) for name, each in place.items()]
    chosen = rng.randrange(len(fields))
    match rng.randrange(5):
        case 0:
            rng.shuffle(fields)
        case 1:
            del fields[chosen]
        case 2:
            fields.append((fields[chosen][0], rng.choice(fields)[1]))
        case 3:
            fields.append(fields[chosen])
        case _:
            fields[chosen] = (fields[chosen][0].upper(), fields[chosen][1])
    text = "{" + ",".join(f"{name}:{each}" for name, each in fields) + "}"
    if place is document:
        return text.encode()
    return json.dumps(document).replace(json.dumps(place), text, 1).encode()


# Values


def _revalued(rng: random.Random, value: bytes) -> bytes:
    """Something odd in place of a value."""
    return _with_value(rng, value, rng.choice(ODD_VALUES))


def _renumbered(rng: random.Random, value: bytes) -> bytes:
    """A number that is near to what is allowed, or far from it."""
    near = 10 ** rng.randrange(16) + rng.choice((-1, 0, 1))
    return _with_value(rng, value, b"%d" % rng.choice((near, -near)))


def _with_value(rng: random.Random, value: bytes, text: bytes) -> bytes:
    document = _document(value)
    if document is None:
        return value
    place = rng.choice([document, document, *(each for each in document.values() if isinstance(each, dict) and each)])
    place[rng.choice(list(place))] = _HERE
    document_text = json.dumps(document, ensure_ascii=rng.random() < _AT_END_SHARE).encode(errors="replace")
    return document_text.replace(_HERE_TEXT, text)


_HERE = "here"
_HERE_TEXT = b'"here"'


def _document(value: bytes) -> dict[str, Any] | None:
    try:
        document = json.loads(value)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) and document else None


_WEIGHTED: tuple[tuple[Mutation, int], ...] = (
    (_flipped, 8),
    (_overwritten, 6),
    (_cut, 5),
    (_repeated, 3),
    (_noisy, 3),
    (_framed, 12),
    (_with_field, 28),
    (_nested, 4),
    (_large, 2),
    (_rearranged, 14),
    (_revalued, 10),
    (_renumbered, 10),
)
_MUTATIONS = [mutation for mutation, _ in _WEIGHTED]
_WEIGHTS = [sum(weight for _, weight in _WEIGHTED[: place + 1]) for place in range(len(_WEIGHTED))]
