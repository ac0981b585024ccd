"""A message's headers, also where the client cannot read them."""

from typing import Protocol

from winepipeline_consumer.letter import PREFIX, Headers

LOST = (f"{PREFIX}headers_lost", b"a name that is not UTF-8")
"""Stands in the place of headers that could not be read."""


class HasHeaders(Protocol):
    """A message of confluent-kafka."""

    def headers(self) -> Headers | None:
        """Its headers; None where it has none."""


def headers_of(message: HasHeaders) -> Headers:
    """The headers as they came, or `LOST` alone where one of their names is not UTF-8.

    Kafka's protocol wants names in UTF-8 and its broker does not look. confluent-kafka (2.16.1) then raises a
    SystemError and keeps a list with a hole in it: the headers of that message must not be asked for again.
    """
    try:
        return list(message.headers() or [])
    except (SystemError, UnicodeDecodeError):
        return [LOST]
