"""What is done about each of the warehouse's complaints."""

import pytest

from winepipeline_warehouse.errors import DataRefused, Misconfigured, Unavailable, WarehouseError
from winepipeline_warehouse.faults import fault

CASES: list[tuple[int | None, str | None, str, type[WarehouseError], str]] = [
    # Later it may go well.
    (625, "57014", "Another statement has locked table 'LEDGER'", Unavailable, "LockTimeout"),
    (639, "57014", "deadlock", Unavailable, "LockTimeout"),
    (604, "57014", "SQL execution canceled", Unavailable, "QueryCancelled"),
    (630, "57014", "Statement reached its statement or warehouse timeout", Unavailable, "StatementTimeout"),
    (
        90073,
        "22000",
        "cannot be resumed because resource monitor X has exceeded its quota",
        Unavailable,
        "WarehouseSusp",
    ),
    (90085, "22000", "was suspended immediate by resource monitor", Unavailable, "WarehouseSuspended"),
    (390114, "08001", "Authentication token has expired", Unavailable, "SessionGone"),
    (390111, "08001", "Session no longer exists", Unavailable, "SessionGone"),
    (390998, "08001", "a log-in fault that nobody has sorted", Unavailable, "LoginRefused"),
    (
        250001,
        "08001",
        "Could not connect to Snowflake backend after 2 attempt(s). Aborting",
        Unavailable,
        "Unavailable",
    ),
    (250001, "08001", "Failed to connect to DB. Service is unavailable: h:443. 503", Unavailable, "Unavailable"),
    (250003, None, "Failed to execute request: Max retries exceeded with url", Unavailable, "Unavailable"),
    (250003, None, "Failed to execute request: Expecting value: line 1 column 1", Unavailable, "Unavailable"),
    (290503, None, "HTTP 503: Service Unavailable", Unavailable, "Unavailable"),
    (251011, None, "login timeout", Unavailable, "Unavailable"),
    (None, None, "something that nobody has seen yet", Unavailable, "Unavailable"),
    (603, "XX000", "SQL execution internal error", Unavailable, "Unavailable"),
    (999_999, "22000", "a state that says nothing about the data by itself", Unavailable, "Unavailable"),
    (2002, "42710", "SQL compilation error: Object 'T' already exists.", Unavailable, "Unavailable"),
    # A person must act.
    (390100, "08001", "Incorrect username or password was specified.", Misconfigured, "LoginFailed"),
    (250001, "08001", "Incorrect username or password was specified.", Misconfigured, "LoginFailed"),
    (
        290404,
        "08001",
        "404 Not Found: post a.snowflakecomputing.com:443/session/v1/login",
        Misconfigured,
        "LoginFailed",
    ),
    (540001, "08001", "Failed to connect to DB. Verify the account name is correct", Misconfigured, "LoginFailed"),
    (390144, "08001", "JWT token is invalid.", Misconfigured, "LoginFailed"),
    (251008, None, "Failed to load private key", Misconfigured, "LoginFailed"),
    (390999, "28000", "not sorted, but about who we are", Misconfigured, "LoginFailed"),
    (606, "57P03", "No active warehouse selected in the current session.", Misconfigured, "NoWarehouse"),
    (3001, "42501", "Insufficient privileges to operate on table 'T'", Misconfigured, "NotAuthorized"),
    (2003, "42S02", "Object 'T_503' does not exist or not authorized.", Misconfigured, "NotFound"),
    (2043, "02000", "Object does not exist; the time out of it", Misconfigured, "NotFound"),
    (904, "42000", "SQL compilation error: invalid identifier 'CUSTOMER_ID'", Misconfigured, "TableMismatch"),
    (2049, "42S22", "SQL compilation error: column does not exist", Misconfigured, "TableMismatch"),
    # A row is the cause.
    (100038, "22018", "Numeric value 'x' is not recognized", DataRefused, "RefusedByWarehouse"),
    (100069, "22P02", "Error parsing JSON: duplicate object attribute", DataRefused, "RefusedByWarehouse"),
    (100078, "22000", "String 'x' is too long and would be truncated", DataRefused, "RefusedByWarehouse"),
    (1234, "22003", "a number out of range", DataRefused, "RefusedByWarehouse"),
]


@pytest.mark.parametrize(("code", "state", "message", "kind", "reason"), CASES, ids=[case[2][:40] for case in CASES])
def test_each_complaint_has_its_remedy(
    code: int | None, state: str | None, message: str, kind: type[WarehouseError], reason: str
) -> None:
    """What passes is waited for, what needs a person stops the pipeline, and only a row's own fault costs a row."""
    found = fault(code, state, message)
    assert type(found) is kind, found
    assert found.reason.startswith(reason)
    assert found.message == message


@pytest.mark.parametrize("case", [case for case in CASES if case[3] is Misconfigured], ids=lambda case: case[2][:40])
def test_whoever_must_act_reads_what_to_do(case: tuple[int, str, str, type[WarehouseError], str]) -> None:
    """Each stop comes with a hint, in the text of the error too."""
    found = fault(*case[:3])
    assert found.hint
    assert str(found) == f"{found.reason}: {found.message} ({found.hint})"


def test_a_complaint_is_one_line() -> None:
    """Snowflake's line feeds do not break a log into pieces."""
    assert fault(2003, "42S02", "SQL compilation error:\n  Object 'T'\tdoes not exist").message.split("\n") == [
        "SQL compilation error: Object 'T' does not exist"
    ]


def test_a_log_in_that_is_refused_for_an_unknown_reason_has_a_hint() -> None:
    """Whoever sees the consumer try again and again is told where the reason can be found."""
    assert "LOGIN_HISTORY" in fault(390998, "08001", "who knows").hint


def test_a_cancelled_statement_says_what_to_raise() -> None:
    """An audit of a large table that is cancelled names its own time-out, not the log-in or the grants."""
    assert "SNOWFLAKE_SCAN_TIMEOUT" in fault(604, "57014", "SQL execution canceled").hint
    assert "STATEMENT_TIMEOUT_IN_SECONDS" in fault(630, "57014", "Statement reached its timeout").hint
