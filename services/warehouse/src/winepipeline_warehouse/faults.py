"""From the warehouse's error code to what to do about it.

The codes are those of Snowflake's "Error codes" and of the Python connector's `errorcode` module; the classes of
SQL state are those of ISO 9075 (08 connection, 22 data, 28 authorisation, 40 rollback, 42 access or syntax).
"""

import re

from winepipeline_warehouse.errors import DataRefused, Misconfigured, Unavailable, WarehouseError

_CREDENTIALS = (
    "check SNOWFLAKE_USER with SNOWFLAKE_PASSWORD or SNOWFLAKE_PRIVATE_KEY_FILE; `winepipeline check` tries them"
)
KEY_HINT = (
    "SNOWFLAKE_PRIVATE_KEY_FILE must hold an RSA key as PKCS#8 in PEM; "
    "SNOWFLAKE_PRIVATE_KEY_PASSPHRASE is its passphrase, unset if it has none"
)
_MISMATCH = (
    "a table was changed while it was used, or the role may not see it: compare its columns with those that an empty "
    "schema is given, and start again"
)
_ACCOUNT = "check SNOWFLAKE_ACCOUNT, whose form is organisation-account, and the account's network policy"
_GRANTS = "grant the role what docs/how-to/snowflake-account.md lists; `winepipeline check` says which grant is missing"

_MISCONFIGURED: dict[int, tuple[str, str]] = {
    250001: ("LoginFailed", _CREDENTIALS),
    251001: ("LoginFailed", _ACCOUNT),
    251005: ("LoginFailed", "set SNOWFLAKE_USER"),
    251006: ("LoginFailed", "set SNOWFLAKE_PASSWORD or SNOWFLAKE_PRIVATE_KEY_FILE"),
    251008: ("LoginFailed", KEY_HINT),
    290404: ("LoginFailed", _ACCOUNT),
    540001: ("LoginFailed", _ACCOUNT),
    390100: ("LoginFailed", _CREDENTIALS),
    390101: ("LoginFailed", _CREDENTIALS),
    390102: ("LoginFailed", "the user is locked: an administrator unlocks it with ALTER USER … SET MINS_TO_UNLOCK = 0"),
    390144: ("LoginFailed", "the public key of this user is another one: ALTER USER … SET RSA_PUBLIC_KEY"),
    390189: ("LoginFailed", "SNOWFLAKE_ROLE names a role that does not exist or is not granted to this user"),
    390201: ("LoginFailed", "SNOWFLAKE_WAREHOUSE, _DATABASE or _SCHEMA names what does not exist or is not granted"),
    606: ("NoWarehouse", "set SNOWFLAKE_WAREHOUSE to a warehouse that the role may use"),
    3001: ("NotAuthorized", _GRANTS),
    3040: ("NotAuthorized", _GRANTS),
    2003: ("NotFound", "the object does not exist, or the role may not see it: " + _GRANTS),
    2043: ("NotFound", "the object does not exist, or the role may not see it: " + _GRANTS),
}

_HINTS = {
    604: "somebody cancelled it, or it took longer than SNOWFLAKE_STATEMENT_TIMEOUT (for what reads whole tables: "
    "SNOWFLAKE_SCAN_TIMEOUT) allows: raise that, or give the virtual warehouse a larger size or more clusters",
    630: "STATEMENT_TIMEOUT_IN_SECONDS or STATEMENT_QUEUED_TIMEOUT_IN_SECONDS of warehouse, user or account ended "
    "it: raise that, or give the virtual warehouse a larger size or more clusters",
}
"""What a person can do about some of those below, should they last."""

_UNAVAILABLE: dict[int, str] = {
    604: "QueryCancelled",
    625: "LockTimeout",
    630: "StatementTimeout",
    639: "LockTimeout",
    90073: "WarehouseSuspended",
    90085: "WarehouseSuspended",
    250002: "ConnectionClosed",
    390104: "SessionGone",
    390111: "SessionGone",
    390112: "SessionGone",
    390114: "SessionGone",
    390195: "SessionGone",
}

_CODES_OF_DATA = range(100_000, 101_000)
"""Snowflake's errors about values: 100038 not a number, 100069 not JSON, 100078 too long, 100132 an array is none…"""

_GENERAL = "22000"
"""A class of data by the standard, but Snowflake uses it too for a warehouse that a resource monitor has suspended
(090073, 090085): by itself it says nothing about the data."""

_STANDS_ALREADY = "42710"
"""Of the class of access and syntax, but what it says is that somebody else was quicker to make the same thing."""

_CODES_OF_LOGIN = range(390_000, 391_000)
_UNKNOWN_LOGIN = (
    "if this lasts, it is about who logs in: `winepipeline check` tries the log-in, and the account's LOGIN_HISTORY "
    "says why it was refused"
)

_CODES_OF_CONNECTING = range(250_000, 252_000)


def fault(code: int | None, sql_state: str | None, message: str) -> WarehouseError:
    """The error to raise for one of the connector's.

    What nobody has sorted yet counts as unavailable: trying again loses nothing, while stopping or turning rows
    away for a passing fault would.

    Args:
        code: Snowflake's or the connector's number, without leading zeros.
        sql_state: five characters, or None.
        message: the warehouse's own words.
    """
    number = code or 0
    state = sql_state or ""
    text = " ".join(message.split())
    if number in _UNAVAILABLE:
        return Unavailable(_UNAVAILABLE[number], text, _HINTS.get(number, ""))
    if number in _MISCONFIGURED and not (number in _CODES_OF_CONNECTING and _is_passing(text)):
        reason, hint = _MISCONFIGURED[number]
        return Misconfigured(reason, text, hint)
    if number in _CODES_OF_DATA or (state.startswith("22") and state != _GENERAL):
        return DataRefused("RefusedByWarehouse", text)
    if state.startswith("28"):
        return Misconfigured("LoginFailed", text, _CREDENTIALS)
    if state.startswith("42") and state != _STANDS_ALREADY:
        return Misconfigured("TableMismatch", text, _MISMATCH)
    if number in _CODES_OF_LOGIN:
        return Unavailable("LoginRefused", text, _UNKNOWN_LOGIN)
    return Unavailable("Unavailable", text)


_PASSING = re.compile(
    r"could not connect|timed out|time-?\s?out|connection (refused|reset|aborted)|max retries|unavailable"
    r"|\b(429|5\d\d)\b",
    re.IGNORECASE,
)


def _is_passing(text: str) -> bool:
    """Whether a log-in failed for the network's sake: the connector gives 250001 for that too."""
    return _PASSING.search(text) is not None
