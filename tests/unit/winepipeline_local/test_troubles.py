"""What goes wrong around the command is said in words, with an exit status of its own, and not as a stack trace."""

import argparse
import errno
import socket
import types
from pathlib import Path

import pytest

from winepipeline_local import commands, kafka, parts
from winepipeline_local.errors import BrokerError
from winepipeline_process.exits import ExitCode


def test_a_full_disk_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Where no space is left, a person reads which file had no room and how to go on."""

    def fails(_: argparse.Namespace) -> int:
        raise OSError(errno.ENOSPC, "No space left on device", "state/run.json")

    monkeypatch.setattr(commands, "import_module", lambda _: types.SimpleNamespace(main=fails))
    assert commands.carry_out(argparse.Namespace(command="up")) == ExitCode.USAGE
    assert "No space is left on the disk for state/run.json" in capsys.readouterr().err


def test_another_fault_of_the_system_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody has words for yet still shows where it happened."""

    def fails(_: argparse.Namespace) -> int:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(commands, "import_module", lambda _: types.SimpleNamespace(main=fails))
    with pytest.raises(OSError, match="Too many"):
        commands.carry_out(argparse.Namespace(command="up"))


@pytest.mark.parametrize(("free", "words"), [(0, "is full"), (10**9, "")])
def test_a_part_that_ended_for_want_of_space(
    free: int, words: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A broker that ended because its disk is full is told as that, since its log may not hold it any more."""
    monkeypatch.setattr("shutil.disk_usage", lambda _: types.SimpleNamespace(free=free))
    assert words in parts._full(tmp_path / "broker.log")
    assert bool(parts._full(tmp_path / "broker.log")) is bool(words)


def test_a_broker_that_accepts_and_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broker that hangs is a failure of the broker's class, with its address, after a bounded time."""
    monkeypatch.setattr(kafka, "REQUEST_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        cluster = kafka.Cluster({"bootstrap.servers": address})
        with pytest.raises(BrokerError, match=address):
            cluster.reach("sales_events")
