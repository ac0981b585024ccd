"""The same wine under the same number, everywhere and for ever."""

import subprocess
import sys
from collections import Counter

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from winepipeline_events.appellations import AGED, APPELLATIONS, CHATEAUX, DOMAINES, FAMILIES, MAS, SPARKLING, STILL
from winepipeline_events.catalogue import LABELS, LAST_ID, CatalogueEntry, mix, product
from winepipeline_events.product import Category, Product

IDS = st.integers(1, LAST_ID)

# These rows never change: a sale made years ago says of its product what a sale of today says.
FROZEN = [
    (1, "Domaine Jacquelin-Morey, Gewurztraminer Alsace Cuvée Prestige", Category.BLANC, "Alsace", 2021, 19_60),
    (1000, "Bastide Saint-Elzéar, Jurançon Moelleux", Category.BLANC, "Sud-Ouest", 2017, 14_00),
    (1001, "Domaine Jacquelin-Morey, Côte-Rôtie Cuvée Prestige", Category.ROUGE, "Rhône", 2022, 62_20),
    (1002, "Domaine Berthelin & Fils, Crémant de Loire Extra Brut", Category.EFFERVESCENT, "Loire", 2021, 18_10),
    (1005, "Mas de la Figuière, Tavel", Category.ROSE, "Rhône", 2024, 18_50),
    (1010, "Fauconnet, Champagne Premier Cru Brut", Category.EFFERVESCENT, "Champagne", 2011, 37_40),
    (1020, "Château Marceillac, Pauillac", Category.ROUGE, "Bordeaux", 2019, 49_90),
    (1024, "Domaine Père Antonin, Pouilly-Fumé Cuvée Tradition", Category.BLANC, "Loire", 2020, 18_90),
    (1028, "Raymond Villiers, Bas-Armagnac Hors d'Âge", Category.SPIRITUEUX, "Gascogne", 2006, 156_00),
    (1049, "Vignobles Peyrolles, Blanquette de Limoux Brut Nature", Category.EFFERVESCENT, "Languedoc", 2023, 9_30),
    (LAST_ID, "Domaine de la Croix-Blanche, Moulin-à-Vent Cuvée Prestige", Category.ROUGE, "Beaujolais", 2022, 14_00),
]


@pytest.mark.parametrize("row", FROZEN, ids=lambda row: str(row[0]))
def test_a_product_stays_what_it_was(row: tuple[int, str, Category, str, int, int]) -> None:
    """A product's name, kind, region, vintage and price are the same after any release."""
    product_id, name, category, region, vintage, cents = row
    found = product(product_id)
    assert (found.product, found.base_price_cents) == (Product(product_id, name, category, region, vintage), cents)


def test_another_process_says_the_same() -> None:
    """A producer with another hash seed knows the same wines, so that two replicas never contradict each other."""
    program = "from winepipeline_events.catalogue import product; print([product(i) for i in range(1000, 1050)])"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": "4242"}
    )
    assert done.stdout.strip() == str([product(each) for each in range(1000, 1050)])


@given(IDS)
def test_every_id_has_a_product_that_the_contract_allows(product_id: int) -> None:
    """Whatever range of ids a resource names, the events of its products pass the consumer's validation."""
    found = product(product_id)
    again = msgspec.json.decode(msgspec.json.encode(found.product), type=Product)
    assert again == found.product
    assert again.id == product_id


@given(IDS)
def test_a_price_is_one_that_a_shop_would_ask(product_id: int) -> None:
    """Prices are whole steps of ten cents, from a picnic's bottle to a collector's."""
    cents = product(product_id).base_price_cents
    assert 5_00 <= cents <= 250_00
    assert cents % 10 == 0


@given(IDS)
def test_kind_and_region_fit_the_appellation(product_id: int) -> None:
    """The name on the label, the colour and the region agree, as the appellation demands."""
    found = product(product_id)
    kinds = {each.name: each for each in APPELLATIONS}
    kind = kinds[found.appellation]
    assert (found.product.category, found.product.region) == (kind.category, kind.region)
    assert kind.vintages[0] <= found.product.vintage <= kind.vintages[1]
    assert f", {kind.name}" in found.product.name


@given(st.integers(1, LAST_ID - LABELS), st.integers(1, LABELS - 1))
def test_neighbours_have_names_of_their_own(first: int, distance: int) -> None:
    """No two of 6,400 products in a row have the same name, so a report by name is a report by product."""
    assert product(first).product.name != product(first + distance).product.name


def test_the_default_range_shows_every_kind() -> None:
    """The fifty wines of the defaults are of all five kinds, most of them red, from a dozen regions and more."""
    found: list[CatalogueEntry] = [product(each) for each in range(1000, 1050)]
    kinds = Counter(each.product.category for each in found)
    assert set(kinds) == set(Category)
    assert kinds.most_common(1)[0][0] is Category.ROUGE
    assert len({each.product.region for each in found}) >= 12
    assert len({each.product.name for each in found}) == 50


def test_the_lists_are_even() -> None:
    """Each list of makers and of cuvées is as long as its like and repeats nothing; the arithmetic relies on it."""
    for alike in ((CHATEAUX, DOMAINES, MAS, FAMILIES), (STILL, SPARKLING, AGED)):
        assert len({len(each) for each in alike}) == 1
        assert all(len(set(each)) == len(each) for each in alike)
    assert len({each.name for each in APPELLATIONS}) == len(APPELLATIONS)


@pytest.mark.parametrize(("seed", "first"), [(0, 0xE220A8397B1DCDAF), (1234567, 6457827717110365317)])
def test_the_mix_is_splitmix64(seed: int, first: int) -> None:
    """The mix gives the published first outputs, so that any other language can say the same of a product."""
    assert mix(seed) == first


@pytest.mark.parametrize("wrong", [0, -1, LAST_ID + 1])
def test_an_id_that_is_none_is_refused(wrong: int) -> None:
    """An impossible id is named together with what is allowed."""
    with pytest.raises(ValueError, match=rf"product id {wrong}: allowed is 1 to {LAST_ID}"):
        product(wrong)
