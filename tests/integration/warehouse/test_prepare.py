"""What is made at the first start, what a second one finds, and what is never touched."""

import logging

import pytest

from winepipeline_warehouse.errors import Misconfigured
from winepipeline_warehouse.load import load
from winepipeline_warehouse.prepare import prepare

from .conftest import MakePlace
from .place import Place, work_of


def objects(place: Place) -> set[str]:
    """The names of all tables and stages of the schema."""
    shown = [row for what in ("TABLES", "STAGES") for row in place.query(f"SHOW {what} IN SCHEMA {{schema}}")]
    return {str(row[1]) for row in shown}


def test_an_empty_account_is_made_ready(make_place: MakePlace) -> None:
    """Database, schema, tables and stage are there after the first start, and the second one changes nothing."""
    place = make_place(SNOWFLAKE_DATABASE="CELLAR", SNOWFLAKE_SCHEMA="FRESH", SNOWFLAKE_TABLE="BOTTLES")
    prepare(place.session, place.names)
    made = objects(place)
    assert made == {"BOTTLES", "BOTTLES_LEDGER", "BOTTLES_REJECTED", "BOTTLES_STAGE"}
    described = [str(row[0]) for row in place.query("DESCRIBE TABLE {target}")]
    place.change("INSERT INTO {target} (EVENT_TYPE) VALUES ('KEPT')")
    prepare(place.open(), place.names)
    assert objects(place) == made
    assert [str(row[0]) for row in place.query("DESCRIBE TABLE {target}")] == described
    assert place.count("target") == 1


def test_small_letters_mean_the_same_tables(make_place: MakePlace) -> None:
    """Whoever writes the names in small letters finds the tables that are there."""
    large = make_place(SNOWFLAKE_DATABASE="LETTERS")
    prepare(large.session, large.names)
    small = make_place(SNOWFLAKE_DATABASE="letters", SNOWFLAKE_TABLE=large.settings.table.lower())
    prepare(small.session, small.names)
    assert len(objects(large)) == 4


def test_a_table_with_other_columns_is_named_and_nothing_is_changed(make_place: MakePlace) -> None:
    """A table that is somebody else's is left alone, and what is wrong with it is said."""
    place = make_place(SNOWFLAKE_DATABASE="OTHERS")
    place.change("CREATE DATABASE OTHERS")
    place.change("CREATE SCHEMA {schema}")
    place.change("CREATE TABLE {target} (EVENT_TYPE VARCHAR(10), PRODUCT_ID VARCHAR, CUSTOMER_ID INTEGER)")
    place.change("INSERT INTO {target} (EVENT_TYPE) VALUES ('THEIRS')")
    with pytest.raises(Misconfigured) as caught:
        prepare(place.session, place.names)
    message, hint = caught.value.message, caught.value.hint
    assert caught.value.reason == "TableMismatch"
    assert message.startswith(f"{place.names.target} stands with other columns: ")
    assert "column EVENT_TYPE is VARCHAR(10), allowed: VARCHAR(50)" in message
    assert "column PRODUCT_ID is " in message
    assert "column EVENT_CONTENT VARIANT is missing" in message
    assert "CUSTOMER_ID" not in message
    assert "nothing was changed" in hint
    assert objects(place) == {place.settings.table}
    assert place.count("target") == 1


@pytest.mark.parametrize(("rows", "rejected", "told"), [([(0, 0)], [], "target"), ([], [(0, 0)], "rejected")])
def test_a_ledger_that_is_gone_is_not_made_anew_beside_rows(
    place: Place, rows: list[tuple[int, int]], rejected: list[tuple[int, int]], told: str
) -> None:
    """An empty one would load the whole topic once more: the consumer says so at its start, and makes nothing."""
    load(place.session, place.names, work_of(place.claim(0), rows, rejected))
    place.change("ALTER TABLE {ledger} RENAME TO {ledger}_ELSEWHERE")
    with pytest.raises(Misconfigured) as caught:
        prepare(place.open(), place.names)
    assert caught.value.reason == "LedgerMissing"
    assert f"{getattr(place.names, told)} holds events" in caught.value.message
    assert f"UNDROP TABLE {place.names.ledger}" in caught.value.hint
    assert "audit --repair" in caught.value.hint
    assert f"{place.settings.table}_LEDGER" not in objects(place)
    place.change("ALTER TABLE {ledger}_ELSEWHERE RENAME TO {ledger}")
    prepare(place.open(), place.names)


def test_a_target_that_is_gone_is_not_replaced_by_an_empty_one(place: Place) -> None:
    """The ledger knows of rows, so nobody reads on as if they were there; with the ledger gone too all begins anew."""
    load(place.session, place.names, work_of(place.claim(0), [(0, 0)]))
    place.change("DROP TABLE {target}")
    with pytest.raises(Misconfigured) as caught:
        prepare(place.open(), place.names)
    assert caught.value.reason == "TargetMissing"
    assert f"UNDROP TABLE {place.names.target}" in caught.value.hint
    assert place.settings.table not in objects(place)
    place.change("DROP TABLE {ledger}")
    place.change("DROP TABLE {rejected}")
    prepare(place.open(), place.names)
    assert place.count("target") == place.count("ledger") == 0


def test_a_table_that_would_refuse_every_movement_is_named(make_place: MakePlace) -> None:
    """NOT NULL where some events have no value, or a column that only others fill, is told before the first load."""
    place = make_place(SNOWFLAKE_DATABASE="STRICT")
    place.change("CREATE DATABASE STRICT")
    place.change("CREATE SCHEMA {schema}")
    place.change(
        "CREATE TABLE {target} (EVENT_TYPE VARCHAR(50) NOT NULL, PRODUCT_ID INTEGER, CUSTOMER_ID INTEGER NOT NULL, "
        "EVENT_METADATA OBJECT, EVENT_CONTENT VARIANT, INGESTION_TIME TIMESTAMP_LTZ, LOADED_BY VARCHAR NOT NULL, "
        "TENANT VARCHAR DEFAULT 'albert' NOT NULL)"
    )
    with pytest.raises(Misconfigured, match="TableMismatch") as caught:
        prepare(place.session, place.names)
    assert "column CUSTOMER_ID is NOT NULL, allowed: nulls" in caught.value.message
    assert "column LOADED_BY is not ours, NOT NULL and without a default" in caught.value.message
    assert "TENANT" not in caught.value.message
    assert "EVENT_TYPE" not in caught.value.message


def test_leftovers_of_an_older_way_of_loading_are_told(make_place: MakePlace, caplog: pytest.LogCaptureFixture) -> None:
    """A staging table that is not empty is warned of at each start, and never touched."""
    place = make_place(SNOWFLAKE_DATABASE="LEFTOVERS")
    prepare(place.session, place.names)
    place.change("CREATE TABLE {schema}.STG_RAW_EVENTS_STREAM (A INTEGER)")
    with caplog.at_level(logging.WARNING):
        prepare(place.session, place.names)
    assert caplog.messages == []
    place.change("INSERT INTO {schema}.STG_RAW_EVENTS_STREAM VALUES (1), (2)")
    with caplog.at_level(logging.WARNING):
        prepare(place.session, place.names)
    (warning,) = caplog.messages
    assert warning.startswith("LEFTOVERS.RAW_DATA.STG_RAW_EVENTS_STREAM holds 2 rows that an older loader left")
    assert place.query("SELECT COUNT(*) FROM {schema}.STG_RAW_EVENTS_STREAM") == [(2,)]
