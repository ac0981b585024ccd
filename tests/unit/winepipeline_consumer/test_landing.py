"""A batch lands whole; what the warehouse refuses is found, turned away, and holds nothing up."""

import io
from collections.abc import Callable, Sequence
from typing import Any, cast

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from winepipeline_consumer.batch import Batch, Gathering, Place
from winepipeline_consumer.jobs import Loaded, Loading
from winepipeline_consumer.landing import Landing, encoded
from winepipeline_consumer.letter import Headers, Letter
from winepipeline_consumer.metrics import Metrics
from winepipeline_warehouse.errors import DataRefused, Fenced, Misconfigured, Unavailable
from winepipeline_warehouse.ledger import Origin
from winepipeline_warehouse.load import Load

from .messages import letter_at, rows_at

ORIGIN = Origin("c", "sales_events", "id-1")


class FakeLoader:
    """A warehouse that refuses any load with a row at one of the `poisoned` offsets, and keeps a ledger."""

    def __init__(self, poisoned: set[tuple[int, int]]) -> None:
        self.poisoned = poisoned
        self.ledger = {0: 0, 1: 0}
        self.loaded: list[tuple[int, int]] = []
        self.rejected: list[tuple[int, int]] = []

    def load(self, work: Load) -> None:
        """One transaction."""
        rows = _places(work.rows)
        if self.poisoned.intersection(rows):
            raise DataRefused("RefusedByWarehouse", "Error parsing JSON: duplicate object attribute")
        for advance in work.advances:
            if self.ledger[advance.partition] != advance.start:
                raise Fenced("Fenced", "the ledger stands elsewhere")
            self.ledger[advance.partition] = advance.end
        self.loaded.extend(rows)
        self.rejected.extend(_places(work.rejected))


class FakeDesk:
    """A broker that has everything."""

    def __init__(self) -> None:
        self.now = ORIGIN
        self.sent: list[Letter] = []
        self.troubles: list[Unavailable] = []
        self.releases = 0
        self.meanwhile: Callable[[], None] = lambda: None

    def origin(self) -> Origin:
        """The topic as it is now."""
        return self.now

    def send(self, letters: Sequence[Letter]) -> None:
        """Keep."""
        self.sent.extend(letters)

    def hold(self, trouble: Unavailable) -> None:
        """Keep, and do what a person would do meanwhile."""
        self.troubles.append(trouble)
        self.meanwhile()

    def released(self) -> None:
        """Keep."""
        self.releases += 1

    def key_and_headers(self, partition: int, offset: int, value: bytes) -> tuple[bytes, Headers]:
        """Made of the place."""
        return b"%d/%d" % (partition, offset), [("value", value)]


class Scene:
    """A landing with its surroundings."""

    def __init__(self, poisoned: set[tuple[int, int]] | None = None, **given: Any) -> None:
        self.loader = FakeLoader(poisoned or set())
        self.desk = FakeDesk()
        self.metrics = Metrics()
        self.told: list[Loaded] = []
        self.landing = Landing(cast(Any, self.loader), cast(Any, self.desk), self.metrics, self.told.append, **given)

    def land(self, batch: Batch) -> None:
        """Land it."""
        self.landing.land(Loading(batch, ORIGIN, encoded(batch, ORIGIN), 0.0))

    def count(self, name: str, **labels: str) -> float | None:
        """A metric's value."""
        return self.metrics.registry.get_sample_value(name, labels)


def _places(file: bytes) -> list[tuple[int, int]]:
    if not file:
        return []
    table = pq.read_table(io.BytesIO(file))
    return list(zip(table["KAFKA_PARTITION"].to_pylist(), table["KAFKA_OFFSET"].to_pylist(), strict=True))


def batch_of(rows: list[tuple[int, int]], letters: list[tuple[int, int]]) -> Batch:
    gathering = Gathering()
    ends = {p: 1 + max(o for q, o in rows + letters if q == p) for p, _ in rows + letters}
    gathering.add(rows_at(rows), [letter_at(*place) for place in letters], ends)
    return gathering.batch(1, 0, {p: Place(1, 0) for p in (0, 1)})


places = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 30)), unique=True, min_size=1, max_size=20)


@settings(max_examples=30)
@given(places, st.data())
def test_exactly_the_rows_that_the_warehouse_refuses_are_turned_away(
    found: list[tuple[int, int]], data: st.DataObject
) -> None:
    """Bad rows become dead letters with key, headers and reason; all others land, once, whatever stands beside them."""
    found = sorted(found, key=lambda place: place[1])
    bad = data.draw(st.sets(st.sampled_from(found)))
    rows = [place for place in found if place not in bad]
    poisoned = data.draw(st.sets(st.sampled_from(rows))) if rows else set()
    scene = Scene(poisoned)
    scene.land(batch_of(rows, sorted(bad)))
    assert sorted(scene.loader.loaded) == sorted(set(rows) - poisoned)
    assert sorted(scene.loader.rejected) == sorted(bad | poisoned)
    assert sorted((each.partition, each.offset) for each in scene.desk.sent) == sorted(bad | poisoned)
    for letter in scene.desk.sent:
        if (letter.partition, letter.offset) in poisoned:
            assert letter.rejection.reason == "RefusedByWarehouse"
            assert "duplicate object attribute" in letter.rejection.detail
            assert letter.key == b"%d/%d" % (letter.partition, letter.offset)
            assert letter.headers == [("value", letter.value)]
    assert sum(each.loaded + each.rejected for each in scene.told) == len(found)
    assert {p: end for each in scene.told for p, end in each.ends.items()} == {
        p: end for p, end in scene.loader.ledger.items() if end
    }


def test_what_lands_is_counted() -> None:
    """The dashboards add up: events, dead letters by reason, rows of the last load, and how fresh they are."""
    scene = Scene()
    scene.land(batch_of([(0, 0), (1, 0)], [(0, 1)]))
    assert scene.count("kafka_events_inserted_snowflake_total") == 2
    assert scene.count("kafka_events_dlq_total", reason="NotJson") == 1
    assert scene.count("kafka_snowflake_insert_rows") == 2
    assert scene.count("snowflake_insert_duration_seconds_count") == 1
    assert scene.count("kafka_batch_processing_duration_seconds_count") == 1
    assert scene.count("winepipeline_event_freshness_seconds_count") == 2


def test_an_event_from_the_future_is_fresh() -> None:
    """A producer whose clock is ahead does not make the histogram's sum fall, which Prometheus takes for a restart."""
    scene = Scene()
    batch = batch_of([(0, 0)], [])
    batch.rows.timestamps_ms[:] = 10**15
    scene.land(batch)
    assert scene.count("winepipeline_event_freshness_seconds_sum") == 0


def test_a_batch_of_a_topic_that_was_made_again_does_not_land() -> None:
    """Its offsets mean nothing any more, and no letter is sent for it."""
    scene = Scene()
    scene.desk.now = Origin("c", "sales_events", "id-2")
    with pytest.raises(Fenced, match="made again"):
        scene.land(batch_of([(0, 0)], [(0, 1)]))
    assert (scene.loader.loaded, scene.desk.sent) == ([], [])


def test_a_batch_that_was_overtaken_leaves_nothing() -> None:
    """Another consumer has loaded it."""
    scene = Scene()
    scene.loader.ledger[0] = 1
    with pytest.raises(Fenced):
        scene.land(batch_of([(0, 0)], []))
    assert (scene.loader.loaded, scene.told) == ([], [])


def test_a_refusal_that_no_row_explains_ends_the_consumer() -> None:
    """It is a person's to mend, and no event is turned away for it."""
    scene = Scene()
    refused = DataRefused("RefusedByWarehouse", "Numeric value is out of range")
    scene.loader.load = lambda _: (_ for _ in ()).throw(refused)  # type: ignore[method-assign,assignment]
    with pytest.raises(Misconfigured, match="out of range"):
        scene.land(batch_of([], [(0, 0)]))


def test_a_table_that_refuses_every_row_holds_the_stream() -> None:
    """Few events become dead letters; the others wait for somebody to mend the table, and land as soon as he has."""
    rows = [(0, offset) for offset in range(40)]
    scene = Scene(set(rows), most_refused=5)

    def mend_at_the_third_look() -> None:
        if len(scene.desk.troubles) == 3:
            scene.loader.poisoned.clear()

    scene.desk.meanwhile = mend_at_the_third_look
    scene.land(batch_of(rows, []))
    assert len(scene.desk.sent) == 5
    assert sorted(scene.loader.loaded) == rows[5:]
    assert {each.reason for each in scene.desk.troubles} == {"TableRefusesRows"}
    assert "MAX_REFUSED_ROWS above 5" in scene.desk.troubles[0].hint
    assert scene.desk.releases == 1


def test_rows_that_are_bad_among_good_ones_hold_nobody_up() -> None:
    """As long as the table takes some rows, those that it refuses are dead letters, however many they are."""
    rows = [(0, offset) for offset in range(40)]
    scene = Scene(set(rows[::2]), most_refused=3)
    scene.land(batch_of(rows, []))
    assert (len(scene.desk.sent), len(scene.loader.loaded)) == (20, 20)
    assert scene.desk.troubles == []


def test_a_stream_that_is_held_is_given_up_with_its_partitions() -> None:
    """A consumer that waits for a table does not hold on to partitions that the group has given to others."""
    rows = [(0, offset) for offset in range(10)]
    scene = Scene(set(rows), most_refused=2, given_up=lambda _: True)
    with pytest.raises(Fenced):
        scene.land(batch_of(rows, []))
    assert len(scene.desk.troubles) == 1
