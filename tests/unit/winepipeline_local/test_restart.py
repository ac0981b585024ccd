"""When a service is started again."""

import signal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from winepipeline_local.restart import LONGEST_DELAY_SECONDS, MOST_EXITS, GiveUp, Restart, after_exit, exit_code
from winepipeline_process.exits import ExitCode


def test_a_killed_service_is_back_in_half_a_second() -> None:
    """A crash costs little the first time."""
    assert after_exit(-signal.SIGKILL, [100.0]) == Restart(0.5)


def test_each_crash_in_a_row_waits_longer() -> None:
    """A service that keeps crashing does not take the machine with it."""
    assert [after_exit(1, [0.0] * count) for count in (1, 2, 3, 4)] == [
        Restart(0.5), Restart(1.0), Restart(2.0), Restart(4.0),
    ]  # fmt: skip


def test_a_crash_loop_is_given_up() -> None:
    """After five exits within a minute the command ends and says so."""
    verdict = after_exit(1, [0.0, 10.0, 20.0, 30.0, 40.0])
    assert isinstance(verdict, GiveUp)
    assert "5 times" in verdict.why


def test_refused_settings_are_given_up_at_once() -> None:
    """Starting again would not change the settings."""
    assert isinstance(after_exit(ExitCode.USAGE, [0.0]), GiveUp)


@given(st.lists(st.floats(0, 10_000, allow_nan=False), min_size=1, max_size=40))
def test_rare_crashes_never_add_up(moments: list[float]) -> None:
    """Only the last minute counts, and no delay is longer than the longest."""
    verdict = after_exit(1, sorted(moments))
    recent = [each for each in moments if max(moments) - each < 60]
    assert isinstance(verdict, GiveUp) == (len(recent) >= MOST_EXITS)
    if isinstance(verdict, Restart):
        assert 0.5 <= verdict.delay_seconds <= LONGEST_DELAY_SECONDS


@pytest.mark.parametrize(("status", "code"), [(3, 3), (4, 4), (2, 2), (1, 1), (0, 5), (-9, 5), (77, 5), (139, 5)])
def test_the_command_ends_as_its_service_did(status: int, code: int) -> None:
    """A script can tell a broker's failure from a warehouse's; anything else is a fault of the program."""
    assert exit_code(status) == code
