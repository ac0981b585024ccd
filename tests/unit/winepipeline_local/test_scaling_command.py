"""`winepipeline scaling explain`: why there are as many consumers as there are."""

import json
from pathlib import Path
from typing import Any

import pytest

from winepipeline_local.__main__ import main
from winepipeline_local.decisions import Decisions
from winepipeline_local.state import State

DECISION = {
    "time": "2026-11-24T16:00:00.000Z",
    "action": "Up",
    "replicasBefore": 1,
    "replicas": 3,
    "limit": "Nothing",
    "detail": "58,714 events wait, too many for 1 to drain in time",
    "effective": True,
}
SCALING: dict[str, Any] = {"mode": "Builtin", "latest": DECISION, "decisions": [DECISION], "state": {}}


def resource(name: str, scaling: dict[str, Any] | None) -> dict[str, Any]:
    """A resource as kubectl prints it."""
    status = {} if scaling is None else {"scaling": scaling}
    return {"kind": "WinePipeline", "metadata": {"name": name, "namespace": "wine"}, "status": status}


def test_a_resource_of_a_cluster_is_explained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What `kubectl get -o json` prints becomes sentences: from how many to how many, when and why."""
    file = tmp_path / "wp.json"
    file.write_text(json.dumps({"kind": "List", "items": [resource("albert", SCALING), resource("quiet", None)]}))
    assert main(["scaling", "explain", "-f", str(file)]) == 0
    told = capsys.readouterr().out
    assert "wine/albert" in told
    assert "2026-11-24 16:00:00 UTC  Up: 1 → 3 consumers" in told
    assert "because      58,714 events wait" in told
    assert "wine/quiet\n  mode         none: nobody has decided yet" in told


def test_a_run_on_this_machine_is_explained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same for a run of `winepipeline up`, from its state folder; as JSON for a script."""
    state = State(tmp_path / "albert")
    state.folder.mkdir()
    Decisions(state).write(SCALING)
    assert main(["scaling", "explain", "--state", str(state.folder), "-o", "json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert (told["pipeline"], told["mode"], told["decisions"]) == ("albert", "Builtin", [DECISION])


@pytest.mark.parametrize("text", ["kind: Pod", "{", "[]", ""])
def test_what_is_no_resource_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    """A wrong file is a usage error with what to type instead, not an empty answer."""
    file = tmp_path / "x.yaml"
    file.write_text(text)
    assert main(["scaling", "explain", "-f", str(file)]) == 2
    assert "kubectl get" in capsys.readouterr().err


def test_a_run_that_nobody_scaled_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without decisions there is nothing to explain, and a person reads when there will be."""
    assert main(["scaling", "explain", "--state", str(tmp_path)]) == 2
    assert "--consumers N" in capsys.readouterr().err
