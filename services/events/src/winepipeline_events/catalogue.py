"""The wines on the shelves: everything about a product follows from its id.

No table is stored and nothing is drawn: the id is mixed by whole-number arithmetic alone, so that every process, on
every machine and in every version of Python, says the same of a product.
"""

from typing import NamedTuple

from winepipeline_events.appellations import APPELLATIONS, STILL
from winepipeline_events.product import Product

LAST_ID = 2**53 - 1

_MAKERS = len(APPELLATIONS[0].makers)
_CUVEES = len(STILL)
LABELS = len(APPELLATIONS) * _MAKERS * _CUVEES
"""How many different names there are; so many ids in a row have each their own."""

_STEP = 3953
"""Coprime to `LABELS`, and near its golden section: neighbouring ids are far apart on the shelves (Knuth, TAOCP 3,
section 6.4: multiplicative hashing spreads consecutive keys most evenly with it)."""

_MASK = 2**64 - 1

SUPPLIERS = (
    "Négoce Dupont", "Caves Réunies de Bercy", "Maison Garnier Négociants", "Les Vignerons Associés",
    "Compagnie des Grands Crus", "Transvins Rhône", "Comptoir Girondin", "Union des Caves de l'Est",
)  # fmt: skip


class CatalogueEntry(NamedTuple):
    """A product and what the shops know of it.

    Attributes:
        product: as it stands in an event.
        appellation: the appellation's name.
        base_price_cents: a bottle's price before any discount, in euro cents.
    """

    product: Product
    appellation: str
    base_price_cents: int


def product(product_id: int) -> CatalogueEntry:
    """The product with this id.

    Raises:
        ValueError: the id is no product id, 1 to 2^53 - 1.
    """
    if not 1 <= product_id <= LAST_ID:
        raise ValueError(f"product id {product_id}: allowed is 1 to {LAST_ID}")
    place = product_id * _STEP % LABELS
    kind = APPELLATIONS[place // (_MAKERS * _CUVEES)]
    maker = kind.makers[place // _CUVEES % _MAKERS]
    cuvee = place % _CUVEES
    bits = mix(product_id)
    first, last = kind.vintages
    name = f"{maker}, {kind.name} {kind.cuvees[cuvee]}".rstrip()
    vintage = _pick(bits & 0xFFFF_FFFF, first, last)
    return CatalogueEntry(
        Product(product_id, name, kind.category, kind.region, vintage), kind.name, _cents(kind.euros, cuvee, bits >> 32)
    )


def supplier(product_id: int) -> str:
    """Who delivers it."""
    return SUPPLIERS[mix(mix(product_id)) % len(SUPPLIERS)]


def mix(number: int) -> int:
    """64 bits in which each bit of `number` has a say: one step of splitmix64.

    Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014; the constants are those of
    Vigna's splitmix64.c.
    """
    bits = (number + 0x9E37_79B9_7F4A_7C15) & _MASK
    bits = (bits ^ bits >> 30) * 0xBF58_476D_1CE4_E5B9 & _MASK
    bits = (bits ^ bits >> 27) * 0x94D0_49BB_1331_11EB & _MASK
    return bits ^ bits >> 31


def _pick(bits: int, first: int, last: int) -> int:
    """One of `first` to `last`, from 32 bits."""
    return first + (bits * (last - first + 1) >> 32)


def _cents(euros: tuple[int, int], cuvee: int, bits: int) -> int:
    """A price in steps of 10 cents, more often cheap than dear; each step up in cuvées adds 8 %."""
    low, high = euros[0] * 100, euros[1] * 100
    plain = low + (bits * bits * (high - low) >> 64)
    return plain * (100 + 8 * cuvee) // 1000 * 10
