"""The wire format, as the connector speaks it."""

import datetime as dt
import gzip
import json

import pytest

from winepipeline_emulator import protocol
from winepipeline_emulator.errors import StatementError


def test_a_body_is_read_compressed_or_not() -> None:
    """The connector compresses its requests; a person with curl does not."""
    body = json.dumps({"sqlText": "SELECT '🍷'"}).encode()
    assert protocol.decoded(gzip.compress(body), "gzip") == protocol.decoded(body, None) == {"sqlText": "SELECT '🍷'"}
    assert protocol.decoded(b"", None) == {}
    with pytest.raises(StatementError):
        protocol.decoded(b"[]", None)


def test_bound_values_are_read_by_name_by_position_and_in_rows() -> None:
    """All three of the connector's ways to bind values give Python's own values."""
    number = {"type": "FIXED", "value": "5"}
    text = {"type": "TEXT", "value": "x"}
    assert protocol.parameters({}) == (None, None)
    assert protocol.parameters({"bindings": {"name": text}}) == ({"name": "x"}, None)
    assert protocol.parameters({"bindings": {"1": number, "2": text}}) == ((5, "x"), None)
    moment = {"type": "TIMESTAMP_LTZ", "value": "1732412862123000000"}
    ((value,), _) = protocol.parameters({"bindings": {"1": moment}})
    assert value == dt.datetime(2024, 11, 24, 1, 47, 42, 123000, tzinfo=dt.UTC)
    rows = {"1": {"type": "FIXED", "value": ["1", "2"]}, "2": {"type": "TEXT", "value": ["a", "b"]}}
    assert protocol.parameters({"bindings": rows}) == (None, [(1, "a"), (2, "b")])


def test_an_error_travels_as_an_answer() -> None:
    """The connector makes a ProgrammingError of it; a status of 500 would make it ask again for ever."""
    answer = protocol.failure(StatementError(625, "57014", "locked"))
    assert (answer["success"], answer["code"], answer["message"]) == (False, "000625", "locked")
    assert answer["data"]["sqlState"] == "57014"


def test_a_log_in_carries_what_the_connector_needs_to_log_out() -> None:
    """Without a master token the connector never ends its sessions."""
    current = {"finalDatabaseName": "WINE", "finalSchemaName": None}
    data = protocol.logged_in("token", 1, current)["data"]
    assert data["masterToken"]
    assert data["sessionInfo"] == {"databaseName": "WINE", "schemaName": None}
