"""From the warehouse's error code to what to do about it.

The codes are those of Snowflake's "Error codes" and of the Python connector's `errorcode` module; the classes of
SQL state are those of ISO 9075 (08 connection, 22 data, 28 authorisation, 40 rollback, 42 access or syntax).
"""

from winepipeline_warehouse.errors import DataRefused, Misconfigured, Unavailable, WarehouseError

_CREDENTIALS = (
    "check SNOWFLAKE_USER with SNOWFLAKE_PASSWORD or SNOWFLAKE_PRIVATE_KEY_FILE; `winepipeline check` tries them"
)
_GRANTS = "grant the role what docs/how-to/snowflake-account.md lists; `winepipeline check` says which grant is missing"

_MISCONFIGURED: dict[int, tuple[str, str]] = {
    250001: ("LoginFailed", _CREDENTIALS),
    250003: ("LoginFailed", "check SNOWFLAKE_ACCOUNT: its form is organisation-account"),
    251001: ("LoginFailed", "set SNOWFLAKE_ACCOUNT: its form is organisation-account"),
    251005: ("LoginFailed", "set SNOWFLAKE_USER"),
    251006: ("LoginFailed", "set SNOWFLAKE_PASSWORD or SNOWFLAKE_PRIVATE_KEY_FILE"),
    251007: (
        "LoginFailed",
        "the private key cannot be read: it must be PKCS#8 in PEM, with its passphrase if it has one",
    ),
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

_UNAVAILABLE: dict[int, str] = {
    604: "QueryCancelled",
    625: "LockTimeout",
    630: "StatementTimeout",
    639: "LockTimeout",
    90073: "WarehouseSuspended",
    250002: "ConnectionClosed",
    390104: "SessionGone",
    390111: "SessionGone",
    390112: "SessionGone",
    390114: "SessionGone",
    390195: "SessionGone",
}

_CODES_OF_DATA = range(100_000, 101_000)
"""Snowflake's errors about values: 100038 not a number, 100069 not JSON, 100078 too long, 100132 an array is none…"""


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
        return Unavailable(_UNAVAILABLE[number], text)
    if number in _MISCONFIGURED and not _is_passing(text):
        reason, hint = _MISCONFIGURED[number]
        return Misconfigured(reason, text, hint)
    if number in _CODES_OF_DATA or state.startswith("22"):
        return DataRefused("RefusedByWarehouse", text)
    if state.startswith("28"):
        return Misconfigured("LoginFailed", text, _CREDENTIALS)
    return Unavailable("Unavailable", text)


def _is_passing(text: str) -> bool:
    """Whether a log-in failed for the network's sake: the connector gives 250001 for that too."""
    words = ("could not connect", "timed out", "time out", "timeout", "connection refused", "max retries", "503")
    return any(word in text.lower() for word in words)
