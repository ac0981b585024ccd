"""Texts that come again and again, known by heart: a decoder compares them instead of making strings of them.

Of what an event says most has been said before: the names of wines, regions, suppliers. To compare such a text with
those that are known costs less than to make a string of it, measure it and throw it away; over a whole event that is
a sixth of the time. A text becomes known by having stood in a valid event, so what this decoder takes is valid, and a
text that is new is no fault: `decode_known` is to look at such an event.
"""

from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, Literal, cast

import msgspec

from winepipeline_events.inventory import InventoryAdjusted
from winepipeline_events.known import Known, KnownBatch, KnownMovement, KnownOrder, KnownProduct
from winepipeline_events.validation import Event

MOST_TEXTS = 500
"""A field with more different texts is decoded as it was: they are not worth knowing."""

ENOUGH_EVENTS = 100
"""To learn takes milliseconds: it has to be worth that, and the more is known, the longer it takes."""

_FIELDS = ("source", "name", "region", "warehouse", "supplier", "reason")
_PLACEHOLDER = "-"
"""Valid in each of the fields, since a set of texts cannot be empty."""

Texts = Mapping[str, AbstractSet[str]]
"""From a field to its texts."""


class Vocabulary:
    """What was heard so far. For one thread.

    Attributes:
        decode: `bytes -> event`; raises as `decode_known` does, and where a text is new.
        order: the class, and none below it, of each order that it makes; other events are movements.
    """

    decode: Callable[[bytes], Known]
    order: type[KnownOrder]

    def __init__(self) -> None:
        self._known: Texts = {}
        self._heard: dict[str, set[str]] = {field: {_PLACEHOLDER} for field in _FIELDS}
        self._learn()

    def hear(self, event: Event) -> None:
        """An event that `decode` did not take: once there are enough of them, their texts are known."""
        new = {field: text for field, text in _texts(event).items() if text not in self._known.get(field, (text,))}
        if not new:  # something else was the matter: it has fields that we do not know
            return
        for field, text in new.items():
            self._heard[field].add(text)
        self._missed += 1
        if self._missed >= self._enough:
            self._learn()

    def _learn(self) -> None:
        self._heard = {field: texts for field, texts in self._heard.items() if len(texts) <= MOST_TEXTS}
        self._known = {field: frozenset(texts) for field, texts in self._heard.items()}
        self._missed = 0
        self._enough = ENOUGH_EVENTS + sum(map(len, self._known.values()))
        self.order, movement = _known_types(self._known)
        self.decode = msgspec.json.Decoder[Known](self.order | movement).decode


def _texts(event: Event) -> dict[str, str]:
    """The texts of an event that may recur."""
    texts = {"source": event.source, "name": event.product.name, "region": event.product.region}
    if isinstance(event, InventoryAdjusted):
        texts |= {"warehouse": event.warehouse, "supplier": event.batch.supplier, "reason": event.reason}
    return texts


def _known_types(known: Texts) -> tuple[type[KnownOrder], type[KnownMovement]]:
    """What `decode_known` takes, as long as each of these fields has one of these texts."""
    product = _narrowed(KnownProduct, known, ("name", "region"))
    batch = _narrowed(KnownBatch, known, ("supplier",))
    order = _narrowed(KnownOrder, known, ("source",), product=product)
    movement = _narrowed(KnownMovement, known, ("source", "warehouse", "reason"), product=product, batch=batch)
    return order, movement


def _narrowed(
    struct: type[msgspec.Struct], known: Texts, names: Iterable[str], **parts: type[msgspec.Struct]
) -> type[Any]:
    """A subclass in which these fields allow the known texts only, and others are such subclasses themselves."""
    fields = {name: cast(Any, Literal)[tuple(known[name])] for name in names if name in known}
    config = struct.__struct_config__
    return msgspec.defstruct(
        struct.__name__,
        list({**fields, **parts}.items()),
        bases=(struct,),
        tag=config.tag,
        tag_field=config.tag_field,
        frozen=True,
        gc=False,
        forbid_unknown_fields=True,
    )
