"""The stream of events: valid, plausible, reproducible."""

import hashlib
import json
import time
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from winepipeline_events.catalogue import LAST_ID, product
from winepipeline_events.fault import Rejection
from winepipeline_events.inventory import AdjustmentType, InventoryAdjusted
from winepipeline_events.order import Channel, OrderCreated
from winepipeline_events.validation import Limits, validate
from winepipeline_producer.message import BAD_MOVEMENT, BAD_ORDER, MOVEMENT, ORDER
from winepipeline_producer.stream import Recipe, Stream

NOON_MS = 1_795_521_600_123
TIMES = st.integers(0, 4_102_444_800_000)
SEEDS = st.integers(0, LAST_ID)


def bounds(last: int) -> st.SearchStrategy[tuple[int, int]]:
    """Ranges of ids."""
    return st.tuples(st.integers(1, last), st.integers(1, last)).map(lambda pair: (min(pair), max(pair)))


RECIPES = st.builds(
    Recipe,
    order_probability=st.floats(0, 1),
    product_ids=bounds(LAST_ID),
    customer_ids=bounds(LAST_ID),
    invalid_probability=st.sampled_from([0.0, 0.3]),
)


def events(recipe: Recipe, count: int = 2000, seed: int = 1) -> list[dict[str, Any]]:
    """A stream's first events as plain JSON."""
    return [json.loads(message.value or b"") for message in Stream(recipe, seed).take(count, NOON_MS)]


@given(RECIPES, SEEDS, TIMES)
def test_what_is_not_malformed_is_valid(recipe: Recipe, seed: int, now_ms: int) -> None:
    """Every event that the producer does not spoil on purpose passes the consumer's validation, and no other does."""
    for message in Stream(recipe, seed).take(20, now_ms):
        found = validate(message.value, Limits())
        assert isinstance(found, Rejection) == (message.kind in (BAD_ORDER, BAD_MOVEMENT)) == bool(message.flaw)
        if isinstance(found, OrderCreated | InventoryAdjusted):
            assert isinstance(found, OrderCreated) == (message.kind is ORDER)
            assert round(found.timestamp.timestamp() * 1000) == now_ms


@given(RECIPES, SEEDS, TIMES)
def test_ids_come_from_their_ranges_and_products_from_the_catalogue(recipe: Recipe, seed: int, now_ms: int) -> None:
    """No event names a product or a customer outside the ranges that were set, and products are the catalogue's."""
    for message in Stream(recipe._replace(invalid_probability=0), seed).take(20, now_ms):
        found = validate(message.value, Limits())
        assert isinstance(found, OrderCreated | InventoryAdjusted)
        first, last = recipe.product_ids
        assert first <= found.product.id <= last
        assert found.product == product(found.product.id).product
        assert message.key == str(found.product.id).encode()
        if isinstance(found, OrderCreated):
            assert recipe.customer_ids[0] <= found.customer_id <= recipe.customer_ids[1]
            assert found.unit_price == product(found.product.id).base_price_cents / 100


@given(RECIPES, SEEDS, TIMES, st.lists(st.integers(0, 7), max_size=6))
def test_a_seed_makes_a_stream_reproducible(recipe: Recipe, seed: int, now_ms: int, chunks: list[int]) -> None:
    """The same seed at the same time makes the same bytes, however many events are taken at once."""
    one, other = Stream(recipe, seed), Stream(recipe, seed)
    in_chunks = [message for size in chunks for message in one.take(size, now_ms)]
    assert in_chunks == other.take(sum(chunks), now_ms)


def test_a_seeded_stream_stays_what_it_was() -> None:
    """A seed noted in a bug report makes the same bytes on another machine and in another version of Python."""
    messages = Stream(Recipe(invalid_probability=0.1), 42).take(1000, NOON_MS)
    digest = hashlib.sha256(b"\n".join(message.key + b" " + (message.value or b"") for message in messages))
    assert digest.hexdigest() == "160b7b51451f87c354c11bf73dfc4b07fbcfb1e6013cba5cad4ac5aad8376ef3"


def test_without_a_seed_no_stream_is_like_another() -> None:
    """Two replicas of the producer do not send the same events."""
    assert Stream(Recipe()).take(3, NOON_MS) != Stream(Recipe()).take(3, NOON_MS)


def test_event_ids_are_random_uuids_without_repeats() -> None:
    """Each event has an id of its own, which tools recognise as a random UUID."""
    ids = [event["event_id"] for event in events(Recipe(), 5000)]
    assert len(set(ids)) == 5000
    assert all(each[14] == "4" and each[19] in "89ab" for each in ids)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.7, 1.0])
def test_orders_have_the_share_that_was_set(share: float) -> None:
    """ORDER_CREATED_PROBABILITY is the share of orders."""
    kinds = Counter(message.kind for message in Stream(Recipe(order_probability=share), 7).take(10_000, NOON_MS))
    assert kinds[ORDER] + kinds[MOVEMENT] == 10_000
    assert kinds[ORDER] / 10_000 == pytest.approx(share, abs=0.02)


def test_malformed_events_have_the_share_that_was_set() -> None:
    """INVALID_EVENT_PROBABILITY is the share of malformed events."""
    kinds = Counter(message.kind for message in Stream(Recipe(invalid_probability=0.05), 7).take(10_000, NOON_MS))
    assert (kinds[BAD_ORDER] + kinds[BAD_MOVEMENT]) / 10_000 == pytest.approx(0.05, abs=0.01)


def test_sales_look_like_sales() -> None:
    """Three orders of four are at full price, all channels sell, and every product of the range is sold."""
    orders = [event for event in events(Recipe(order_probability=1), 5000) if event["event_type"] == "ORDER_CREATED"]
    assert len(orders) == 5000
    assert sum(order["discount"] == 0 for order in orders) / 5000 == pytest.approx(0.75, abs=0.03)
    assert {order["channel"] for order in orders} == set(Channel)
    assert {order["product"]["id"] for order in orders} == set(range(1000, 1050))


def test_stock_moves_in_every_way() -> None:
    """Replenishments, corrections and spoilage all occur, and batches were received within two months before."""
    movements = events(Recipe(order_probability=0))
    assert {movement["adjustment_type"] for movement in movements} == set(AdjustmentType)
    days = {movement["batch"]["received_at"] for movement in movements}
    assert "2026-09-2" < min(days) < max(days) == "2026-11-24"


def test_the_stream_is_fast_enough() -> None:
    """Making events leaves a process time to send 50,000 of them a second."""
    stream = Stream(Recipe(), 1)
    stream.take(1000, NOON_MS)
    begun = time.process_time()
    for _ in range(40):
        stream.take(500, NOON_MS)
    assert 20_000 / (time.process_time() - begun) > 60_000
