"""`winepipeline lint`, from the command line to the exit status."""

import json
from pathlib import Path

import pytest

from winepipeline_local.__main__ import main

EXAMPLES = Path(__file__).parents[3] / "examples"
BAD = """\
apiVersion: caves-albert.io/v1alpha1
kind: WinePipeline
metadata: {name: albert}
spec:
  broker: {redpanda: {}}
  warehouse: {emulator: {}}
  topic: {partitions: 0}
"""


def test_good_resources_are_ticked(capsys: pytest.CaptureFixture[str]) -> None:
    """Status 0, a tick for each file and a count."""
    files = sorted(map(str, EXAMPLES.glob("*.yaml")))
    assert main(["lint", *files]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[:-1] == [f"√ {file}" for file in files]
    assert said[-1] == f"{len(files)} files, 0 errors, 0 warnings"


def test_an_error_has_its_place_and_the_status_is_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An editor can jump to file, line and column."""
    file = tmp_path / "bad.yaml"
    file.write_text(BAD)
    assert main(["lint", str(file)]) == 1
    said = capsys.readouterr().out
    assert f"{file}:7:11 error spec.topic.partitions" in said
    assert said.endswith("1 file, 1 error, 0 warnings\n")


def test_a_machine_gets_one_object(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`-o json` for CI."""
    file = tmp_path / "bad.yaml"
    file.write_text(BAD)
    assert main(["lint", "-o", "json", str(file)]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["ok"] is False
    assert found["files"][0]["findings"][0]["path"] == "spec.topic.partitions"


def test_a_missing_file_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    """Status 2 tells a slip in the command from a fault in the resource."""
    assert main(["lint", "nowhere.yaml"]) == 2
    assert "nowhere.yaml cannot be read: No such file or directory" in capsys.readouterr().err


def test_up_refuses_what_lint_refuses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A bad resource starts nothing and leaves no state behind."""
    file = tmp_path / "bad.yaml"
    file.write_text(BAD)
    assert main(["up", "-f", str(file), "--state", str(tmp_path / "state")]) == 2
    assert "spec.topic.partitions" in capsys.readouterr().err
    assert not (tmp_path / "state").exists()


def test_an_audit_of_nothing_says_what_to_run_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a fresh folder there is nothing to audit yet."""
    monkeypatch.chdir(tmp_path)
    assert main(["audit"]) == 2
    assert "winepipeline up" in capsys.readouterr().err


def test_the_version_names_every_part(capsys: pytest.CaptureFixture[str]) -> None:
    """A report of a fault begins with `winepipeline version`."""
    assert main(["version", "-o", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["kafka (embedded)"] == "4.1.0"
    assert "not installed" not in found.values()
