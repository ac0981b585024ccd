"""Named repairs of messages that were turned away: small, pure, each for faults that it can tell from what is meant.

A repair never decides whether the result is an event: `validate` does, afterwards, as strictly as for any message.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

import msgspec

from winepipeline_events import repair_fields, repair_text
from winepipeline_events.fault import Rejection
from winepipeline_events.reason import Reason
from winepipeline_events.repair_fields import FieldRepair, Source
from winepipeline_events.validation import Limits, validate

BytesRepair = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class Repair:
    """One repair.

    Attributes:
        name: as a person asks for it.
        reasons: for which faults it may help.
        of_bytes: what it does to the message's bytes; None when it works on fields.
        of_fields: what it does to the object's fields; None when it works on bytes.
    """

    name: str
    reasons: tuple[Reason, ...]
    of_bytes: BytesRepair | None = None
    of_fields: FieldRepair | None = None

    @property
    def words(self) -> str:
        """What it does, in a sentence."""
        return ((self.of_bytes or self.of_fields).__doc__ or "").partition("\n")[0]


REPAIRS: tuple[Repair, ...] = (
    Repair("utf16-to-utf8", (Reason.NOT_UTF8,), repair_text.utf16_to_utf8),
    Repair("latin1-to-utf8", (Reason.NOT_UTF8,), repair_text.latin1_to_utf8),
    Repair("python-to-json", (Reason.NOT_JSON,), repair_text.python_to_json),
    Repair("drop-trailing-commas", (Reason.NOT_JSON,), repair_text.drop_trailing_commas),
    Repair("trim-to-json", (Reason.NOT_JSON,), repair_text.trim_to_json),
    Repair("unwrap", (Reason.NOT_AN_OBJECT,), repair_text.unwrap),
    Repair("infer-event-type", (Reason.MISSING_FIELD,), of_fields=repair_fields.infer_event_type),
    Repair("fold-case", (Reason.UNKNOWN_TYPE, Reason.OUT_OF_RANGE), of_fields=repair_fields.fold_case),
    Repair("drop-unknown-fields", (Reason.TOO_LARGE, Reason.TOO_DEEP), of_fields=repair_fields.drop_unknown_fields),
    Repair("fill-schema-version", (Reason.MISSING_FIELD,), of_fields=repair_fields.fill_schema_version),
    Repair("fill-event-id", (Reason.MISSING_FIELD,), of_fields=repair_fields.fill_event_id),
    Repair("fill-timestamp", (Reason.MISSING_FIELD,), of_fields=repair_fields.fill_timestamp),
    Repair("assume-utc", (Reason.WRONG_TYPE,), of_fields=repair_fields.assume_utc),
    Repair("coerce-numbers", (Reason.WRONG_TYPE,), of_fields=repair_fields.coerce_numbers),
    Repair("recompute-total", (Reason.INCONSISTENT,), of_fields=repair_fields.recompute_total),
    Repair("fix-sign", (Reason.INCONSISTENT,), of_fields=repair_fields.fix_sign),
)
"""In the order in which they are applied: what makes a text readable comes first, what needs readable fields last."""

NAMES: tuple[str, ...] = tuple(each.name for each in REPAIRS)


@dataclass(frozen=True, slots=True)
class Repaired:
    """What the repairs came to.

    Attributes:
        value: the message after them.
        applied: the names of those that changed something, in the order in which they did.
        rejection: what is still wrong with it; None when it is an event now.
    """

    value: bytes | None
    applied: tuple[str, ...]
    rejection: Rejection | None


def repaired(value: bytes | None, names: Collection[str], source: Source, limits: Limits) -> Repaired:
    """The message after as few repairs of these names as make an event of it.

    A repair is only tried against a fault that it is for, so what is right is never touched.

    Args:
        value: the message's value as it was turned away.
        names: of `NAMES`; the order is that of `REPAIRS`, whatever order they are given in.
        source: where it was read.
        limits: those of the consumer.
    """
    applied: list[str] = []
    verdict = validate(value, limits)
    while isinstance(verdict, Rejection) and value is not None:
        found = _first_that_helps(value, verdict.reason, [n for n in names if n not in applied], source)
        if found is None:
            break
        name, value = found
        applied.append(name)
        verdict = validate(value, limits)
    return Repaired(value, tuple(applied), verdict if isinstance(verdict, Rejection) else None)


def _first_that_helps(value: bytes, reason: Reason, names: Collection[str], source: Source) -> tuple[str, bytes] | None:
    """The first repair for this reason that changes anything, and what it makes of the message."""
    for each in (repair for repair in REPAIRS if repair.name in names and reason in repair.reasons):
        after = each.of_bytes(value) if each.of_bytes else _with_fields(value, each.of_fields, source)
        if after != value:
            return each.name, after
    return None


def _with_fields(value: bytes, change: FieldRepair | None, source: Source) -> bytes:
    """The message with its fields changed; as it was, byte for byte, where nothing is to change."""
    try:
        document = msgspec.json.decode(value)
        before = msgspec.json.encode(document)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return value
    if not isinstance(document, dict) or change is None:
        return value
    change(document, source)
    after = msgspec.json.encode(document)
    return value if after == before else after
