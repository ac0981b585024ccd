"""The state folder and its lock."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from winepipeline_local.errors import StateError
from winepipeline_local.state import State, newest


def test_two_commands_cannot_work_on_one_state(tmp_path: Path) -> None:
    """The second one is told who holds it and what to do."""
    with State(tmp_path):
        assert State(tmp_path).held_elsewhere
        with pytest.raises(StateError, match=f"process {os.getpid()}") as failure, State(tmp_path):
            pass
    assert "--state" in failure.value.hint
    assert not State(tmp_path).held_elsewhere


def test_a_killed_command_leaves_no_lock_behind(tmp_path: Path) -> None:
    """After SIGKILL the next run starts without a word about locks."""
    program = textwrap.dedent(f"""
        import time
        from pathlib import Path
        from winepipeline_local.state import State
        with State(Path({str(tmp_path)!r})):
            print("held", flush=True)
            time.sleep(60)
    """)
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        assert State(tmp_path).held_elsewhere
        other.send_signal(signal.SIGKILL)
    with State(tmp_path) as state:
        assert state.holder() == os.getpid()


def test_fresh_forgets_everything_but_the_lock(tmp_path: Path) -> None:
    """`--fresh` starts on an empty folder that is still ours."""
    with State(tmp_path) as state:
        state.kafka_folder.mkdir()
        (state.kafka_folder / "log").write_text("data")
        state.keep_resource("kind: WinePipeline")
        state.note({"totals": 1})
        state.forget()
        assert [each.name for each in tmp_path.iterdir()] == ["lock"]
        assert State(tmp_path).held_elsewhere
        assert state.noted() == {}


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """A file in the way of the folder is named, with what to give instead."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StateError, match="cannot be used") as failure, State(tmp_path / "file" / "state"):
        pass
    assert "--state DIR" in failure.value.hint


def test_other_commands_find_the_state_that_was_used_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`winepipeline audit` needs no flags right after a run."""
    monkeypatch.chdir(tmp_path)
    assert newest() is None
    for age, name in ((100, "old"), (10, "new"), (50, "middle")):
        with State.of(name, None) as state:
            state.keep_resource("")
            os.utime(state.folder / "pipeline.yaml", (1e9 - age, 1e9 - age))
    found = newest()
    assert found is not None
    assert found.folder == Path(".winepipeline/new")
