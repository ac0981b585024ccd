"""Snowflake's wire format, as snowflake-connector-python 4.8 speaks it: JSON in, JSON with Arrow inside out. Pure."""

import gzip
import json
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fakesnow.arrow import to_ipc
from fakesnow.converter import from_binding
from fakesnow.rowtype import ColumnInfo
from fakesnow.statement_type import DML_TYPE_IDS, SELECT

from winepipeline_emulator.connection import Outcome
from winepipeline_emulator.errors import StatementError

Json = dict[str, Any]


def decoded(body: bytes, content_encoding: str | None) -> Json:
    """A request's body; the connector compresses every one of them."""
    plain = gzip.decompress(body) if content_encoding == "gzip" else body
    value = json.loads(plain or b"{}")
    if not isinstance(value, dict):
        raise StatementError(390400, "08001", "the request's body is no JSON object")
    return value


def parameters(body: Json) -> tuple[Any, list[tuple[Any, ...]] | None]:
    """The values bound to a statement: (values of one run, None), or (None, rows of a batch).

    Values are a dictionary for named bindings, a tuple for positional ones, None without any.
    """
    bindings = body.get("bindings")
    if not bindings:
        return None, None
    if not all(position.isdigit() for position in bindings):
        return {name: from_binding(binding) for name, binding in bindings.items()}, None
    ordered = [bindings[str(position)] for position in range(1, len(bindings) + 1)]
    if any(isinstance(binding["value"], list) for binding in ordered):
        columns = [[from_binding({**binding, "value": value}) for value in binding["value"]] for binding in ordered]
        return None, list(zip(*columns, strict=True))
    return tuple(from_binding(binding) for binding in ordered), None


def logged_in(token: str, session_id: int, current: Mapping[str, str | None]) -> Json:
    """The answer to a log-in; `current` holds finalDatabaseName and its like."""
    return success(
        {
            "token": token,
            # Without a master token the connector believes itself closed, and never ends its session.
            "masterToken": token,
            "validityInSeconds": 14400,
            "masterValidityInSeconds": 14400,
            "sessionId": session_id,
            "serverVersion": "9.0.0",
            "parameters": [
                {"name": "AUTOCOMMIT", "value": True},
                {"name": "CLIENT_TELEMETRY_ENABLED", "value": False},
                {"name": "CLIENT_SESSION_KEEP_ALIVE_HEARTBEAT_FREQUENCY", "value": 3600},
                {"name": "CLIENT_STAGE_ARRAY_BINDING_THRESHOLD", "value": 0},
                {"name": "TIMEZONE", "value": "Etc/UTC"},
            ],
            "sessionInfo": {
                name.removeprefix("final")[0].lower() + name.removeprefix("final")[1:]: value
                for name, value in current.items()
            },
        }
    )


def success(data: Json | None = None) -> Json:
    """An answer that worked."""
    return {"data": data, "code": None, "message": None, "success": True}


def failure(error: StatementError, query_id: str | None = None) -> Json:
    """An answer that did not."""
    code = f"{error.errno:06d}"
    return {
        "data": {"errorCode": code, "sqlState": error.sqlstate, "queryId": query_id},
        "code": code,
        "message": error.message,
        "success": False,
    }


def result(outcome: Outcome, current: Mapping[str, str | None]) -> Json:
    """The answer of a statement that ran; `current` holds finalDatabaseName and its like."""
    # The connector reads the counts of a changing statement from `rowset`, and everything else from Arrow.
    if outcome.statement_type in DML_TYPE_IDS:
        rows = [[None if value is None else str(value) for value in row.values()] for row in outcome.counts]
        return rowset(outcome.rowtype, rows, outcome.query_id, outcome.statement_type, current)
    arrow = b64encode(to_ipc(outcome.table)).decode() if outcome.table.num_rows or outcome.rowtype else ""
    answer = _answer(outcome.rowtype, outcome.table.num_rows, outcome.query_id, outcome.statement_type, current)
    return success({**answer, "queryResultFormat": "arrow", "rowsetBase64": arrow})


def rowset(
    rowtype: Sequence[ColumnInfo],
    rows: Iterable[Sequence[str | None]],
    query_id: str,
    statement_type: int,
    current: Mapping[str, str | None],
) -> Json:
    """The answer of a statement whose rows are few, and texts."""
    listed = [list(row) for row in rows]
    answer = _answer(rowtype, len(listed), query_id, statement_type, current)
    return success({**answer, "queryResultFormat": "json", "rowset": listed})


def described(
    rowtype: Sequence[ColumnInfo], query_id: str, statement_type: int, current: Mapping[str, str | None]
) -> Json:
    """The answer to a request to describe a statement only."""
    answer = _answer(rowtype, 0, query_id, statement_type, current)
    if statement_type == SELECT:
        return success({**answer, "queryResultFormat": "arrow", "rowsetBase64": ""})
    return success({**answer, "queryResultFormat": "json", "rowset": []})


def text_columns(*names: str) -> list[ColumnInfo]:
    """The columns of an answer that consists of texts."""
    size = 16777216
    return [
        {
            "name": name,
            "database": "",
            "schema": "",
            "table": "",
            "nullable": True,
            "type": "text",
            "byteLength": size,
            "length": size,
            "scale": None,
            "precision": None,
            "collation": None,
        }
        for name in names
    ]


def _answer(
    rowtype: Sequence[ColumnInfo], rows: int, query_id: str, statement_type: int, current: Mapping[str, str | None]
) -> Json:
    return {
        "parameters": [{"name": "TIMEZONE", "value": "Etc/UTC"}],
        "rowtype": list(rowtype),
        "total": rows,
        "returned": rows,
        "queryId": query_id,
        "statementTypeId": statement_type,
        **current,
    }
