"""The emulator's settings."""

from pathlib import Path

import pytest

from winepipeline_emulator.errors import StatementError
from winepipeline_emulator.session_state import SessionState
from winepipeline_emulator.settings import EmulatorSettings
from winepipeline_process.settings import SettingsError


def test_nothing_need_be_set() -> None:
    """Without any variable it listens on this machine only, on a free port, in memory, for every password."""
    settings = EmulatorSettings.from_environment({})
    assert (settings.host, settings.port, settings.database_dir, settings.password) == ("127.0.0.1", 0, None, None)


def test_the_port_file_is_written_and_not_read(tmp_path: Path) -> None:
    """EMULATOR_PORT_FILE is where the port goes; a file left from the last run does not fix the port."""
    file = tmp_path / "port"
    file.write_text("4711")
    settings = EmulatorSettings.from_environment({"EMULATOR_PORT_FILE": str(file), "EMULATOR_PORT": ""})
    assert (settings.port, settings.port_file) == (0, file)


def test_a_password_may_be_in_a_file_and_is_not_shown(tmp_path: Path) -> None:
    """A Secret's file gives the password, and nothing that prints the settings gives it away."""
    file = tmp_path / "password"
    file.write_text("Petrus 1982\n")
    settings = EmulatorSettings.from_environment({"EMULATOR_PASSWORD_FILE": str(file)})
    assert settings.password is not None
    assert settings.password.get_secret_value() == "Petrus 1982"
    assert "Petrus" not in repr(settings)


def test_every_problem_is_told_at_once() -> None:
    """A person who mistypes two settings learns of both."""
    with pytest.raises(SettingsError) as raised:
        EmulatorSettings.from_environment({"EMULATOR_PORT": "70000", "EMULATOR_IDLE_TRANSACTION_SECONDS": "soon"})
    assert [problem.partition("=")[0] for problem in raised.value.problems] == [
        "EMULATOR_PORT",
        "EMULATOR_IDLE_TRANSACTION_SECONDS",
    ]


def test_session_parameters_have_snowflakes_meaning() -> None:
    """LOCK_TIMEOUT and AUTOCOMMIT count, in whatever case; others are taken; unset is the default again."""
    state = SessionState()
    assert state.autocommits
    state.set({"autocommit": "False", "LOCK_TIMEOUT": "3", "QUERY_TAG": "x"})
    assert (state.autocommits, state.lock_timeout_seconds) == (False, 3)
    state.set({"AUTOCOMMIT": None, "LOCK_TIMEOUT": None})
    assert (state.autocommits, state.lock_timeout_seconds) == (True, 10)
    with pytest.raises(StatementError, match="LOCK_TIMEOUT"):
        state.set({"LOCK_TIMEOUT": "-1"})
