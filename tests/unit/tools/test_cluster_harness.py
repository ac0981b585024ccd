"""What of the cluster's harness can be tried without a cluster."""

import json
import tomllib
from pathlib import Path

import pytest
import yaml

from tests.cluster.harness import inputs, machine, settings
from tests.cluster.harness.failure import CannotRun
from tests.cluster.harness.shell import run, wait_until


def test_the_nodes_files_are_well_formed() -> None:
    """Each configuration file of the node is what its program can parse, and the volumes are as many as promised."""
    assert tomllib.loads(settings.containerd("localhost/pause:1"))["version"] == 2
    assert json.loads(settings.pod_network())["plugins"][0]["type"] == "bridge"
    assert yaml.safe_load(settings.kubelet())["kind"] == "KubeletConfiguration"
    assert yaml.safe_load(settings.kube_proxy())["mode"] == "iptables"
    kinds = [each["kind"] for each in yaml.safe_load_all(settings.storage(Path("/volumes")))]
    assert kinds == ["StorageClass", *["PersistentVolume"] * settings.VOLUMES]


def test_an_image_is_built_again_only_when_what_it_copies_changes(tmp_path: Path) -> None:
    """A change of a file that an image copies, or of its Dockerfile, makes a new digest; compiled files do not."""
    (tmp_path / "Dockerfile").write_text(
        "FROM a AS build\nCOPY --from=b /x /x\nCOPY src one.txt /to/\n", encoding="ascii"
    )
    (tmp_path / "src" / "__pycache__").mkdir(parents=True)
    (tmp_path / "src" / "code.py").write_text("1", encoding="ascii")
    (tmp_path / "one.txt").write_text("1", encoding="ascii")

    def digest() -> str:
        return inputs.digest(tmp_path, Path("Dockerfile"), "")

    first = digest()
    (tmp_path / "src" / "__pycache__" / "code.pyc").write_text("1", encoding="ascii")
    (tmp_path / "other.txt").write_text("1", encoding="ascii")
    assert digest() == first
    assert inputs.digest(tmp_path, Path("Dockerfile"), "target") != first
    for changed in ("src/code.py", "one.txt", "Dockerfile"):
        before = digest()
        with (tmp_path / changed).open("a", encoding="ascii") as file:
            file.write("\n")
        assert digest() != before


def test_a_command_that_fails_says_how(tmp_path: Path) -> None:
    """The error holds what the program said at its end; one that is not installed is told from one that failed."""
    with pytest.raises(CannotRun, match=r"status 3:\nwords") as failed:
        run("sh", "-c", "echo words; exit 3")
    assert not failed.value.missing
    with pytest.raises(CannotRun, match="not installed") as absent:
        run("no-such-program")
    assert absent.value.missing
    with pytest.raises(CannotRun, match="in vain: the impossible"):
        wait_until(lambda: False, "the impossible", 0.01)


def test_a_program_that_was_cut_short_is_not_believed(tmp_path: Path) -> None:
    """A program counts as built when it says its version; half of one, or another version, does not."""
    program = tmp_path / "program"
    assert not machine.runs(program, "--version", says="v1.34.4")
    program.write_text("#!/bin/sh\necho Kubernetes v1.34.4\n", encoding="ascii")
    program.chmod(0o755)
    assert machine.runs(program, "--version", says="v1.34.4")
    assert not machine.runs(program, "--version", says="v1.35.0")
    program.write_text("#!/bin/sh\nexit 1\n", encoding="ascii")
    assert not machine.runs(program, "--version", says="v1.34.4")


def test_what_a_machine_lacks_is_named_with_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a machine without root, Go and Debian the tests skip with all three named, and how to get each."""
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    lacks = machine.lacking(building=True)
    assert [each.split()[0] for each in lacks] == ["root", "Debian", "Go"]
    assert [each.split()[0] for each in machine.lacking(building=False)] == ["root", "Debian"]
