"""Kafka's jars on this machine."""

import shutil
from pathlib import Path

import pytest

from winepipeline_local import jars
from winepipeline_local.errors import JarsError


@pytest.fixture
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine that has never had the jars, and no network."""
    for variable in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(variable, "http://127.0.0.1:9")
    for variable in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("M2_REPO", str(tmp_path / "maven"))
    return tmp_path


def test_without_a_registry_a_person_is_told_what_to_do(empty_cache: Path) -> None:
    """The first run without a network names the jar, and what else there is to try."""
    with pytest.raises(JarsError, match="cannot be fetched") as failure:
        jars.class_path()
    assert "proxy" in failure.value.hint
    assert "spec.broker.external" in failure.value.hint
    assert failure.value.exit_code == 3


def test_jars_of_the_machines_own_repository_need_no_network(
    empty_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What Maven has fetched before is taken, if it is the very file; afterwards nothing is missing."""
    lock = jars.locked()[:2]
    monkeypatch.setattr(jars, "locked", lambda: lock)
    for jar in lock:
        source = Path.home() / ".cache" / "winepipeline"
        found = next(source.glob(f"*/{jar.file_name}"))
        target = empty_cache / "maven" / Path(*jar.group.split("."), jar.artifact, jar.version, jar.file_name)
        target.parent.mkdir(parents=True)
        shutil.copyfile(found, target)
    assert len(jars.missing()) == 2
    assert jars.class_path().count(".jar") == 2
    assert jars.missing() == ()


def test_a_changed_jar_is_not_taken(empty_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is not the locked one never reaches the class path."""
    lock = jars.locked()[:1]
    monkeypatch.setattr(jars, "locked", lambda: lock)
    folder = jars.folder()
    folder.mkdir(parents=True)
    (folder / lock[0].file_name).write_bytes(b"not a jar")
    with pytest.raises(JarsError):
        jars.class_path()
