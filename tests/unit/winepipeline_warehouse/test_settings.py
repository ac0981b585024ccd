"""Where the warehouse is, and who we are there."""

from pathlib import Path

import pytest

from winepipeline_process.settings import SettingsError
from winepipeline_warehouse.session import _arguments
from winepipeline_warehouse.settings import WarehouseSettings

LOGIN = {"SNOWFLAKE_ACCOUNT": "caves-albert", "SNOWFLAKE_USER": "WINE_LOADER"}


@pytest.fixture
def key(tmp_path: Path) -> str:
    """A file that is there."""
    file = tmp_path / "private_key.pem"
    file.write_text("a key", encoding="ascii")
    return str(file)


def settings(**more: str) -> WarehouseSettings:
    return WarehouseSettings.from_environment(LOGIN | more)


def problems(**more: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        settings(**more)
    return caught.value.problems


def test_the_names_default_to_those_of_the_seed() -> None:
    """With an account and a password alone, everything stands where the documentation says."""
    found = settings(SNOWFLAKE_PASSWORD="secret")  # noqa: S106 - opens nothing
    assert (found.warehouse, found.database, found.schema_name, found.table) == (
        "COMPUTE_WH",
        "WINE_SALES_DB",
        "RAW_DATA",
        "RAW_EVENTS_STREAM",
    )
    assert (found.protocol, found.host, found.port, found.role) == ("https", None, 443, None)


def test_there_must_be_a_way_to_log_in() -> None:
    """Whoever gives neither password nor key reads both ways."""
    (problem,) = problems()
    assert problem == "set SNOWFLAKE_PASSWORD, SNOWFLAKE_PASSWORD_FILE or SNOWFLAKE_PRIVATE_KEY_FILE"


def test_a_key_that_is_not_there_is_told_at_the_start(tmp_path: Path) -> None:
    """A Secret that was not mounted does not look like a warehouse that is away."""
    (problem,) = problems(SNOWFLAKE_PRIVATE_KEY_FILE=str(tmp_path / "none.pem"))
    assert problem == f"SNOWFLAKE_PRIVATE_KEY_FILE={tmp_path / 'none.pem'}: there is no such file"


@pytest.mark.parametrize("name", ["RAW;DROP", "a b", "1st", 'T"', "", "T" * 256])
@pytest.mark.parametrize("variable", ["SNOWFLAKE_DATABASE", "SNOWFLAKE_SCHEMA", "SNOWFLAKE_TABLE"])
def test_a_name_is_an_identifier_or_refused(variable: str, name: str) -> None:
    """Names go into statements as they are, so nothing else gets through; an empty one means the default."""
    given = {"SNOWFLAKE_PASSWORD": "secret", variable: name}
    if name:
        assert problems(**given)[0].startswith(f"{variable}={name[:80]}")
    else:
        assert settings(**given).table == "RAW_EVENTS_STREAM"


def test_a_password_logs_in_by_itself() -> None:
    """The connector is given the password and nothing of a key."""
    arguments = _arguments(settings(SNOWFLAKE_PASSWORD="secret", SNOWFLAKE_ROLE="LOADER"))  # noqa: S106 - opens nothing
    assert (arguments["password"], arguments["role"]) == ("secret", "LOADER")
    assert not {"private_key_file", "authenticator", "host"} & arguments.keys()


def test_a_key_goes_before_a_password(key: str) -> None:
    """Where both are given, the key pair is used, with its passphrase."""
    found = settings(
        SNOWFLAKE_PASSWORD="secret",  # noqa: S106 - opens nothing
        SNOWFLAKE_PRIVATE_KEY_FILE=key,
        SNOWFLAKE_PRIVATE_KEY_PASSPHRASE="of the key",  # noqa: S106 - opens nothing
    )
    arguments = _arguments(found)
    assert arguments["authenticator"] == "SNOWFLAKE_JWT"
    assert (arguments["private_key_file"], arguments["private_key_file_pwd"]) == (key, "of the key")
    assert "password" not in arguments
    without = _arguments(settings(SNOWFLAKE_PRIVATE_KEY_FILE=key))
    assert "private_key_file_pwd" not in without


def test_no_wait_is_for_ever() -> None:
    """The connector's own defaults would try a failing server, and wait for a lock, for hours."""
    arguments = _arguments(settings(SNOWFLAKE_PASSWORD="secret"))  # noqa: S106 - opens nothing
    assert (arguments["login_timeout"], arguments["network_timeout"]) == (20, 60)
    assert arguments["session_parameters"]["LOCK_TIMEOUT"] == 30


def test_credentials_are_not_shown() -> None:
    """A log of the settings gives nothing away."""
    assert "secret" not in repr(settings(SNOWFLAKE_PASSWORD="secret"))  # noqa: S106 - opens nothing
