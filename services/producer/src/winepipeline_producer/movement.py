"""Stock movements as bytes. Pure; see `order.py` for the why of its form."""

import random
from collections.abc import Callable
from typing import NamedTuple

from winepipeline_producer.moment import DAY_MS, day, timestamp
from winepipeline_producer.shelf import Wine

_TEMPLATE = (
    b'{"event_type":"INVENTORY_ADJUSTED","event_id":"%08x-%04x-4%03x-%04x-%012x","schema_version":1,'
    b'"source":"producer","timestamp":"%b","adjustment_type":"%b","product":%b,"quantity_change":%d,"warehouse":"%b",'
    b'"batch":{"batch_id":"LOT-%b-%04X","supplier":%b,"received_at":"%b"},"reason":"%b"}'
)
_VARIANT = 0x8000

_DAYS_IN_STOCK = 60


class _Adjustment(NamedTuple):
    """A type of movement: its name, the bottles it may move, the words for why."""

    name: bytes
    changes: tuple[int, ...]
    reasons: tuple[bytes, ...]


def _words(*reasons: str) -> tuple[bytes, ...]:
    return tuple(reason.encode() for reason in reasons)


_WAREHOUSES = _words(
    "Entrepôt Bercy", "Entrepôt Gerland", "Entrepôt Bassins à Flot", "Entrepôt La Villette", "Entrepôt Bègles"
)
_REPLENISHMENT = _Adjustment(
    b"REPLENISHMENT",
    (24, 36, 48, 60, 72, 96, 120, 180, 240, 300, 600),
    _words("Livraison du domaine", "Réassort hebdomadaire", "Mise en bouteille", "Arrivage primeurs"),
)
_CORRECTION = _Adjustment(
    b"CORRECTION",
    (-12, -6, -3, -2, -1, 1, 2, 3, 6, 12),
    _words("Inventaire tournant", "Erreur de saisie", "Retour client", "Transfert mal imputé"),
)
_SPOILAGE = _Adjustment(
    b"SPOILAGE",
    (-1, -1, -1, -2, -2, -3, -6, -12),
    _words("Goût de bouchon", "Bouteille cassée", "Étiquette abîmée", "Dégât des eaux", "Coup de chaleur"),
)
_ADJUSTMENTS = (*[_REPLENISHMENT] * 6, *[_CORRECTION] * 2, *[_SPOILAGE] * 2)


def movements(chance: random.Random, now_ms: int) -> Callable[[Wine], bytes]:
    """Writes stock movements of one moment, milliseconds since 1970 in UTC."""
    uniform, bits = chance.random, chance.getrandbits
    stamp, today = timestamp(now_ms), now_ms // DAY_MS

    def movement(wine: Wine) -> bytes:
        kind = _ADJUSTMENTS[int(uniform() * len(_ADJUSTMENTS))]
        received = day(today - int(uniform() * _DAYS_IN_STOCK))
        return _TEMPLATE % (
            bits(32), bits(16), bits(12), bits(14) | _VARIANT, bits(48), stamp, kind.name, wine.product,
            kind.changes[int(uniform() * len(kind.changes))], _WAREHOUSES[int(uniform() * len(_WAREHOUSES))],
            received.digits, bits(16), wine.supplier, received.text, kind.reasons[int(uniform() * len(kind.reasons))],
        )  # fmt: skip

    return movement
