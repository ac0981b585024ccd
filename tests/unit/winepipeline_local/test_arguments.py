"""The command line."""

from pathlib import Path

import pytest

from winepipeline_local.arguments import parser
from winepipeline_local.order import Flags
from winepipeline_local.up_command import flags


def test_up_takes_everything_from_the_resource_by_default() -> None:
    """`winepipeline up` alone is the demo."""
    assert flags(parser().parse_args(["up"])) == Flags()


def test_every_flag_of_up_is_understood() -> None:
    """A long line means what it says."""
    words = "up -f a.yaml --for 2m --consumers 3 --events-per-second 2.5 --no-producer --fresh --state d -o json"
    assert flags(parser().parse_args(words.split())) == Flags(
        file=Path("a.yaml"),
        state=Path("d"),
        fresh=True,
        run_seconds=120,
        consumers=3,
        events_per_second=2.5,
        producer=False,
        json=True,
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("up --for soon", "30s, 2m or 1h"),
        ("up --consumers -1", "write 0, 1, 2"),
        ("up --events-per-second 0", "above 0"),
        ("up --events-per-second inf", "above 0"),
        ("up --output yaml", "json"),
        ("lint", "FILE"),
        ("frobnicate", "up"),
        ("", "COMMAND"),
    ],
)
def test_a_slip_is_answered_with_what_is_allowed(words: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Wrong arguments end with status 2 and words that help."""
    with pytest.raises(SystemExit) as ended:
        parser().parse_args(words.split())
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("command", [[], ["up"], ["audit"], ["lint"], ["check"], ["version"]])
def test_help_says_what_a_command_does(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """`--help` of each command fits a terminal of 100 columns."""
    with pytest.raises(SystemExit) as ended:
        parser().parse_args([*command, "--help"])
    said = capsys.readouterr().out
    assert ended.value.code == 0
    assert "usage: winepipeline" in said
    assert max(map(len, said.splitlines())) <= 100
