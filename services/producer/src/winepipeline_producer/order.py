"""Orders as bytes. Pure.

An event is one formatting of bytes, and sums are whole cents: at tens of thousands a second, building dictionaries and
encoding them would be most of the work.
"""

import random
from collections.abc import Callable

from winepipeline_producer.moment import DAY_MS, day, timestamp
from winepipeline_producer.shelf import Wine

_TEMPLATE = (
    b'{"event_type":"ORDER_CREATED","event_id":"%08x-%04x-4%03x-%04x-%012x","schema_version":1,"source":"producer",'
    b'"timestamp":"%b","order_id":"ORD-%b-%08X","product":%b,"customer_id":%d,"quantity":%d,"unit_price":%b,'
    b'"discount":%b,"total":%d.%02d,"currency":"EUR","channel":"%b"}'
)
_VARIANT = 0x8000
"""The two bits that mark a random UUID (RFC 9562, section 5.4), beside the version's 4 in the template."""

_QUANTITIES = (1, 1, 1, 2, 2, 2, 3, 3, 4, 6, 6, 6, 6, 12, 12, 24)
_FULL_PRICE_SHARE = 0.75
_FULL_PRICE = (0, b"0")
_DISCOUNTS = ((5, b"0.05"), (10, b"0.1"), (10, b"0.1"), (15, b"0.15"), (20, b"0.2"), (30, b"0.3"))
_CHANNELS = (b"E-com", b"E-com", b"E-com", b"Boutique Paris", b"Boutique Paris", b"Boutique Lyon", b"Boutique Bordeaux")


def orders(chance: random.Random, customer_ids: tuple[int, int], now_ms: int) -> Callable[[Wine], bytes]:
    """Writes orders of one moment, milliseconds since 1970 in UTC; `customer_ids` are the first and the last."""
    uniform, bits = chance.random, chance.getrandbits
    first, last = customer_ids
    customers = last - first + 1
    stamp, today = timestamp(now_ms), day(now_ms // DAY_MS).digits

    def order(wine: Wine) -> bytes:
        quantity = _QUANTITIES[int(uniform() * len(_QUANTITIES))]
        percent, discount = _FULL_PRICE
        if uniform() >= _FULL_PRICE_SHARE:
            percent, discount = _DISCOUNTS[int(uniform() * len(_DISCOUNTS))]
        euros, cents = divmod((quantity * wine.price_cents * (100 - percent) + 50) // 100, 100)
        return _TEMPLATE % (
            bits(32), bits(16), bits(12), bits(14) | _VARIANT, bits(48),
            stamp, today, bits(32), wine.product, first + int(uniform() * customers),
            quantity, wine.price, discount, euros, cents, _CHANNELS[int(uniform() * len(_CHANNELS))],
        )  # fmt: skip

    return order
