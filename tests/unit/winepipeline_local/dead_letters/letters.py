"""Letters as a consumer writes them."""

import datetime as dt

from winepipeline_consumer.letter import Headers, headers_of
from winepipeline_consumer.letter import Letter as Rejected
from winepipeline_events.fault import Rejection
from winepipeline_events.reason import Reason
from winepipeline_events.validation import Limits, validate
from winepipeline_local.dead_letters.opened import Letter, Place, Raw, opened

TOPIC = "sales_events"
NOW = dt.datetime(2026, 11, 24, 8, 30, tzinfo=dt.UTC)


def raw(  # noqa: PLR0913 - all that a letter has
    value: bytes | None = b"{",
    *,
    partition: int = 3,
    offset: int = 7,
    at: Place = Place(0, 0),  # noqa: B008 - frozen
    headers: Headers | None = None,
    time: dt.datetime = NOW,
    topic: str = TOPIC,
    key: bytes | None = b"1001",
) -> Raw:
    """A message as it stands in the dead-letter topic."""
    verdict = validate(value, Limits())
    rejection = verdict if isinstance(verdict, Rejection) else Rejection(Reason.REFUSED_BY_WAREHOUSE, "$: refused")
    letter = Rejected(partition, offset, 1_795_000_000_000 + offset, key, value, headers or [], rejection)
    return Raw(at, key, value, headers_of(letter, topic, "the-group", time))


def letter(value: bytes | None = b"{", **given: object) -> Letter:
    """The same, opened."""
    found = opened(raw(value, **given))  # type: ignore[arg-type]
    assert isinstance(found, Letter)
    return found
